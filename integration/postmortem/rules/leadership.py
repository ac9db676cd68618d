"""Lead by example: where a decision of leadership contributed, somebody who leads is among those who take part (issue 5, "Blameless process").

The source: A. Edmondson, *The Fearless Organization*; S. Dekker, *Just Culture*. Which decision, and whose, is for the meeting: nobody is named.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

from integration.postmortem.document import texts_of
from integration.postmortem.findings import Finding
from integration.postmortem.reading.impact import Said, read_impact
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.reading.patterns import Patterns, tokens_of
from integration.postmortem.rules.roles import Role, RolesView, as_account
from integration.postmortem.rules.rolesection import PARTICIPANTS, SECTION
from integration.postmortem.rules.written import PostMortem
from mappings.models import Level, Policy, Severity

CHECK = "leader_present"
MEETING, ATTENDEES, FACTORS, LEADERSHIP = "meeting", "attendees", "contributing_factors", "leadership"
NONE_DID = re.compile(r"\W*(?:none|no|nothing|nobody|not|n/?a|unknown)\b", re.IGNORECASE)
MOST, LONGEST = 200, 400
"""Sentences that are looked at, and characters of each."""
DENIED = frozenset({"no", "not", "none", "nobody", "never"})


def judge_leader(
    postmortem: PostMortem, roles: RolesView, site: str, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return whether a leader takes part where a leadership decision contributed; nothing where none did."""
    level = policy.level(CHECK, severity)
    if level is Level.OFF or not _contributed(postmortem, policy):
        return ()
    if _leads_by_role(roles, site, policy) or _leads_by_title(postmortem, policy):
        return (Finding(CHECK, "Leadership", True, level, "a leader is among those who take part"),)
    seen = "a decision of leadership contributed, and no leader is among those who take part"
    return (Finding(CHECK, "Leadership", False, level, seen, policy.check(CHECK).asks),)


def _contributed(postmortem: PostMortem, policy: Policy) -> bool:
    """Tell whether the question about it is answered with one, or a cause or another factor tells of one."""
    if any(NONE_DID.match(text) is None for text in _part(FACTORS, LEADERSHIP, postmortem, policy)):
        return True
    patterns = _ready(policy)
    return any(
        not DENIED & {token.word for token in tokens} and patterns.find(tokens) is not None
        for text in islice(_sentences(postmortem), MOST)
        if (tokens := tokens_of(text[:LONGEST]))
    )


def _sentences(postmortem: PostMortem) -> Iterator[str]:
    for cause in postmortem.causes:
        yield cause.title
        yield from (step.answer or step.text for step in cause.steps)
    factors = postmortem.sections.get(FACTORS)
    if factors is not None:
        yield from (text.plain for text, _ in texts_of(factors.blocks))


def _leads_by_role(roles: RolesView, site: str, policy: Policy) -> bool:
    """Whoever sponsors leads: as somebody named them here, or as the mapping does, whatever their term."""
    seat = roles.seat(Role.SPONSOR)
    listed = {term.id for term in policy.people.roles.terms(Role.SPONSOR, deputies=False)}
    accounts = (as_account(each, site) for each in policy.people.people if each.id in listed)
    leaders = {person.id for person in (*seat.people, *seat.deputies, *accounts) if person is not None}
    return bool(leaders & {*roles.took_part, *((roles.lead.id,) if roles.lead else ())})


def _leads_by_title(postmortem: PostMortem, policy: Policy) -> bool:
    titles = [normalise(title) for title in policy.causes.leadership.titles]
    said = (*_part(MEETING, ATTENDEES, postmortem, policy), *_part(SECTION, PARTICIPANTS, postmortem, policy))
    return any(contains_words(normalise(text), titles) for text in said)


def _part(section_id: str, part_id: str, postmortem: PostMortem, policy: Policy) -> Iterator[str]:
    found = postmortem.sections.get(section_id)
    section = next((each for each in policy.postmortem.sections if each.id == section_id), None)
    if found is None or section is None:
        return
    names = {part.id: (part.title, *part.headings) for part in section.parts}
    yield from (
        each.text for each in read_impact(found.blocks, names) if each.id == part_id and each.said is not Said.MISSING
    )


@lru_cache(maxsize=8)
def _ready(policy: Policy) -> Patterns:
    said = tuple(("leadership", each) for each in policy.causes.leadership.decided)
    return Patterns(said, policy.language.people)
