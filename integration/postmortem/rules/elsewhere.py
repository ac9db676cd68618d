"""Whether each other system that shares the cause is known to be affected, known not to be, or being checked by somebody (DESIGN 5 "Where else").

An affected system gets an incident of its own, once: one that the row links to counts, else one is opened in the same project (issue 4.4).
"""

import hashlib
from dataclasses import dataclass
from typing import assert_never

from integration.postmortem.decisions import IntentState, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, Issue, IssueKey
from integration.postmortem.reading.elsewhere import Elsewhere, Known, System, read_elsewhere
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.written import PostMortem
from mappings.models import Policy, Severity

CHECK, SECTION = "where_else_known", "where_else"
FEWEST_WORDS = 2
"""Words that tell how something was checked: "by query"."""


@dataclass(frozen=True)
class LinkedIncident:
    """The incident of an affected system that no issue is named for: to be opened (``wanted``), or opened by us as ``locator``."""

    system: str
    purpose: str
    locator: str = ""
    wanted: bool = False


def judge_elsewhere(
    postmortem: PostMortem,
    case: Case,
    memory: Memory,
    severity: Severity | None,
    policy: Policy,
    *,
    may_create: bool,
) -> tuple[tuple[Finding, ...], tuple[LinkedIncident, ...]]:
    """Return a finding per system, and the incidents of those affected. Nothing while the section says nothing: that is asked for as a whole.

    ``may_create`` says whether this text may lead to new issues at all: governed, adopted, not public, not only observed (S12, S27).
    """
    section = postmortem.sections.get(SECTION)
    if section is None or not section.has_substance:
        return (), ()
    level = policy.level(CHECK, severity)
    found = read_elsewhere(section.blocks)
    if not found.systems:
        return (_no_system(found, level_of=Finding(CHECK, "Where else?", False, level, ""), policy=policy),), ()
    incidents = _incidents(found.systems, case, memory, policy, may_create=may_create)
    by_name = {normalise(linked.system): linked for linked in incidents}
    findings = []
    for system in found.systems:
        passed, reason, remedy = _said(system, by_name.get(normalise(system.name)), case.incident)
        about = f"Where else?: {system.name}"
        findings.append(
            Finding(
                CHECK,
                about,
                passed,
                level,
                reason if not passed else f"{system.name}: {reason}",
                remedy,
                line=system.line,
            )
        )
    return tuple(findings), incidents


def _no_system(found: Elsewhere, level_of: Finding, policy: Policy) -> Finding:
    check, about, level = level_of.check, level_of.about, level_of.level
    if found.says_how:
        return Finding(check, about, True, level, "no other system, it says, and how that is known")
    if found.none:
        return Finding(
            check,
            about,
            False,
            level,
            "it says that there is none, not yet how that was checked",
            "Add in a few words how you know, such as “none; the catalogue of services lists no other reader of the index”.",
        )
    return Finding(check, about, False, level, "no system is named with its state", policy.check(check).asks)


def _said(system: System, linked: LinkedIncident | None, incident: Issue) -> tuple[bool, str, str]:
    """Return whether what is said of a system suffices, what was seen, and what would complete it."""
    match system.known:
        case Known.AFFECTED:
            return _affected(system, linked, incident)
        case Known.NOT_AFFECTED:
            if len(normalise(system.how).split()) >= FEWEST_WORDS:
                return True, "not affected, checked", ""
            return (
                False,
                "“not affected”, and not yet how that was checked",
                "Add in a few words how it was checked, such as “checked by a replay of 200 questions”.",
            )
        case Known.NOT_CHECKED:
            if system.promise.is_made:
                return True, f"{system.promise.owner} checks it by {system.promise.due}", ""
            lacks = (
                "nobody is named who checks it"
                if not system.promise.owner
                else "no day is named by which it is checked"
            )
            return (
                False,
                f"not checked yet, and {lacks}",
                "Say who checks it and by when, such as “not yet checked, @name by 2026-12-01”.",
            )
        case Known.UNSAID:
            return (
                False,
                "it does not say whether it is affected",
                "Please add one of: affected; not affected, and how that was checked; not yet checked, with owner and date.",
            )
        case _:
            assert_never(system.known)


def _affected(system: System, linked: LinkedIncident | None, incident: Issue) -> tuple[bool, str, str]:
    named = issue_in(system, incident)
    if named:
        return True, f"affected, see {named}", ""
    if linked is not None and linked.locator:
        return True, f"affected, see {linked.locator}", ""
    if linked is not None and linked.wanted:
        return True, "affected; an incident of its own is opened for it", ""
    return (
        False,
        "affected, and no incident is named for it yet",
        "Open an incident for it, and write its number in the row.",
    )


def issue_in(system: System, incident: Issue) -> str:
    """Return the issue that a row names, other than the incident itself, or an empty string. "GPT-4" is none."""
    on_github, own = "#" in incident.ref.locator, {incident.ref.locator, incident.ref.short, incident.ref.url}
    for link in system.links:
        is_key = link.startswith(f"{incident.ref.project}-") if not on_github else "#" in link
        if link not in own and ("://" in link or is_key):
            return link[:200]
    return ""


def purpose_of(system: str, origin: IssueKey) -> str:
    """Return the purpose under which the incident of a system is created: once per system, however its name is decorated.

    It ends with the incident it comes from, so that the new one can tell whose marker it carries (``trackers.markers``).
    """
    return f"incident:{hashlib.sha256(normalise(system).encode()).hexdigest()[:16]}:{origin.id}"


def _incidents(
    systems: tuple[System, ...], case: Case, memory: Memory, policy: Policy, *, may_create: bool
) -> tuple[LinkedIncident, ...]:
    found: dict[str, LinkedIncident] = {}
    made = sum(intent.purpose.startswith("incident:") and intent.state is IntentState.DONE for intent in memory.intents)
    for system in systems:
        purpose = purpose_of(system.name, case.incident.ref.key)
        if system.known is not Known.AFFECTED or issue_in(system, case.incident) or purpose in found:
            continue
        locator = _opened(purpose, case, memory)
        wanted = not locator and may_create and made < policy.postmortem.linked_incidents.most
        made += wanted
        found[purpose] = LinkedIncident(system.name, purpose, locator, wanted=wanted)
    return tuple(found.values())


def _opened(purpose: str, case: Case, memory: Memory) -> str:
    """Return the issue that we opened under this purpose: among those linked, else as it is remembered, so that none is opened twice."""
    seen = next((ticket.ref.locator for ticket in case.tickets if ticket.purpose == purpose), "")
    intent = memory.intent(purpose)
    return seen or (intent.created if intent is not None and intent.state is IntentState.DONE else "")
