"""Makes single changes on GitHub: each asks the budget first, is sent once, and is counted."""

from dataclasses import dataclass, field

from integration.errors import TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.trackers.base import Spend
from integration.trackers.github.answers import Answer
from integration.trackers.github.client import GitHubClient, Json


@dataclass
class Writer:
    """The writes of one command. ``writes`` counts the requests, ``shortfall`` names what GitHub left out."""

    client: GitHubClient
    spend: Spend
    writes: int = 0
    shortfall: list[str] = field(default_factory=list)

    def write(self, about: IssueRef, method: str, path: str, body: Json | None = None) -> Answer:
        """Make one change that concerns ``about``. Raises what ``spend`` raises before anything is sent."""
        self.spend(about)
        self.writes += 1
        return self.client.write(method, path, body)

    def without_assignees(self, about: IssueRef, method: str, path: str, body: Json) -> Answer:
        """Make one change; where GitHub refuses its assignees, make it again without them and name that.

        An issue is created or edited whole or not at all, so a refusal left nothing behind.
        """
        try:
            return self.write(about, method, path, body)
        except TrackerRefused as refused:
            if refused.status != 422 or "assignee" not in refused.detail.lower() or "assignees" not in body:
                raise
            rest = {key: value for key, value in body.items() if key != "assignees"}
            self.shortfall.append("assignee")
            return self.write(about, method, path, rest) if rest else Answer(422, {}, None)
