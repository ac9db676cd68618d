"""Issues that the service writes itself, on GitHub: opened once, edited in place, closed when their time is over."""

from datetime import datetime

from integration.postmortem.commands import EnsureClosed, EnsureGeneratedIssue, Outcome, Result
from integration.trackers.github import escape
from integration.trackers.github.identifiers import is_login, place_at, repository_of
from integration.trackers.github.marks import mark_line
from integration.trackers.github.observing import Observer
from integration.trackers.github.payloads import Ticket, read
from integration.trackers.github.render import Renderer
from integration.trackers.github.tickets import Tickets
from integration.trackers.github.translation import ref_of
from integration.trackers.github.writing import Writer


def publish(command: EnsureGeneratedIssue, observer: Observer, writer: Writer, seek_since: datetime | None) -> Outcome:
    """Open the issue, or say anew what it says. With ``seek_since``, one that an earlier attempt made is taken as it is: ``UNCHANGED``."""
    repository = repository_of(command.project)
    mark = mark_line(observer.reader.signer, command.case.key, command.purpose)
    body = {
        "title": escape.title(command.title, "Followthrough"),
        "body": Renderer(str(repository)).markdown(command.tree, last=mark),
    }
    if command.there is not None:
        writer.write(command.there, "PATCH", place_at(command.there).path(), body)
        return Outcome(Result.CHANGED, ticket=command.there, writes=writer.writes)
    found = None if seek_since is None else Tickets(observer).sought(command, repository, seek_since)
    if found is not None:
        return Outcome(Result.UNCHANGED, ticket=ref_of(found))
    fields = {**body, "labels": sorted(command.labels)}
    if command.owner is not None and is_login(command.owner.handle):
        fields["assignees"] = [command.owner.handle]
    made = writer.without_assignees(command.case, "POST", repository.path("issues"), fields)
    ticket = read(Ticket, made.body)
    present = {name.casefold() for name in ticket.label_names}
    dropped = tuple(f"label {name}" for name in sorted(command.labels) if name.casefold() not in present)
    return Outcome(Result.CHANGED, ticket=ref_of(ticket), writes=writer.writes, shortfall=dropped)


def close(command: EnsureClosed, observer: Observer, writer: Writer) -> Outcome:
    """Close the issue as completed; one that somebody closed meanwhile stays as it is."""
    place = place_at(command.issue)
    if observer.ticket(command.issue.key, place).state == "closed":
        return Outcome(Result.UNCHANGED)
    writer.write(command.issue, "PATCH", place.path(), {"state": "closed", "state_reason": "completed"})
    return Outcome(Result.CHANGED, writes=writer.writes)
