"""Has this happened before? Earlier incidents whose causes are of the same kind are shown; where one of them was called resolved, people say
whether it came back (issue 7, "Recurrence"; RULES R10). Pure.

No score declares anything: what is asked about is alike in category, sub-category and system, which people wrote.
"""

import hashlib
from dataclasses import dataclass

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Issue
from integration.postmortem.kinship import CauseKind, Likeness, kinds_of, likeness, shared
from integration.postmortem.precedents import Precedent, Precedents
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.answered import system_written
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.crossing import Border, may_be_named
from integration.postmortem.rules.lessons import border_of
from integration.postmortem.rules.recurrence_words import ANSWERS, NOT, OF, earlier_named, name_of
from integration.postmortem.rules.written import PostMortem
from mappings.models import Level, Policy, PublicText, Severity

CHECK = "recurrence_answered"


@dataclass(frozen=True)
class Alike:
    """One earlier incident, and in what it is like this one."""

    earlier: Precedent
    likeness: Likeness


@dataclass(frozen=True)
class RecurrenceView:
    """The earlier incidents that are shown, the nearest first; ``confidential`` counts those of which nothing is said (S28).

    ``any_system`` says whether category and sub-category alone made them alike.
    """

    alike: tuple[Alike, ...] = ()
    confidential: int = 0
    any_system: bool = False


NOTHING_ALIKE = RecurrenceView()


def kinds_written(incident: Issue, postmortem: PostMortem, policy: Policy) -> tuple[CauseKind, ...]:
    """Return what sort of causes the post-mortem names; before it names any, the affected system alone."""
    return kinds_of(postmortem.causes, system_of(incident, postmortem, policy))


def system_of(incident: Issue, postmortem: PostMortem, policy: Policy) -> str:
    """Return the affected system: as the form or a label names it, or else what the mapping says the project is about."""
    written = system_written(postmortem.answers, incident.labels, policy)
    return written or policy.learning.system or policy.learning.kind_of_project or ""


def judge_recurrence(
    incident: Issue,
    postmortem: PostMortem,
    precedents: Precedents | None,
    memory: Memory,
    decisions: tuple[Decision, ...],
    severity: Severity | None,
    policy: Policy,
) -> tuple[tuple[Finding, ...], RecurrenceView]:
    """Return the question whether it came back, where there is one, and what is shown. In public nothing of either is said (S27)."""
    level = policy.level(CHECK, severity)
    if precedents is None or (incident.public and policy.service.public_issues is PublicText.CHECKS):
        return (), NOTHING_ALIKE
    kinds, here = kinds_written(incident, postmortem, policy), border_of(incident.ref, policy)
    alike = _alike(kinds, precedents, here, policy)
    hidden = sum(not may_be_named(each.earlier) for each in alike)
    shown = tuple(each for each in alike if may_be_named(each.earlier))[: policy.learning.recurrence.most]
    any_system = policy.learning.recurrence.any_system
    view = RecurrenceView(() if incident.closed else shown, 0 if incident.closed else hidden, any_system)
    asked = _asked(alike, incident)
    answer = next(
        (d for d in reversed(decisions) if d.word in ANSWERS and d.grants and d.issue == incident.ref.key), None
    )
    if answer is not None and answer.word == OF:
        return (Finding(CHECK, "Recurrence", True, level, f"{answer.reason} has come back, says {answer.by}"),), view
    if level is Level.OFF or not asked:
        return (), view
    if answer is not None and answer.subject == subject_of(kinds, asked):
        return (Finding(CHECK, "Recurrence", True, level, f"it is no recurrence, says {answer.by}"),), view
    # What was closed with everything in order is not asked again.
    if incident.closed and incident.ref.key in memory.satisfied:
        return (), view
    return (_question(asked[0], kinds, here, level, policy),), view


def _alike(kinds: tuple[CauseKind, ...], precedents: Precedents, here: Border, policy: Policy) -> tuple[Alike, ...]:
    """Return what is alike, the nearest first, and of those that are as near the latest."""
    told = policy.learning.recurrence
    least = Likeness.SORT if told.any_system else Likeness.SYSTEM
    among = [each for each in precedents.found if told.across_projects or here.holds(each)]
    found = [Alike(each, likeness(kinds, each.kinds)) for each in among]
    near = [each for each in found if each.likeness >= least]
    near.sort(key=lambda each: (each.earlier.key.site, each.earlier.key.id))
    near.sort(key=lambda each: (each.likeness, each.earlier.opened_at), reverse=True)
    return tuple(near)


def _asked(alike: tuple[Alike, ...], incident: Issue) -> tuple[Precedent, ...]:
    """Return those of the very same kind that had been called resolved when this one was opened."""
    return tuple(
        each.earlier
        for each in alike
        if each.likeness is Likeness.SAME
        and may_be_named(each.earlier)
        and each.earlier.was_resolved_by(incident.created_at)
    )


def subject_of(kinds: tuple[CauseKind, ...], asked: tuple[Precedent, ...]) -> str:
    """Return what ``/not-recurrence`` is bound to: the kinds that were the same. Causes of another kind are another question."""
    same = sorted({kind for each in asked for kind in shared(kinds, each.kinds)})
    return hashlib.sha256(repr([(k.category, k.sub_category, k.system) for k in same]).encode()).hexdigest()


def _question(earlier: Precedent, kinds: tuple[CauseKind, ...], here: Border, level: Level, policy: Policy) -> Finding:
    kind = shared(kinds, earlier.kinds)[0]
    reason = (
        f"its cause is of the same kind ({_words(kind, policy)}) as that of an incident that was called resolved before"
    )
    remedy = f"Did that come back? `/{OF} {name_of(earlier, here)}`, or `/{NOT} <reason>`"
    return Finding(CHECK, "Recurrence", False, level, reason, remedy)


def _words(kind: CauseKind, policy: Policy) -> str:
    entries = policy.causes.category(kind.category).sub_categories
    sub = next((entry.title for entry in entries if entry.id == kind.sub_category), kind.sub_category)
    return f"{kind.category}, {sub[:1].lower()}{sub[1:]}, {kind.system}"


def judge_recurrence_word(said: Command, bench: Bench) -> Verdict:
    """Judge ``/recurrence-of <ref>`` and ``/not-recurrence <reason>``."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    incident, here = bench.case.incident, border_of(bench.case.incident.ref, bench.policy)
    if said.word == OF:
        earlier = earlier_named(said, incident, bench.facts.precedents)
        if earlier is None:
            remedy = "Name one from the list of earlier incidents in the status comment, or one of this project."
            return Verdict.refuse("no_incident", "I know no earlier incident of that name here", remedy)
        return Verdict(True, name_of(earlier, here), subject=str(earlier.key), needs=needs(bench, OF))
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", f"For example: `/{NOT} another export dropped the column`")
    kinds = kinds_written(incident, bench.written, bench.policy)
    asked = _asked(_alike(kinds, bench.facts.precedents or Precedents(), here, bench.policy), incident)
    was_said = any(d.word == OF for d in bench.memory.decisions if d.grants and d.issue == incident.ref.key)
    if not asked and not was_said:
        return Verdict.refuse("no_question", "nothing here asks whether it came back", "It needs no answer.")
    return Verdict(True, NOT, subject=subject_of(kinds, asked), needs=needs(bench, NOT))
