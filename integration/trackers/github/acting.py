"""Brings about what the core wants on GitHub: reads, compares, then leaves, changes or adds, with as few writing
requests as it can.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import (
    Command,
    EnsureActionTicket,
    EnsureAgreed,
    EnsureClosed,
    EnsureGateField,
    EnsureGeneratedIssue,
    EnsureLabels,
    EnsureLinked,
    EnsureLinkedIncident,
    EnsureOpen,
    EnsureReply,
    EnsureSeverityShown,
    EnsureStatusComment,
    Outcome,
    Result,
)
from integration.postmortem.incident import IssueRef
from integration.postmortem.writing.tree import Tree
from integration.trackers.github.answers import Answer
from integration.trackers.github.client import items_of
from integration.trackers.github.generating import close, publish
from integration.trackers.github.identifiers import Place, is_id, place_at
from integration.trackers.github.marks import mark_line
from integration.trackers.github.observing import Observer
from integration.trackers.github.payloads import Label, Remark, Ticket, read, read_all
from integration.trackers.github.render import Renderer
from integration.trackers.github.tickets import Tickets
from integration.trackers.github.writing import Writer

# The colour of labels that we have to create; GitHub's own default grey would not tell them from people's drafts.
LABEL_COLOUR = "5319e7"


@dataclass(frozen=True)
class Actor:
    """Does commands with the reading of one look."""

    observer: Observer

    def do(self, command: Command, writer: Writer, seek_since: datetime | None) -> Outcome:
        """Do one command. What GitHub refuses comes back as an outcome; what is down or limited is raised, and so is
        a token that is not accepted.
        """
        try:
            return self._do(command, writer, seek_since)
        except TrackerRefused as refused:
            if refused.status == 401:
                raise
            detail = refused.detail or str(refused)
        except IssueNotFound as missing:
            # GitHub answers 404 as well for what our account may not do in a private repository.
            detail = str(missing)
        return Outcome(Result.REFUSED, detail=detail, writes=writer.writes, shortfall=tuple(writer.shortfall))

    def _do(self, command: Command, writer: Writer, seek_since: datetime | None) -> Outcome:
        match command:
            case EnsureLabels():
                return self._labels(command, writer)
            case EnsureGateField():
                # No workflow of GitHub's asks anything before an issue is closed, so no gate field is ever shown there.
                return Outcome(Result.UNCHANGED)
            case EnsureSeverityShown():
                # Labels are all that GitHub has for a severity, and EnsureLabels writes those.
                return Outcome(Result.UNCHANGED)
            case EnsureStatusComment():
                return self._status(command, writer, seek_since)
            case EnsureReply():
                return self._reply(command, writer, seek_since)
            case EnsureOpen():
                return self._open(command, writer)
            case EnsureActionTicket() | EnsureLinkedIncident():
                return Tickets(self.observer).create(command, writer, seek_since)
            case EnsureGeneratedIssue():
                return publish(command, self.observer, writer, seek_since)
            case EnsureClosed():
                return close(command, self.observer, writer)
            case EnsureLinked():
                return self._linked(command, writer)
            case EnsureAgreed():
                return Tickets(self.observer).agree(command, writer)
            case _:
                assert_never(command)

    def _labels(self, command: EnsureLabels, writer: Writer) -> Outcome:
        place = place_at(command.issue)
        present = {name.casefold(): name for name in self.observer.ticket(command.issue.key, place).label_names}
        added = sorted(name for name in command.add if name.casefold() not in present)
        removed = sorted(present[name.casefold()] for name in command.remove if name.casefold() in present)
        # Added and removed by name, not set as a whole: a label that somebody adds meanwhile is not ours to lose.
        if added:
            answer = self._add_labels(command.issue, place, added, writer)
            now = {label.name.casefold() for label in read_all(Label, items_of(answer))}
            writer.shortfall += [f"label {name}" for name in added if name.casefold() not in now]
        for name in removed:
            try:
                writer.write(command.issue, "DELETE", place.path("labels", name))
            except IssueNotFound:
                continue  # Somebody else took it off in the meantime.
        return Outcome(_result(writer), writes=writer.writes, shortfall=tuple(writer.shortfall))

    def _add_labels(self, issue: IssueRef, place: Place, names: list[str], writer: Writer) -> Answer:
        try:
            return writer.write(issue, "POST", place.path("labels"), {"labels": names})
        except (TrackerRefused, IssueNotFound) as refused:
            if isinstance(refused, TrackerRefused) and refused.status != 422:
                raise
            # GitHub creates unknown labels by itself for whoever may push; other servers want them made first.
            for name in names:
                self._create_label(issue, place, name, writer)
            return writer.write(issue, "POST", place.path("labels"), {"labels": names})

    def _create_label(self, issue: IssueRef, place: Place, name: str, writer: Writer) -> None:
        try:
            self.observer.client.get(place.repository.path("labels", name))
        except IssueNotFound:
            body = {"name": name, "color": LABEL_COLOUR}
            writer.write(issue, "POST", place.repository.path("labels"), body)

    def _status(self, command: EnsureStatusComment, writer: Writer, seek_since: datetime | None) -> Outcome:
        place, comment_id = place_at(command.issue), command.comment_id
        text = self._text(command.issue, command.purpose, command.tree)
        if comment_id is None and seek_since is not None:
            comment_id = self._said(command.issue, place, command.purpose)
        if comment_id is None:
            return self._comment(command.issue, place, text, writer)
        if not is_id(comment_id):
            raise IssueNotFound("This is not a comment on GitHub.")
        path = place.repository.path("issues", "comments", comment_id)
        writer.write(command.issue, "PATCH", path, {"body": text})
        return Outcome(Result.CHANGED, created=comment_id, writes=writer.writes)

    def _reply(self, command: EnsureReply, writer: Writer, seek_since: datetime | None) -> Outcome:
        place = place_at(command.issue)
        if seek_since is not None and (said := self._said(command.issue, place, command.purpose)):
            return Outcome(Result.UNCHANGED, created=said)
        return self._comment(command.issue, place, self._text(command.issue, command.purpose, command.tree), writer)

    def _comment(self, issue: IssueRef, place: Place, text: str, writer: Writer) -> Outcome:
        made = writer.write(issue, "POST", place.path("comments"), {"body": text})
        return Outcome(Result.CHANGED, created=str(read(Remark, made.body).id), writes=writer.writes)

    def _open(self, command: EnsureOpen, writer: Writer) -> Outcome:
        body = {"state": "open", "state_reason": "reopened"}
        answer = writer.write(command.issue, "PATCH", place_at(command.issue).path(), body)
        if read(Ticket, answer.body).state != "open":
            return Outcome(Result.REFUSED, detail="GitHub left the issue closed", writes=writer.writes)
        return Outcome(Result.CHANGED, writes=writer.writes)

    def _linked(self, command: EnsureLinked, writer: Writer) -> Outcome:
        is_new = Tickets(self.observer).link(command.case, command.ticket, writer)
        result = Result.CHANGED if is_new else Result.REFUSED if writer.shortfall else Result.UNCHANGED
        detail = "GitHub has no sub-issues here" if result is Result.REFUSED else ""
        return Outcome(result, detail=detail, writes=writer.writes, shortfall=tuple(writer.shortfall))

    def _said(self, issue: IssueRef, place: Place, purpose: str) -> str | None:
        comments, _ = self.observer.comments(self.observer.ticket(issue.key, place))
        return next((comment.id for comment in comments if comment.purpose == purpose), None)

    def _text(self, issue: IssueRef, purpose: str, tree: Tree) -> str:
        mark = mark_line(self.observer.reader.signer, issue.key, purpose)
        return Renderer(issue.project).markdown(tree, last=mark)


def _result(writer: Writer) -> Result:
    return Result.CHANGED if writer.writes else Result.UNCHANGED
