"""What an approval is of, and what changed since it was given (issue 5, "Approvals"; SECURITY.md S11).

Each scope covers its sections alone, as ``people.yaml`` lists them, with the severity, the client and the reviewers under which it was given.
Owners, due dates, states and white space are in no scope. Of the text only digests are kept, one for each line: enough to show which lines
are new, and nothing that would have to be erased.
"""

import hashlib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from integration.postmortem.decisions import Decision
from integration.postmortem.document import Block, links_of, plain_text
from integration.postmortem.incident import Issue
from integration.postmortem.rules.notes import digest_to_approve
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy, Severity

ACTIONS, WAIVERS = "actions", "waivers"
SEVERITY, CLIENT, REVIEWERS = "severity", "client", "reviewers"
SCOPES = ("technical", "governance")
MOST_LINES, SHORT, SHOWN, LONGEST = 400, 8, 2, 120
"""Lines of a part that are told apart; hex digits kept of each; changed lines that are shown, and characters of each."""

_CHANGED = {
    SEVERITY: "the severity is another one",
    CLIENT: "the client is another one",
    REVIEWERS: "somebody else was named to review it",
}


@dataclass(frozen=True)
class Part:
    """One part of what a scope covers: its id, the words by which people know it, and its lines without superfluous white space."""

    id: str
    title: str
    lines: tuple[str, ...]


def covered(
    scope: str,
    postmortem: PostMortem,
    incident: Issue,
    decisions: Iterable[Decision],
    severity: Severity | None,
    reviewers: Iterable[str],
    policy: Policy,
) -> tuple[Part, ...]:
    """Return what an approval of ``scope`` given now would cover; ``reviewers`` are the ids of those who were named for it."""
    granted = [decision for decision in decisions if decision.grants]
    client = next((d.reason for d in reversed(granted) if d.word == "client"), postmortem.answers.client)
    ids = policy.people.approvals.of(scope)
    parts = [
        Part(SEVERITY, "Severity", (severity.value,) if severity else ()),
        Part(CLIENT, "Client", (client,) if client else ()),
        Part(REVIEWERS, "Reviewers", tuple(sorted(reviewers))),
    ]
    for section in policy.postmortem.sections:
        found = [each for each in postmortem.sections.all(section.id) if section.id in ids]
        if found:
            blocks = tuple(block for each in found for block in each.blocks)
            parts.append(Part(section.id, section.title, lines_of(blocks)))
    if ACTIONS in ids:
        rows = (_line(f"{row.description} · {row.criteria}") for row in postmortem.rows)
        parts.append(Part(ACTIONS, "Actions", tuple(row for row in rows if row.strip(" ·"))))
    if WAIVERS in ids:
        waived = (f"{d.reason}: {d.args.partition(' ')[2]}" for d in granted if d.word == "waive")
        parts.append(Part(WAIVERS, "Waivers", tuple(_line(each) for each in waived)))
    return tuple(parts)


def lines_of(blocks: tuple[Block, ...]) -> tuple[str, ...]:
    """Return the lines that people see, and where its links lead, each without superfluous white space; empty ones are left out."""
    text = (_line(each) for each in plain_text(blocks).split("\n"))
    return tuple(filter(None, (*text, *dict.fromkeys(link.url for link in links_of(blocks)))))


def _line(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).split())


def bound_to(parts: tuple[Part, ...]) -> str:
    """Return what an approval is bound to: the digest of everything it covers, and a short one for each line of each part."""
    whole = hashlib.sha256(
        "\n\n".join("\n".join((part.id, *part.lines)) for part in parts).encode("utf-8", "replace")
    ).hexdigest()
    return " ".join((whole, *(f"{part.id}={'.'.join(map(_short, part.lines[:MOST_LINES]))}" for part in parts)))


def _short(line: str) -> str:
    return hashlib.sha256(line.encode("utf-8", "replace")).hexdigest()[:SHORT]


def still_holds(approval: Decision, parts: tuple[Part, ...], incident: Issue, decisions: Iterable[Decision]) -> bool:
    """Tell whether what was approved is still what is there. Approvals of earlier versions are bound to the whole text."""
    whole, _, rest = approval.subject.partition(" ")
    if not rest:
        return whole == digest_to_approve(incident, decisions)
    return whole == bound_to(parts).partition(" ")[0]


def changed_since(approval: Decision, parts: tuple[Part, ...]) -> str:
    """Say which lines changed since the approval: those that are new in their words, those that are gone by their number."""
    kept = dict(each.partition("=")[::2] for each in approval.subject.split(" ")[1:])
    if not kept:
        return ""
    told: list[str] = []
    gone_whole = [identifier for identifier in kept if identifier not in {part.id for part in parts}]
    for part in parts:
        before = Counter(filter(None, kept.get(part.id, "").split(".")))
        fresh = [line for line in part.lines[:MOST_LINES] if not _takes(before, _short(line))]
        gone = sum(before.values())
        if (fresh or gone) and part.id in _CHANGED:
            told.append(_CHANGED[part.id])
        elif fresh or gone:
            told.append(f"{part.title}: {_words(fresh, gone)}")
    told += [f"{identifier.replace('_', ' ')} is gone" for identifier in gone_whole]
    return "; ".join(told)


def _takes(before: Counter[str], digest: str) -> bool:
    if not before[digest]:
        return False
    before[digest] -= 1
    return True


def _words(fresh: list[str], gone: int) -> str:
    cut = [line if len(line) <= LONGEST else line[: LONGEST - 1] + "…" for line in fresh[:SHOWN]]
    # A backtick would begin a code of ours.
    shown = ["“" + line.replace("`", "'") + "”" for line in cut]
    more = len(fresh) - len(shown)
    if more:
        shown.append(f"{more} more new {'line' if more == 1 else 'lines'}")
    if gone:
        shown.append(f"{gone} {'line' if gone == 1 else 'lines'} no longer there")
    return ", ".join(shown)
