"""Values of the core with keyword overrides: a team, an incident, its tickets, what is remembered of them. Nothing here is random or now."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from integration.postmortem.decisions import Decision, Memory, ProjectMemory, RememberedAction
from integration.postmortem.document import Document
from integration.postmortem.facts import Facts
from integration.postmortem.incident import Attachment, Case, Comment, Issue, IssueKey, IssueRef
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.titles import digest_of
from mappings.loading import load_policy, load_texts
from mappings.models import Policy

MAPPINGS = Path(__file__).parents[1] / "mappings"
NOW = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)
OPENED = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)
CLOSED = NOW - timedelta(minutes=1)
PROJECT = "acme/shop"
STAMP = "3f2a91c0ffee"


def a_person(handle: str, number: int, **changes: Any) -> Person:
    """Return an account on GitHub."""
    return Person(**({"site": "github", "id": str(number), "handle": handle} | changes))


DANA, OMAR, VIC, GINA, TOM, RITA, STRAY = (
    a_person(handle, 1000 + number)
    for number, handle in enumerate(("dana", "omar", "vic", "gina", "tom", "rita", "stray"), start=1)
)
SERVICE = a_person("followthrough", 1, kind=PersonKind.BOT)
ROBOT = a_person("helper[bot]", 2, kind=PersonKind.APP)
ROLES = {DANA: "write", OMAR: "write", VIC: "write", GINA: "admin", TOM: "triage", RITA: "read"}

ACTION = "Filter recalled products at query time"
CRITERIA = "no recalled product among 1,000 replayed questions"
DUE = date(2026, 11, 30)
HEADER = "| ID | Action | Owner | Due | Horizon | Kind | Done when | Cause | Priority |\n|---|---|---|---|---|---|---|---|---|\n"


def a_row(**changes: Any) -> ActionRow:
    """Return a complete row of the table of actions."""
    given = {
        "description": ACTION,
        "id": "A1",
        "owner": "@dana",
        "due": DUE,
        "due_text": str(DUE),
        "criteria": CRITERIA,
    }
    return ActionRow(**(given | changes))


def a_line(
    action_id: str = "A1",
    action: str = ACTION,
    owner: str = "@dana",
    due: object = DUE,
    *,
    horizon: str = "immediate",
    kind: str = "technical",
    criteria: str = CRITERIA,
    cause: str = "1",
    priority: str = "high",
) -> str:
    """Return a complete line of the table of actions, as people write it."""
    return f"| {action_id} | {action} | {owner} | {due} | {horizon} | {kind} | {criteria} | {cause} | {priority} |\n"


def a_body(*lines: str, **sections: str) -> str:
    """Return a whole post-mortem that satisfies a SEV1, with these lines as its actions; a section set to "" is left out."""
    written = _SECTIONS | {"remediation": HEADER + "".join(lines or (a_line(),))} | sections
    return "\n\n".join(f"## {_TITLES[name]}\n\n{text}" for name, text in written.items() if text)


_TITLES = {
    "meeting": "Review meeting",
    "summary": "Summary",
    "timeline": "Timeline",
    "impact": "Impact",
    "where_else": "Where else?",
    "root_causes": "Root causes",
    "contributing_factors": "Contributing factors",
    "remediation": "Remediation actions",
    "lessons": "Lessons learned",
    "recommendations": "Governance recommendations",
    "model_behaviour": "Model behaviour",
    "data_investigation": "Data investigation",
    "monitoring_gap": "Monitoring gap",
}
_SECTIONS = {
    "meeting": "- Day: 2026-11-25\n- Attendees: engineer on call, product owner, head of support",
    "summary": "The shop assistant recommended products that had been recalled, for five days.\n\n"
    "- Model outputs involved: yes\n- Data suspected: yes\n- Groups affected differently: no",
    "timeline": "- 2026-11-18 09:00 UTC Began: release 41 went out\n- 2026-11-23 14:00 UTC Detected: a customer asked\n"
    "- 2026-11-23 14:20 UTC Switched to the old index\n- 2026-11-23 18:20 UTC Resolved: recalled products are filtered",
    "impact": "- Users affected: 31\n- Money: none\n- Data: none\n- Downstream effects: none\n- Reputation: none\n- Regulatory: none",
    "where_else": "The Hansen assistant: not affected, its retriever filters already (checked by query).",
    "root_causes": "1. Retrieval does not filter on product status\n   - Category: data\n   - Phase: deployment\n"
    "   - Sub-category: rows that should be excluded\n   - Version: release 41\n   - Why? The index has no product status\n"
    "   - Why? The status column was dropped at the export\n   - Why? Nobody owns the schema of the export\n"
    "   - Why was it not caught? No recalled product is among the test questions\n"
    "   - Why was it let through? The release check looks at relevance only\n   - Evidence: the export of release 41\n",
    "contributing_factors": "- Monitoring: no alert on recalled products\n- Communication: none\n- Documentation: none\n"
    "- Tooling: none\n- Governance: none\n- Leadership or resourcing: none",
    "lessons": "A filter that everybody assumes has to be tested where the answer leaves the house.",
    "recommendations": "None, because the release checklist already asks for it.",
    "model_behaviour": "- Baseline: the index before release 41 offered none in 200 questions\n- Segments: heaters and toys\n"
    "- Confidence: as high as for products on sale\n- Envelope: inside, it answers questions about products",
    "data_investigation": "- Profile: 1,204 of 88,000 rows are recalled products\n- Training baseline: the same rows were left out there\n"
    "- Quality checks: none looked at the status\n- Lineage: the catalogue, its nightly export, the index",
    "monitoring_gap": "- What existed: a monitor of relevance\n- Why it missed: it does not know product status\n"
    "- What would catch it: a daily replay with recalled products\n- Cost against benefit: an hour of computing a day",
}


def a_ref(number: int = 12, site: str = "github") -> IssueRef:
    """Return the reference of an issue of the shop: ``acme/shop#12``, or ``SHOP-12`` on Jira."""
    locator = f"{PROJECT}#{number}" if site == "github" else f"SHOP-{number}"
    return IssueRef(IssueKey(site, str(500 + number)), locator, f"https://{site}.example/{number}")


def an_issue(ref: IssueRef, **changes: Any) -> Issue:
    """Return an open issue; its document is read from ``body``, and closing it by ``closed=True`` sets the time as well."""
    body = changes.get("body", "")
    given: dict[str, Any] = {
        "ref": ref,
        "title": "An issue",
        "body": body,
        "document": read_markdown(body) if body else Document(),
        "author": DANA,
        "created_at": OPENED,
        "updated_at": OPENED,
        "closed_at": CLOSED if changes.get("closed") else None,
    }
    return Issue(**(given | changes))


def an_incident(severity: str = "SEV1", **changes: Any) -> Issue:
    """Return an incident by Dana; ``severity`` empty leaves it without a label; ``labels`` are the others that it has."""
    labels = frozenset(changes.pop("labels", {"incident"})) | ({severity.lower()} if severity else set())
    ref = changes.pop("ref", a_ref(12))
    return an_issue(ref, **({"title": "Assistant recommends recalled products", "labels": labels} | changes))


def a_ticket(number: int = 13, **changes: Any) -> Issue:
    """Return an action ticket of Dana's that we made, linked to its incident."""
    given = {
        "title": f"A1: {ACTION}",
        "author": SERVICE,
        "labels": frozenset({"followthrough-action"}),
        "assignees": (DANA,),
        "due": DUE,
        "linked": True,
    }
    return an_issue(changes.pop("ref", a_ref(number)), **(given | changes))


_numbers = count(7000)


def a_comment(raw: str, by: Person = VIC, **changes: Any) -> Comment:
    """Return a comment, unedited, posted half an hour ago; ids rise in the order of the calls."""
    at = changes.pop("at", NOW - timedelta(minutes=30))
    given = {"id": str(next(_numbers)), "author": by, "created_at": at, "updated_at": at, "raw": raw}
    return Comment(**(given | changes))


def a_file(name: str, **changes: Any) -> Attachment:
    """Return a file attached by Omar."""
    return Attachment(**({"id": "31", "name": name, "author": OMAR, "created_at": OPENED} | changes))


def a_case(incident: Issue | None = None, *tickets: Issue, **changes: Any) -> Case:
    """Return a case; without an incident, a SEV1 with a whole post-mortem."""
    return Case(incident or an_incident(body=a_body()), SERVICE, tickets, **changes)


def an_action(**changes: Any) -> RememberedAction:
    """Return the remembered action A1 with its ticket, owned by Dana, as :func:`a_line` writes it."""
    description = changes.get("description", ACTION)
    given = {
        "action_id": "A1",
        "text": normalise(description),
        "description": description,
        "owner_id": DANA.id,
        "due": DUE,
        "ticket": a_ref(13),
        "row_owner_id": DANA.id,
        "row_due": DUE,
        "owners": frozenset({DANA.id}),
        "title": digest_of(f"A1: {description}"),
        "row_title": digest_of(normalise(description)),
    }
    return RememberedAction(**(given | changes))


def a_memory(*decisions: Decision, **changes: Any) -> Memory:
    """Return what is remembered of a governed incident in a project that has been governed for long."""
    project = ProjectMemory("github", PROJECT, OPENED - timedelta(days=90))
    given = {"project": project, "governed": True, "decisions": decisions, "severity": "SEV1"}
    return Memory(**(given | changes))


def nothing_remembered(**changes: Any) -> Memory:
    """Return the memory of a case that was never looked at."""
    return a_memory(**({"governed": False, "severity": ""} | changes))


def a_decision(word: str, by: Person = VIC, **changes: Any) -> Decision:
    """Return a decision that was accepted an hour ago, on the ticket of A1; ids rise in the order of the calls."""
    given = {
        "issue": a_ref(13).key,
        "comment_id": str(next(_numbers)),
        "comment_digest": "c0ffee",
        "line": 1,
        "word": word,
        "args": "",
        "actor": by,
        "accepted": True,
        "authority": f"write on {PROJECT}",
        "reason": "",
        "subject": "",
        "policy": STAMP,
        "at": NOW - timedelta(hours=1),
    }
    return Decision(**(given | changes))


def facts(roles: dict[Person, str] | None = None, project: str = PROJECT, **changes: Any) -> Facts:
    """Return the standing of the whole team, or of these people, and whom ``@dana`` and the like mean."""
    standings = {(project, who.id): Standing(who, role) for who, role in (ROLES if roles is None else roles).items()}
    given = {"standings": standings, "people": {f"@{who.handle}": (who,) for who in (*ROLES, STRAY)}}
    return Facts(**(given | changes))


@cache
def a_policy(**files: str) -> Policy:
    """Return the shipped policy with changes: ``a_policy(remediation="reopening: {rounds: 1}")``, one YAML text a file."""
    if not files:
        return load_policy(MAPPINGS).policy
    return load_texts({f"{name}.yaml": text for name, text in files.items()}).policy


HERE = a_ref(12).key
"""The incident of the shop."""
LED = a_decision("lead", TOM, issue=HERE, reason="tom", subject=TOM.id, args="@tom")
"""Somebody who took no part leads its post-mortem."""
