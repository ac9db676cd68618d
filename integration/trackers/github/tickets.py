"""Creates action tickets and incidents of affected systems, links them to their incident, and keeps owner and due date as agreed. Never a second ticket
for one action.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integration.errors import IssueNotFound, TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import (
    EnsureActionTicket,
    EnsureAgreed,
    EnsureGeneratedIssue,
    NewIssue,
    Outcome,
    Result,
    opened_at,
)
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.trackers.github import escape
from integration.trackers.github.client import Json
from integration.trackers.github.dues import DueDates
from integration.trackers.github.identifiers import SITE, Repository, is_login, place_at, repository_of
from integration.trackers.github.marks import due_in, due_line, mark_line, purpose_in, with_due
from integration.trackers.github.observing import Observer
from integration.trackers.github.payloads import Ticket, read, read_all
from integration.trackers.github.render import Renderer
from integration.trackers.github.translation import place_of_ticket, ref_of
from integration.trackers.github.writing import Writer
from mappings.models import GithubDue

SOUGHT_PAGES = 10
# Between our clock, by which an intent was noted, and GitHub's.
CLOCK_SKEW = timedelta(minutes=5)


@dataclass(frozen=True)
class Tickets:
    """Acts on tickets with the reading of one look."""

    observer: Observer

    def create(self, command: NewIssue, writer: Writer, seek_since: datetime | None) -> Outcome:
        """Create the ticket and link it. With ``seek_since``, take the one that an earlier attempt made."""
        repository = repository_of(command.project)
        is_here = command.case.key.site == SITE
        if is_here:
            self.observer.client.cover(place_at(command.case).repository, frozenset({repository}))
        ticket = self.sought(command, repository, seek_since) if seek_since is not None else None
        was_there = ticket is not None
        if ticket is None:
            ticket = self._created(command, repository, writer)
        ref = ref_of(ticket)
        self._complete(command, ticket, writer)
        may_hang = is_here and place_at(command.case).repository.owner.casefold() == repository.owner.casefold()
        if may_hang and not (was_there and self._is_linked(command.case, ticket)):
            self.link(command.case, ref, writer)
        changed = bool(writer.writes) or not was_there
        return Outcome(
            Result.CHANGED if changed else Result.UNCHANGED,
            ticket=ref,
            writes=writer.writes,
            shortfall=tuple(writer.shortfall),
        )

    def link(self, case: IssueRef, ticket: IssueRef, writer: Writer) -> bool:
        """Make the ticket a sub-issue of its incident; tell whether it was not one before.

        Where GitHub has no sub-issues, or none across owners, the shortfall says ``link``: the table in our own
        comment links them then. https://docs.github.com/en/rest/issues/sub-issues#add-sub-issue
        """
        place, capabilities = place_at(case), self.observer.capabilities
        self.observer.client.cover(place.repository, frozenset({place_at(ticket).repository}))
        same_owner = place.repository.owner.casefold() == place_at(ticket).repository.owner.casefold()
        if not same_owner or place.repository in capabilities.without_sub_issues:
            writer.shortfall.append("link")
            return False
        try:
            writer.write(case, "POST", place.path("sub_issues"), {"sub_issue_id": int(ticket.key.id)})
        except IssueNotFound:
            # Reading them tells, and remembers, whether it is the feature that is missing.
            self.observer.sub_issues(self.observer.ticket(case.key, place))
            writer.shortfall.append("link")
            return False
        except TrackerRefused as refused:
            if refused.status == 401:
                raise
            if "duplicate" not in refused.detail.lower():
                writer.shortfall.append("link")
            return False
        return True

    def agree(self, command: EnsureAgreed, writer: Writer) -> Outcome:
        """Set owner and due date in one request where the form of the date allows it. People's text stays as it is."""
        place = place_at(command.ticket)
        ticket = self.observer.ticket(command.ticket.key, place)
        place = place_of_ticket(ticket)
        body: Json = {}
        if command.owner is not None:
            body |= _assignees(ticket, command.owner, writer)
        if command.title:
            body["title"] = escape.title(command.title, ticket.title)
        form = self.observer.reader.form.due
        if command.due is not None and form is GithubDue.ISSUE_FIELD:
            DueDates(self.observer.client, self.observer.reader.form).set_field(
                place, command.due, command.ticket, writer
            )
        elif command.due is not None:
            body |= self._due(command, ticket, writer)
        if body:
            answer = writer.without_assignees(command.ticket, "PATCH", place.path(), body)
            if answer.body is not None and command.owner is not None and "assignees" in body:
                _read_back_owner(read(Ticket, answer.body), command.owner, writer)
        result = Result.CHANGED if writer.writes else Result.UNCHANGED
        if writer.shortfall and len(writer.shortfall) >= sum(
            (command.owner is not None, command.due is not None, bool(command.title))
        ):
            result = Result.REFUSED
        left_out = tuple(writer.shortfall)
        detail = f"left out: {', '.join(left_out)}" if result is Result.REFUSED else ""
        return Outcome(result, detail=detail, writes=writer.writes, shortfall=left_out)

    def _is_linked(self, case: IssueRef, ticket: Ticket) -> bool:
        incident = self.observer.ticket(case.key, place_at(case))
        return ticket.id in {each.id for each in self.observer.sub_issues(incident)}

    def _due(self, command: EnsureAgreed, ticket: Ticket, writer: Writer) -> Json:
        if command.due is None:
            return {}
        if self.observer.reader.form.due is GithubDue.MILESTONE:
            if ticket.milestone and ticket.milestone.due_on and ticket.milestone.due_on.date() == command.due:
                return {}
            dates = DueDates(self.observer.client, self.observer.reader.form)
            number = dates.milestone(place_of_ticket(ticket).repository, command.due, command.ticket, writer)
            return {"milestone": number} if number is not None else {}
        text = ticket.body or ""
        if ticket.user is None or str(ticket.user.id) != self.observer.reader.service.id:
            # Somebody else's text is not ours to edit, not by one line.
            writer.shortfall.append("due")
            return {}
        return {} if due_in(text) == command.due else {"body": with_due(text, command.due)}

    def sought(
        self, command: NewIssue | EnsureGeneratedIssue, repository: Repository, since: datetime
    ) -> Ticket | None:
        """Return the ticket that an earlier, unanswered attempt made, or ``None``.

        Not filtered by label: labels are dropped silently where our account may not set them.
        """
        reader = self.observer.reader
        query: dict[str, str | int] = {
            "creator": reader.service.handle,
            "state": "all",
            "since": (since - CLOCK_SKEW).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        pages = self.observer.client.pages(repository.path("issues"), query, most=SOUGHT_PAGES)
        for ticket in read_all(Ticket, pages.items):
            is_ours = ticket.user is not None and str(ticket.user.id) == reader.service.id
            if is_ours and purpose_in(reader.signer, command.case.key, ticket.body or "") == command.purpose:
                return ticket
        if pages.capped:
            raise TrackerUnavailable("Too many issues were opened to tell whether the ticket is among them.")
        return None

    def _created(self, command: NewIssue, repository: Repository, writer: Writer) -> Ticket:
        otherwise = command.action_id if isinstance(command, EnsureActionTicket) else "An affected system"
        body: Json = {
            "title": escape.title(command.title, otherwise),
            "body": self._text(command, repository),
            "labels": sorted(command.labels),
        }
        if isinstance(command, EnsureActionTicket):
            body |= self._of_action(command, repository, writer)
        answer = writer.without_assignees(opened_at(command), "POST", repository.path("issues"), body)
        return read(Ticket, answer.body)

    def _of_action(self, command: EnsureActionTicket, repository: Repository, writer: Writer) -> Json:
        """Return what an action's ticket has beside its text: owner, type, and a milestone where that is its due date."""
        reader, fields = self.observer.reader, Json()
        if is_login(command.owner.handle) and command.owner.site == reader.service.site:
            fields["assignees"] = [command.owner.handle]
        else:
            writer.shortfall.append("assignee")
        if reader.form.type:
            fields["type"] = reader.form.type
        if reader.form.due is GithubDue.MILESTONE:
            dates = DueDates(self.observer.client, reader.form)
            number = dates.milestone(repository, command.due, opened_at(command), writer)
            fields |= {"milestone": number} if number is not None else {}
        return fields

    def _complete(self, command: NewIssue, ticket: Ticket, writer: Writer) -> None:
        """Read back what GitHub drops without a word from those who may not push, and set what creating cannot."""
        if isinstance(command, EnsureActionTicket):
            _read_back_owner(ticket, command.owner, writer)
        present = {name.casefold() for name in ticket.label_names}
        writer.shortfall += [f"label {name}" for name in sorted(command.labels) if name.casefold() not in present]
        if isinstance(command, EnsureActionTicket) and self.observer.reader.form.due is GithubDue.ISSUE_FIELD:
            dates = DueDates(self.observer.client, self.observer.reader.form)
            dates.set_field(place_of_ticket(ticket), command.due, ref_of(ticket), writer)

    def _text(self, command: NewIssue, repository: Repository) -> str:
        mark = mark_line(self.observer.reader.signer, command.case.key, command.purpose)
        has_line = isinstance(command, EnsureActionTicket) and self.observer.reader.form.due is GithubDue.LINE
        last = f"{due_line(command.due)}\n\n{mark}" if isinstance(command, EnsureActionTicket) and has_line else mark
        return Renderer(str(repository)).markdown(command.tree, last=last)


def _assignees(ticket: Ticket, owner: Person, writer: Writer) -> Json:
    """Return the assignees to write: one assignee is replaced, among several the owner is added; people put them
    there.
    """
    present = tuple(ticket.assignees or ())
    if any(str(account.id) == owner.id for account in present):
        return {}
    if owner.site != "github" or not is_login(owner.handle):
        writer.shortfall.append("assignee")
        return {}
    others = [account.login for account in present] if len(present) > 1 else []
    return {"assignees": [owner.handle, *others]}


def _read_back_owner(ticket: Ticket, owner: Person, writer: Writer) -> None:
    is_owner = any(str(account.id) == owner.id for account in ticket.assignees or ())
    if not is_owner and "assignee" not in writer.shortfall:
        writer.shortfall.append("assignee")
