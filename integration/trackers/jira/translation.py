"""Jira's JSON → our nouns. Pure: what was asked comes in, values go out; nothing here calls."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from integration.postmortem.document import Block, Document, Heading, Paragraph, Text
from integration.postmortem.incident import Attachment, Comment, CommentOrigin, GateField, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind
from integration.postmortem.reading.jira_html import read_html
from integration.trackers.jira.fields import FieldInfo
from integration.trackers.jira.marks import PROPERTY, origin_of, purpose_of_property, purpose_of_text
from integration.trackers.jira.story import LONG_AGO, Raw, instant, person_of, story_of
from integration.trackers.markers import Signer
from mappings.models import LinkDirection, Policy


@dataclass(frozen=True)
class Reading:
    """What translating needs besides the JSON: the site's address, our account, our signer, the policy, and the site's gate field."""

    base_url: str
    service: Person
    signer: Signer
    policy: Policy
    gate: FieldInfo | None = None

    @property
    def mapped_fields(self) -> tuple[tuple[str, str], ...]:
        """Return (policy name, field id) of every Jira field that the mapping names: sections by their id,
        amounts as ``amount.<id>``, ``severity``, ``due``.
        """
        sections = tuple((each.id, each.jira_field) for each in self.policy.postmortem.sections if each.jira_field)
        severity, due = self.policy.severity.jira.field, self.policy.remediation.ticket.jira.due_field
        amounts = tuple(
            (f"amount.{each.id}", each.jira_field) for each in self.policy.severity.amounts if each.jira_field
        )
        return (*sections, *amounts, *((("severity", severity),) if severity else ()), ("due", due))


def day(text: Any) -> date | None:
    """Return the day that a date field says, or ``None``."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def visible(value: Any) -> str:
    """Return what a field's value reads as: options by value, people and versions by name, several joined by commas."""
    match value:
        case None:
            return ""
        case str():
            return value
        case Mapping():
            shown = (value.get(name) for name in ("value", "displayName", "name", "key"))
            return str(next((each for each in shown if each), ""))
        case Iterable():
            return ", ".join(filter(None, (visible(each) for each in value)))
        case _:
            return str(value)


def ref_of(raw: Raw, base_url: str) -> IssueRef:
    """Return the reference of an issue, or of the stub of one in a link."""
    key = str(raw.get("key") or "")
    return IssueRef(IssueKey("jira", str(raw["id"])), key, f"{base_url}/browse/{key}" if key else "")


def comment_of(raw: Raw, issue: IssueRef, reading: Reading) -> Comment:
    """Return one comment, with whose words it holds (SECURITY.md S8)."""
    author = person_of(raw.get("author"))
    created = instant(raw.get("created")) or LONG_AGO
    updated = instant(raw.get("updated")) or created
    text = str(raw.get("body") or "")
    editor = person_of(raw["updateAuthor"]) if raw.get("updateAuthor") else author
    if author.id == reading.service.id:
        origin = CommentOrigin.OURS
    elif author.kind is not PersonKind.HUMAN:
        origin = CommentOrigin.APP
    else:
        origin = CommentOrigin.PERSON if editor.id == author.id else CommentOrigin.REWRITTEN
    purpose = purpose_of_text(reading.signer, issue.key, text) if origin is CommentOrigin.OURS else None
    address = f"{issue.url}?focusedCommentId={raw['id']}" if issue.url else ""
    return Comment(str(raw["id"]), author, created, updated, text, origin, purpose, address)


def issue_of(
    raw: Raw,
    comments: tuple[Comment, ...],
    reading: Reading,
    *,
    case: IssueKey | None = None,
    capped: bool = False,
    linked: bool = False,
    reopen_with: str | None = None,
) -> Issue:
    """Return one issue. ``case`` is the incident to which a ticket's marker has to belong; ``None`` reads the
    incident itself.
    """
    return replace(
        _as_shown(raw, reading),
        comments=comments,
        comments_capped=capped,
        purpose=_purpose(raw, raw["fields"], case, reading),
        linked=linked,
        reopen_with=reopen_with,
    )


def _as_shown(raw: Raw, reading: Reading) -> Issue:
    """Return what an issue's own fields and changelog say."""
    fields: Raw = raw["fields"]
    status: Raw = fields.get("status") or {}
    closed = is_done(status)
    closed_at, closed_by = closing_of(raw) if closed else (None, None)
    created = instant(fields.get("created")) or LONG_AGO
    due, severity = reading.policy.remediation.ticket.jira.due_field, reading.policy.severity.jira.field
    return Issue(
        ref=ref_of(raw, reading.base_url),
        title=str(fields.get("summary") or ""),
        body=_body(fields, reading),
        document=document_of(raw, reading),
        author=person_of(fields.get("creator") or fields.get("reporter")),
        created_at=created,
        updated_at=instant(fields.get("updated")) or created,
        closed=closed,
        closed_at=closed_at,
        closed_by=closed_by,
        state_reason=visible(fields.get("resolution")),
        status_name=visible(status),
        under_way=visible(status) if _category(status) == "indeterminate" else "",
        labels=frozenset(map(str, fields.get("labels") or ())),
        components=frozenset(filter(None, (visible(each) for each in fields.get("components") or ()))),
        issue_type=visible(fields.get("issuetype")),
        former_type=next((each.before for each in story_of(raw).changes if each.field == "issuetype"), ""),
        parent=_parent(fields, reading),
        priority=visible(fields.get("priority")),
        severity_shown=visible(fields.get(severity)) if severity else "",
        gate_field=_gate_field(raw, reading),
        assignees=(person_of(fields["assignee"]),) if fields.get("assignee") else (),
        due=day(fields.get(due)),
        fields=tuple(
            (name, visible(fields.get(field))) for name, field in reading.mapped_fields if fields.get(field) is not None
        ),
        attachments=tuple(_attachment(each) for each in fields.get("attachment") or ()),
        origin=_origin(raw, fields, reading),
    )


def _parent(fields: Raw, reading: Reading) -> IssueRef | None:
    """Return the issue whose sub-task this is. On Cloud an epic is a parent too, and what belongs to an epic is no sub-task."""
    is_subtask, parent = (fields.get("issuetype") or {}).get("subtask") is True, fields.get("parent")
    return ref_of(parent, reading.base_url) if is_subtask and parent else None


def document_of(raw: Raw, reading: Reading) -> Document:
    """Return the rendered description, and after it each mapped field as a section of its own."""
    rendered: Raw = raw.get("renderedFields") or {}
    fields: Raw = raw["fields"]
    parts = [read_html(_html(rendered, "description"))]
    for section, field in _section_fields(reading):
        html, text = _html(rendered, field), visible(fields.get(field))
        if html or text:
            said = read_html(html) if html else Document((Paragraph(Text(text)),))
            title = reading.policy.section(section).title
            parts.append(Document((Heading(2, Text(title)), *said.blocks), said.truncated, said.problems))
    blocks: tuple[Block, ...] = tuple(block for part in parts for block in part.blocks)
    problems = tuple(problem for part in parts for problem in part.problems)
    return Document(blocks, any(part.truncated for part in parts), problems)


def is_done(status: Raw) -> bool:
    """Tell whether a status is of the category done, which is what closed means on Jira."""
    return _category(status) == "done"


def _category(status: Raw) -> str:
    # https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-workflow-status-categories/: new, indeterminate and done
    return str((status.get("statusCategory") or {}).get("key") or "")


def closing_of(raw: Raw) -> tuple[datetime | None, Person | None]:
    """Return when and by whom a closed issue was closed, as far as its fields and its changelog say."""
    fields: Raw = raw["fields"]
    move = story_of(raw).last_change("status")
    at = instant(fields.get("resolutiondate")) or instant(fields.get("statuscategorychangedate"))
    return at or (move.at if move else None), move.author if move else None


def way_back(transitions: Iterable[Raw], policy: Policy) -> str | None:
    """Return the id of the transition that opens an issue again: the first one that the mapping names, else the
    only one there is.
    """
    back = [each for each in transitions if each.get("to") and not is_done(each["to"])]
    for wanted in policy.remediation.reopening.jira_transitions:
        for each in back:
            if wanted.casefold() in {str(each.get("name")).casefold(), visible(each["to"]).casefold()}:
                return str(each["id"])
    return str(back[0]["id"]) if len(back) == 1 else None


def linked_refs(fields: Raw, reading: Reading) -> tuple[IssueRef, ...]:
    """Return the sub-tasks of an incident, and the issues that its links of the mapped kind and direction lead to."""
    jira = reading.policy.remediation.ticket.jira
    found = [ref_of(each, reading.base_url) for each in fields.get("subtasks") or ()]
    for link in fields.get("issuelinks") or ():
        kind: Raw = link.get("type") or {}
        if str(kind.get("name")).casefold() != jira.link_type.casefold():
            continue
        side = "outwardIssue" if jira.link_direction is LinkDirection.OUTWARD else "inwardIssue"
        # "relates to" reads alike from both ends, and people link from either.
        other = (
            link.get("outwardIssue") or link.get("inwardIssue")
            if kind.get("inward") == kind.get("outward")
            else link.get(side)
        )
        if other:
            found.append(ref_of(other, reading.base_url))
    return tuple(dict.fromkeys(found))


def _gate_field(raw: Raw, reading: Reading) -> GateField | None:
    # A field that does not belong to the issue's project or type is not in the answer at all.
    if reading.gate is None or reading.gate.id not in raw["fields"]:
        return None
    names = {reading.gate.id, f"custom:{reading.gate.name}"}
    changes = [change for change in story_of(raw).changes if change.field in names]
    others = sum(change.author.id != reading.service.id for change in changes)
    return GateField(visible(raw["fields"][reading.gate.id]), others)


def _purpose(raw: Raw, fields: Raw, case: IssueKey | None, reading: Reading) -> str | None:
    if case is None:
        return None
    value = (raw.get("properties") or {}).get(PROPERTY)
    return purpose_of_property(reading.signer, case, value) or purpose_of_text(
        reading.signer, case, str(fields.get("description") or "")
    )


def _origin(raw: Raw, fields: Raw, reading: Reading) -> IssueKey | None:
    if person_of(fields.get("creator") or fields.get("reporter")).id != reading.service.id:
        return None
    value = (raw.get("properties") or {}).get(PROPERTY)
    return origin_of(reading.signer, "jira", value, str(fields.get("description") or ""))


def _section_fields(reading: Reading) -> tuple[tuple[str, str], ...]:
    sections = reading.policy.postmortem.sections
    return tuple(
        (each.id, each.jira_field) for each in sections if each.jira_field and each.jira_field != "description"
    )


def _body(fields: Raw, reading: Reading) -> str:
    # Decisions are bound to the digest of this text, so what stands in mapped fields belongs to it.
    parts = [str(fields.get("description") or "")]
    for section, field in _section_fields(reading):
        if text := visible(fields.get(field)):
            parts.append(f"{section}:\n{text}")
    return "\n\n".join(parts)


def _html(rendered: Raw, field: str) -> str:
    value = rendered.get(field)
    return value if isinstance(value, str) else ""


def _attachment(raw: Raw) -> Attachment:
    created = instant(raw.get("created")) or LONG_AGO
    return Attachment(
        str(raw["id"]), str(raw.get("filename") or ""), person_of(raw.get("author")), created, int(raw.get("size") or 0)
    )
