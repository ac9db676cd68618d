"""What is asked of each root cause: what sort it is, when it arose, what lies behind it, and how anybody knows.

The source: DESIGN 5 "Root causes"; RULES R1 (length), R6 (evidence), R8 (versions), R9 (names).
"""

from collections.abc import Iterator

from integration.postmortem.findings import Finding
from integration.postmortem.incident import Issue
from integration.postmortem.reading.categories import Thread
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.rules.deadends import judge_dead_ends, last_step
from integration.postmortem.rules.questions import judge_questions
from integration.postmortem.rules.symptoms import judge_symptom
from integration.postmortem.rules.versions import version_of
from integration.postmortem.rules.written import PostMortem
from mappings.models import Kind, Level, Policy, Severity

SHOWN = 40  # characters of what is written
CHAIN = (Thread.HAPPENED, Thread.MADE_LIKELY)
LONGEST = 1_000  # characters of a step in which "assumed" is looked for

Checked = tuple[str, bool, str, str]
"""The check, whether it passed, what was seen, and what to do; an empty remedy stands for the mapping's."""


def causes_of(postmortem: PostMortem) -> tuple[Cause, ...]:
    """Return the root causes as they are written; none while the section is missing or empty."""
    return postmortem.causes


def judge_causes(
    postmortem: PostMortem, incident: Issue, kind: Kind, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return one finding per cause and check, then one per question that the causes answer together; none while the section says nothing."""
    findings: list[Finding] = []
    asked: set[Thread] = set()
    for number, cause in enumerate(causes_of(postmortem), start=1):
        ends, threads = judge_dead_ends(cause, policy)
        asked |= threads
        symptom = judge_symptom(cause, last_step(cause), postmortem, incident, policy)
        for check, passed, seen, remedy in (*_checks(cause, postmortem, policy), *ends, *symptom):
            level = policy.level(check, severity)
            if level is not Level.OFF:
                todo = "" if passed else remedy or policy.check(check).asks
                aside = not passed and check in ASIDE
                line = cause.line if aside else None
                findings.append(
                    Finding(check, f"Root cause {number}", passed, level, seen, todo, aside=aside, line=line)
                )
    findings += judge_questions(postmortem, kind, policy, frozenset(asked))
    return tuple(findings)


ASIDE = frozenset({"cause_sub_category", "cause_names"})
"""Said in the details alone: it helps those who count, and holds nobody up."""


def _checks(cause: Cause, postmortem: PostMortem, policy: Policy) -> Iterator[Checked]:
    yield from _sort(cause, policy)
    yield _phase(cause, policy)
    yield from _chain(cause, policy)
    yield _evidence(cause, policy)
    if cause.category is not None and policy.causes.category(cause.category.value).asks_version:
        version = version_of(cause, postmortem)
        seen = (
            f"it is about {version}"
            if version
            else "it does not say which version of the model or the data it is about"
        )
        yield "cause_version", bool(version), seen, ""
    if cause.named:
        yield "cause_names", False, "somebody is named in it; a role tells as much", ""


def _sort(cause: Cause, policy: Policy) -> Iterator[Checked]:
    category = cause.category
    if category is None:
        written = (
            f"“{_short(cause.category_text)}” is none of the six categories"
            if cause.category_text
            else "it names no category"
        )
        yield "cause_category", False, written, ""
        return
    entries = policy.causes.category(category.value).sub_categories
    sub = next((entry.title for entry in entries if entry.id == cause.sub_category), "")
    yield "cause_category", True, f"its category is {category.value}{f', {_lower(sub)}' if sub else ''}", ""
    if entries and not sub:
        known = ", ".join(_lower(entry.title) for entry in entries)
        yield "cause_sub_category", False, f"{category.value} of which sort?", f"Name one, if one fits: {known}."


def _phase(cause: Cause, policy: Policy) -> Checked:
    if not cause.phase:
        return "cause_phase", False, "it names no phase of the lifecycle", ""
    phase = next((entry for entry in policy.causes.phases if entry.id == cause.phase_id), None)
    if phase is not None:
        seen = (
            "nobody knows yet in which phase it arose"
            if phase.id == "unknown"
            else f"it arose in {_lower(phase.title)}"
        )
        return "cause_phase", True, seen, ""
    known = ", ".join(_lower(entry.title) for entry in policy.causes.phases)
    return (
        "cause_phase",
        False,
        f"“{_short(cause.phase)}” is a phase that I do not know",
        f"The phases here are: {known}.",
    )


def _chain(cause: Cause, policy: Policy) -> Iterator[Checked]:
    if cause.fishbone:
        yield "cause_chain", True, "it stands in a fishbone", ""
        return
    number = len(cause.steps)
    steps = "1 step lies" if number == 1 else f"{number} steps lie"
    yield "cause_chain", bool(number), f"{steps} behind it" if number else "no why lies behind it yet", ""
    whys, least = sum(step.thread in CHAIN for step in cause.steps), policy.causes.least_steps
    if whys:
        seen = f"{whys} of them say why it happened" if whys > 1 else "1 of them says why it happened"
        last = last_step(cause)
        more = f"Ask “why?” once more of “{_short(last)}”." if last else ""
        yield "cause_depth", whys >= least, seen if whys >= least else f"the chain ends after {_times(whys)}", more


def _times(number: int) -> str:
    return {1: "one why", 2: "two whys"}.get(number, f"{number} whys")


def _evidence(cause: Cause, policy: Policy) -> Checked:
    assumed = tuple(normalise(word) for word in policy.causes.assumed)
    said = [(step.text, step.evident) for step in cause.steps] or [(cause.title, bool(cause.evidence))]
    bare = [text for text, evident in said if not evident and not contains_words(normalise(text[:LONGEST]), assumed)]
    if cause.evidence_text or not bare:
        return "cause_evidence", True, "it says how that is known", ""
    if not cause.steps:
        return "cause_evidence", False, "nothing says how that is known", ""
    return (
        "cause_evidence",
        False,
        f"{len(bare)} of {len(said)} steps say neither how that is known nor that it is assumed",
        "",
    )


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= SHOWN else said[: SHOWN - 1].rstrip() + "…"


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]
