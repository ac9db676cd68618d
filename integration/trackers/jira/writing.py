"""Writing requests to Jira: each takes from the budget first, and a field that Jira refuses is left out and told
instead of sinking the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass

from integration.errors import TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.trackers.base import Spend
from integration.trackers.jira.answers import FieldsRefused
from integration.trackers.jira.client import JiraClient, Json
from integration.trackers.jira.identifiers import issue_id

NEEDED = frozenset({"project", "summary", "issuetype", "parent", "description"})
"""Without these an issue would be another one, so their refusal is the refusal of the whole."""

Sent = Callable[[Json], Json]


@dataclass
class Writer:
    """The writing requests of one command. ``writes`` counts those that were let go, ``shortfall`` what Jira would
    not take.
    """

    client: JiraClient
    spend: Spend
    writes: int = 0
    shortfall: tuple[str, ...] = ()

    def write(self, touched: IssueRef, method: str, *segments: str, body: Json) -> Json:
        """Make one change. Raises what ``spend`` and the client raise."""
        self.spend(touched)
        self.writes += 1
        return self.client.write(method, *segments, body=body)

    def attach(self, touched: IssueRef, name: str, content: bytes) -> None:
        """Attach one file. Raises what ``spend`` and the client raise."""
        self.spend(touched)
        self.writes += 1
        self.client.attach(issue_id(touched), name, content)

    def write_fields(self, touched: IssueRef, method: str, *segments: str, body: Json) -> Json | None:
        """Make one change of ``fields``, ``update`` and ``properties``; what is refused is left out and noted.

        Returns ``None`` where nothing was left to write. Raises :class:`TrackerRefused` where the refusal is of the
        whole.
        """
        while any(body.values()):
            try:
                return self.write(touched, method, *segments, body=body)
            except FieldsRefused as refused:
                # For example "Field 'duedate' cannot be set. It is not on the appropriate screen, or unknown."
                smaller = _without(body, frozenset(refused.fields) - NEEDED)
                if smaller == body:
                    raise
                self.shortfall += tuple(
                    f"{name}: {said}" for name, said in refused.fields.items() if name not in NEEDED
                )
                body = smaller
            except TrackerRefused as refused:
                # A Jira that keeps no issue properties refuses the whole; the visible reference is enough.
                if refused.status != 400 or not body.get("properties"):
                    raise
                body = body | {"properties": []}
        return None


def _without(body: Json, names: frozenset[str]) -> Json:
    kept = {
        part: {name: each for name, each in body.get(part, {}).items() if name not in names}
        for part in ("fields", "update")
    }
    return {part: kept.get(part, value) for part, value in body.items()}
