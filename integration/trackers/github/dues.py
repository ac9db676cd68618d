"""Due dates in the form that the mapping names: a line of our own text, a milestone, or an issue field."""

from dataclasses import dataclass
from datetime import date

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.incident import IssueRef
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.identifiers import Place, Repository, path
from integration.trackers.github.payloads import Field, Milestone, read, read_all
from integration.trackers.github.writing import Writer
from mappings.models import GithubTicket

MILESTONE_PAGES = 10


@dataclass(frozen=True)
class DueDates:
    """Writes due dates on one server."""

    client: GitHubClient
    form: GithubTicket

    def milestone(self, repository: Repository, due: date, about: IssueRef, writer: Writer) -> int | None:
        """Return the number of the repository's milestone for that day, made where there is none yet.

        ``None`` where our account may not make one; that is named in the writer's shortfall.
        """
        title = f"Due {due.isoformat()}"
        known = self.client.pages(repository.path("milestones"), {"state": "all"}, most=MILESTONE_PAGES)
        for milestone in read_all(Milestone, known.items):
            if milestone.title == title and milestone.due_on is not None and milestone.due_on.date() == due:
                return milestone.number
        # GitHub keeps the day and moves the time to midnight in California, so noon is on the same day everywhere.
        body = {"title": title, "due_on": f"{due.isoformat()}T12:00:00Z"}
        try:
            made = writer.write(about, "POST", repository.path("milestones"), body)
        except (TrackerRefused, IssueNotFound) as refused:
            _left_out(refused, writer)
            return None
        return read(Milestone, made.body).number

    def set_field(self, place: Place, due: date, about: IssueRef, writer: Writer) -> None:
        """Set the issue field that the mapping names; where there is none, or we may not, that is named."""
        try:
            wanted = self._field(place.repository)
            if wanted is None:
                writer.shortfall.append("due")
                return
            values = {"issue_field_values": [{"field_id": wanted, "value": due.isoformat()}]}
            writer.write(about, "POST", place.path("issue-field-values"), values)
        except (TrackerRefused, IssueNotFound) as refused:
            _left_out(refused, writer)

    def _field(self, repository: Repository) -> int | None:
        answer = self.client.get(path("orgs", repository.owner, "issue-fields"), about=repository)
        fields = read_all(Field, answer.body if isinstance(answer.body, list) else [])
        name = self.form.due_field.casefold()
        return next((each.id for each in fields if each.name.casefold() == name and each.data_type == "date"), None)


def _left_out(refused: TrackerRefused | IssueNotFound, writer: Writer) -> None:
    if isinstance(refused, TrackerRefused) and refused.status == 401:
        raise refused
    writer.shortfall.append("due")
