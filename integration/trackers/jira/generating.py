"""Issues that the service writes itself, on Jira: opened once, edited in place, closed when their time is over."""

from datetime import datetime

from integration.errors import TrackerRefused, TrackerUnavailable
from integration.postmortem.commands import EnsureClosed, EnsureGeneratedIssue, Outcome, Result
from integration.postmortem.incident import IssueRef
from integration.trackers.jira.client import Json
from integration.trackers.jira.creating import new_one_of_purpose
from integration.trackers.jira.edits import assignee
from integration.trackers.jira.escape import title
from integration.trackers.jira.identifiers import issue_id, numeric
from integration.trackers.jira.marks import PROPERTY, last_line, property_value
from integration.trackers.jira.observing import Observer
from integration.trackers.jira.pictures import bring, tidy
from integration.trackers.jira.render import WikiWriter
from integration.trackers.jira.translation import is_done, ref_of
from integration.trackers.jira.writing import Writer
from integration.trackers.pictures import charts_in


def publish(command: EnsureGeneratedIssue, observer: Observer, writer: Writer, seek_since: datetime | None) -> Outcome:
    """Open the issue, or say anew what it says. With ``seek_since``, one that an earlier attempt made is taken as it is: ``UNCHANGED``."""
    if command.there is not None:
        shown = bring(command.there, command.tree, observer, writer)
        _say(command, command.there, shown, observer, writer)
        if any(charts_in(command.tree.blocks)):
            tidy(command.there, shown, observer, writer)
        return Outcome(Result.CHANGED, ticket=command.there, writes=writer.writes, shortfall=writer.shortfall)
    found = None if seek_since is None else new_one_of_purpose(command, observer, seek_since)
    if found is not None:
        return Outcome(Result.UNCHANGED, ticket=found)
    made = writer.write_fields(command.case, "POST", "issue", body=_body(command, observer))
    if not made or not made.get("id"):
        raise TrackerUnavailable("Jira created an issue without saying which.", may_have_happened=True)
    ref: IssueRef = ref_of(made, observer.reading.base_url)
    # A file needs its issue, and a picture in a text its file. Whoever dies in between finds the issue again, and says it anew.
    if shown := bring(ref, command.tree, observer, writer):
        _say(command, ref, shown, observer, writer)
    return Outcome(Result.CHANGED, ticket=ref, writes=writer.writes, shortfall=writer.shortfall)


def close(command: EnsureClosed, observer: Observer, writer: Writer) -> Outcome:
    """Take the first way that leads to a status of the category done; an issue that is done already stays as it is."""
    ident = issue_id(command.issue)
    raw = observer.client.get_issue(ident, {"fields": "status", "expand": "transitions"})
    if is_done(raw["fields"].get("status") or {}):
        return Outcome(Result.UNCHANGED)
    ways = [each for each in raw.get("transitions") or () if is_done(each.get("to") or {})]
    if not ways:
        raise TrackerRefused("The workflow offers no way to close this.", status=0, detail="no transition to done")
    body = {"transition": {"id": numeric(str(ways[0]["id"]), "transition")}}
    writer.write(command.issue, "POST", "issue", ident, "transitions", body=body)
    return Outcome(Result.CHANGED, writes=writer.writes)


def _say(
    command: EnsureGeneratedIssue, ref: IssueRef, shown: frozenset[str], observer: Observer, writer: Writer
) -> None:
    writer.write_fields(ref, "PUT", "issue", issue_id(ref), body={"fields": _text(command, observer, shown)})


def _text(command: EnsureGeneratedIssue, observer: Observer, shown: frozenset[str] = frozenset()) -> Json:
    last = last_line(observer.reading.signer, command.case.key, command.purpose)
    markup = WikiWriter(observer.client.is_cloud, shown).markup(command.tree, last=last)
    return {"summary": title(command.title), "description": markup}


def _body(command: EnsureGeneratedIssue, observer: Observer) -> Json:
    fields: Json = {
        **_text(command, observer),
        "project": {"key": command.project},
        "issuetype": {"name": command.issue_type},
        "labels": sorted(command.labels),
    }
    owner = assignee(command.owner, observer.client) if command.owner is not None else None
    fields |= {"assignee": owner} if owner is not None else {}
    fields |= {"duedate": command.due.isoformat()} if command.due is not None else {}
    marker = property_value(observer.reading.signer, command.case.key, command.purpose)
    return {"fields": fields, "properties": [{"key": PROPERTY, "value": marker}]}
