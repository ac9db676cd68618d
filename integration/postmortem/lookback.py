"""What became of incidents that nobody governed: was there a post-mortem, were its actions tracked and shown to work, does one read like an earlier one?

Pure. It counts what can be seen in the issues themselves, judges nobody, and never says that two incidents had one cause: people do.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.asking import prompts_of
from integration.postmortem.incident import Case, Comment, CommentOrigin, Issue, IssueRef
from integration.postmortem.nearest import nearest_of, words_of
from integration.postmortem.reading.locators import near_home
from integration.postmortem.reading.normalise import similarity
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.sections import judge_sections
from integration.postmortem.rules.written import REMEDIATION, PostMortem, read_postmortem
from mappings.models import Kind, Policy

TELLING = ("root_causes", "timeline", REMEDIATION, "lessons")
"""Sections that make a text a post-mortem; a summary and an impact stand in any bug report."""
ALIKE = 0.6
SHARED_WORDS, SHARED_PART = 4, 0.2
"""How many telling words two incidents share at least, and which part of the shorter text, before the question is asked."""
_SPOKEN = re.compile(r"post-?\s?mortem|root cause|\brca\b|retrospective|lessons? learned", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s)\]>\"|]+")


@dataclass(frozen=True)
class Known:
    """An incident as a listing shows it: one to which another may be likened."""

    ref: IssueRef
    title: str
    text: str
    created_at: datetime


@dataclass(frozen=True)
class Likeness:
    """An earlier incident that reads alike, and the words that both use; none where the text itself refers to it."""

    ref: IssueRef
    created_at: datetime
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Actions:
    """How many actions are named, have an owner and a date, have a ticket, are done, and have something that shows that they work.

    ``alone`` of those that are shown are shown by nobody but whoever the ticket is assigned to: not independent.
    """

    named: int = 0
    assigned: int = 0
    tracked: int = 0
    done: int = 0
    shown: int = 0
    alone: int = 0
    unshown: IssueRef | None = None


@dataclass(frozen=True)
class Past:
    """One incident, looked back at. ``filled`` of ``asked`` sections say something; ``elsewhere`` is where a post-mortem may stand otherwise."""

    ref: IssueRef
    title: str
    opened_at: datetime
    closed_at: datetime | None
    closed: bool
    filled: int
    asked: int
    has_postmortem: bool
    missing: tuple[str, ...]
    elsewhere: str
    actions: Actions
    like: Likeness | None = None


def tickets_named(case: Case, policy: Policy) -> tuple[str, ...]:
    """Return the locators of tickets that the rows of actions name and the case does not hold yet, so that they can be read."""
    rows = read_postmortem(case.incident, policy).rows
    named = (
        locator for row in rows for locator in near_home(" ".join((row.ticket, row.description)), case.incident.ref)
    )
    have = {issue.ref.locator for issue in case.issues}
    return tuple(dict.fromkeys(locator for locator in named if locator not in have))


def look_back(case: Case, earlier: Sequence[Known], policy: Policy) -> Past:
    """Say what one incident came to. ``earlier`` are the incidents that are known to have been opened before it."""
    incident = case.incident
    postmortem = read_postmortem(incident, policy)
    severity = policy.severity.from_labels(incident.labels).highest
    kind = policy.kind(severity) if severity else Kind.FULL
    judged = judge_sections(postmortem, kind, severity, policy)
    told = {each.id for each in postmortem.sections.found if each.has_substance}
    return Past(
        ref=incident.ref,
        title=incident.title,
        opened_at=incident.created_at,
        closed_at=incident.closed_at,
        closed=incident.closed,
        filled=sum(finding.passed for finding in judged),
        asked=len(judged),
        has_postmortem="root_causes" in told or len(told & set(TELLING)) > 1,
        missing=tuple(finding.about for finding in judged if not finding.passed),
        elsewhere=_elsewhere(incident),
        actions=_actions(case, postmortem),
        like=_likeness(incident, earlier, policy),
    )


def _elsewhere(incident: Issue) -> str:
    """Return the link or the comment that speaks of a post-mortem, or an empty string."""
    said = [(incident.body, incident.ref.url)]
    said += [(each.raw, each.url) for each in incident.comments if each.origin is not CommentOrigin.OURS]
    for text, _ in said:
        for line in text.splitlines():
            if _SPOKEN.search(line) and (link := _LINK.search(line)):
                return link[0].rstrip(".,;")
    return next((url for text, url in said[1:] if _SPOKEN.search(text)), "")


def _actions(case: Case, postmortem: PostMortem) -> Actions:
    rows, left = postmortem.rows, list(case.tickets)
    pairs = [(row, _ticket_of(row, case, left)) for row in rows]
    # What hangs on the incident without a row is an action all the same: somebody tracked it.
    tickets = [ticket for _, ticket in pairs if ticket is not None]
    tickets += [ticket for ticket in case.tickets if ticket not in tickets]
    named = len(rows) + len(tickets) - sum(ticket is not None for _, ticket in pairs)
    done = [ticket for ticket in tickets if ticket.closed and ticket.state_reason not in ("not_planned", "duplicate")]
    unshown = next((ticket.ref for ticket in done if not _shows(ticket)), None)
    return Actions(
        named=named,
        assigned=sum(_is_assigned(row, ticket) for row, ticket in pairs)
        + sum(bool(each.assignees and each.due) for each in tickets if each not in [t for _, t in pairs]),
        tracked=len(tickets),
        done=len(done),
        shown=sum(_shows(ticket) for ticket in done),
        alone=sum(_shows(ticket) and _is_alone(ticket) for ticket in done),
        unshown=unshown,
    )


def _ticket_of(row: ActionRow, case: Case, left: list[Issue]) -> Issue | None:
    named = near_home(" ".join((row.ticket, row.description)), case.incident.ref)
    found = next((ticket for ticket in left if ticket.ref.locator in named), None)
    found = found or next((ticket for ticket in left if similarity(row.description, ticket.title) >= ALIKE), None)
    if found is not None:
        left.remove(found)
    return found


def _is_assigned(row: ActionRow, ticket: Issue | None) -> bool:
    has_owner = bool(row.owner) or (ticket is not None and bool(ticket.assignees))
    return has_owner and (row.due is not None or (ticket is not None and ticket.due is not None))


def _shows(ticket: Issue) -> bool:
    """Tell whether anything on a ticket could show that it works: an attachment, or a comment of a person with a link."""
    return bool(ticket.attachments) or any(_showing(ticket))


def _showing(ticket: Issue) -> Iterator[Comment]:
    """Give the comments of people that hold a link."""
    said = (each for each in ticket.comments if each.origin is not CommentOrigin.OURS)
    return (each for each in said if _LINK.search(each.raw))


def _is_alone(ticket: Issue) -> bool:
    """Tell whether only those to whom a ticket is assigned showed that it works. Who put an attachment there is not known."""
    owners = {person.id for person in ticket.assignees}
    return not ticket.attachments and all(each.author.id in owners for each in _showing(ticket))


def _likeness(incident: Issue, earlier: Sequence[Known], policy: Policy) -> Likeness | None:
    """Return the earlier incident to which the text refers, or else the one that shares most of what tells it apart."""
    words = " ".join((incident.title, incident.body, *(each.raw for each in incident.comments)))
    named = set(near_home(words, incident.ref))
    for each in earlier:
        if each.ref.locator in named:
            return Likeness(each.ref, each.created_at)
    if not earlier:
        return None
    texts = [f"{each.title}\n{each.text}" for each in earlier]
    own = f"{incident.title}\n{incident.body}"
    for hit in nearest_of(texts).search(own, most=3):
        shared = _shared(own, texts[hit.key], texts, policy)
        if shared:
            return Likeness(earlier[hit.key].ref, earlier[hit.key].created_at, shared[:5])
    return None


def _shared(one: str, other: str, texts: Sequence[str], policy: Policy) -> tuple[str, ...]:
    """Return the telling words of both, the rarest first; none where they are too few to ask about."""
    asked = _asked_words(policy)
    first, second = (set(words_of(text)) - asked for text in (one, other))
    spread = Counter(word for text in texts for word in set(words_of(text)))
    usual = max(3, len(texts) // 3)
    both = [word for word in first if word in second and spread[word] <= usual]
    enough = max(SHARED_WORDS, SHARED_PART * min(len(first), len(second)))
    return tuple(sorted(both, key=lambda word: (spread[word], -len(word), word))) if len(both) >= enough else ()


def _asked_words(policy: Policy) -> frozenset[str]:
    """Words of the questions themselves stand in every incident and tell nothing."""
    titles = (title for each in policy.postmortem.sections for title in (each.title, *each.headings))
    return frozenset(word for text in (*prompts_of(policy), *titles) for word in words_of(text))
