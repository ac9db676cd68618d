"""Brings about what the core wants on Jira, one command after the other, with as few writing requests as the API
allows.
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
    FieldEdit,
    Outcome,
    Result,
    edited,
)
from integration.postmortem.incident import IssueRef
from integration.postmortem.writing.tree import Tree
from integration.trackers.jira.creating import create_ticket, link
from integration.trackers.jira.edits import Edit, body_of, edit_of
from integration.trackers.jira.generating import close, publish
from integration.trackers.jira.identifiers import issue_id, numeric
from integration.trackers.jira.marks import last_line
from integration.trackers.jira.observing import Observer
from integration.trackers.jira.render import STATUS_HEADING, WikiWriter
from integration.trackers.jira.translation import is_done
from integration.trackers.jira.writing import Writer


@dataclass(frozen=True)
class Actor:
    """Does commands. Comments in a service desk are internal (S27)."""

    observer: Observer

    def do(self, command: Command, writer: Writer, seek_since: datetime | None) -> Outcome:
        """Do one command. What Jira refuses comes back as an outcome; what is down, limited or not ours to sign in
        to is raised.
        """
        try:
            return self._do(command, writer, seek_since)
        except TrackerRefused as refused:
            if refused.status == 401:
                raise
            return Outcome(Result.REFUSED, detail=refused.detail or str(refused), writes=writer.writes)
        except IssueNotFound as missing:
            return Outcome(Result.REFUSED, detail=str(missing), writes=writer.writes)

    def do_together(self, commands: tuple[FieldEdit, ...], writer: Writer) -> tuple[Outcome, ...]:
        """Do several edits of fields and labels of one issue with one request; an outcome for each, in their order.
        Raises ``ValueError`` where they are of several issues.
        """
        issue, *others = {edited(command) for command in commands}
        if others:
            raise ValueError("edits of several issues do not go together")
        edits = tuple(edit_of(command, self.observer.reading, self.observer.client) for command in commands)
        refusal = ""
        if body := body_of(edits):
            try:
                writer.write_fields(issue, "PUT", "issue", issue_id(issue), body=body)
            except (TrackerRefused, IssueNotFound) as refused:
                if isinstance(refused, TrackerRefused) and refused.status == 401:
                    raise
                refusal = getattr(refused, "detail", "") or str(refused)
        # The requests are told once, with the first command.
        counts = (writer.writes, *(0 for _ in commands[1:]))
        return tuple(_outcome(edit, writer, refusal, count) for edit, count in zip(edits, counts, strict=True))

    def _do(self, command: Command, writer: Writer, seek_since: datetime | None) -> Outcome:
        match command:
            case EnsureLabels() | EnsureSeverityShown() | EnsureGateField() | EnsureAgreed():
                return self.do_together((command,), writer)[0]
            case EnsureStatusComment():
                return self._status(command, writer, seek_since)
            case EnsureReply():
                return self._reply(command, writer, seek_since)
            case EnsureOpen():
                return self._open(command, writer)
            case EnsureActionTicket() | EnsureLinkedIncident():
                return create_ticket(command, self.observer, writer, seek_since)
            case EnsureGeneratedIssue():
                return publish(command, self.observer, writer, seek_since)
            case EnsureClosed():
                return close(command, self.observer, writer)
            case EnsureLinked(case, ticket):
                link(case, ticket, self.observer.reading.policy, writer)
                return Outcome(Result.CHANGED, writes=writer.writes)
            case _:
                assert_never(command)

    def _status(self, command: EnsureStatusComment, writer: Writer, seek_since: datetime | None) -> Outcome:
        issue, comment_id = command.issue, command.comment_id
        first = STATUS_HEADING if command.purpose == "status" else ""
        text = self._text(issue, command.purpose, command.tree, first=first)
        if comment_id is None and seek_since is not None:
            comment_id = self._said(issue, command.purpose)
        if comment_id is None:
            return self._comment(issue, text, writer)
        path = ("issue", issue_id(issue), "comment", numeric(comment_id, "comment"))
        writer.write(issue, "PUT", *path, body={"body": text})
        return Outcome(Result.CHANGED, created=comment_id, writes=writer.writes)

    def _reply(self, command: EnsureReply, writer: Writer, seek_since: datetime | None) -> Outcome:
        if seek_since is not None and (said := self._said(command.issue, command.purpose)):
            return Outcome(Result.UNCHANGED, created=said)
        return self._comment(command.issue, self._text(command.issue, command.purpose, command.tree), writer)

    def _comment(self, issue: IssueRef, text: str, writer: Writer) -> Outcome:
        body: dict[str, object] = {"body": text}
        if self.observer.is_service_desk(issue):
            # Without this property the service desk's customers read it and get it by e-mail.
            body["properties"] = [{"key": "sd.public.comment", "value": {"internal": True}}]
        made = writer.write(issue, "POST", "issue", issue_id(issue), "comment", body=body)
        return Outcome(Result.CHANGED, created=str(made.get("id") or ""), writes=writer.writes)

    def _open(self, command: EnsureOpen, writer: Writer) -> Outcome:
        issue = command.issue
        body = {"transition": {"id": numeric(command.way, "transition")}}
        try:
            writer.write(issue, "POST", "issue", issue_id(issue), "transitions", body=body)
        except TrackerRefused:
            # Somebody may have opened it in between, and then the transition is not offered any more.
            raw = self.observer.client.get_issue(issue_id(issue), {"fields": "status"})
            if is_done(raw["fields"].get("status") or {}):
                raise
            return Outcome(Result.UNCHANGED, writes=writer.writes)
        return Outcome(Result.CHANGED, writes=writer.writes)

    def _said(self, issue: IssueRef, purpose: str) -> str | None:
        comments, _ = self.observer.comments(issue)
        return next((comment.id for comment in comments if comment.purpose == purpose), None)

    def _text(self, issue: IssueRef, purpose: str, tree: Tree, *, first: str = "") -> str:
        writer = WikiWriter(self.observer.client.is_cloud)
        return writer.markup(tree, first=first, last=last_line(self.observer.reading.signer, issue.key, purpose))


def _outcome(edit: Edit, writer: Writer, refusal: str, writes: int) -> Outcome:
    """Return what came of one of the edits of a request: of the fields that Jira would not take, each counts where it belongs."""
    if refusal and edit.names:
        return Outcome(Result.REFUSED, detail=refusal, writes=writes, shortfall=edit.shortfall)
    dropped = tuple(said for said in writer.shortfall if said.partition(":")[0] in edit.names)
    shortfall = edit.shortfall + dropped
    if len(dropped) >= len(edit.names) and shortfall:
        return Outcome(Result.REFUSED, detail="; ".join(shortfall), writes=writes, shortfall=shortfall)
    return Outcome(Result.CHANGED if edit.names else Result.UNCHANGED, writes=writes, shortfall=shortfall)
