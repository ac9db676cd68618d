"""What a template says below the heading of a section: hints, lines to answer one by one, or the head of a table. Pure; all of it from the policy."""

from collections.abc import Iterable, Iterator

from integration.postmortem.remediation import Need
from mappings.models import Kind, Level, Part, Policy, Section, Severity

ROLES, CAUSES, TABLE, FACTS_OF_DETECTION = "roles", "root_causes", "remediation", "monitoring_gap"
# The columns of the empty table of actions: what a row is called, and what the policy may ask of it.
FIRST_COLUMN = "id"
CAUSE, CATEGORY, PHASE, WHY, EVIDENCE = "Cause", "Category", "Phase", "Why?", "Evidence"
"""The labels below each cause, as :mod:`reading.categories` knows them."""
EACH_CAUSE = "Cause 1"
"""The heading over the lines of the first cause; those of the next are copied with it."""
_HAPPENED = "happened"
"""The part of the section that the whys answer."""
_OTHER_COLUMNS = {"interim": "interim_measure", "needs": "need_answered"}
"""Columns that no action needs, and the check that reads each."""
_LEAD, _LEAD_ASKED = "lead", "lead_named"


def is_asked(section: Section, kinds: tuple[Kind, ...]) -> bool:
    """Tell whether a template for these kinds has the section: where it weighs, and Roles where there are approvals, which depend on it."""
    weighs = any(section.levels.at(kind) is not Level.OFF for kind in kinds)
    return weighs or (section.id == ROLES and kinds != (Kind.REVIEW,))


def hints(section: Section, policy: Policy, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    """Return what explains the section: found in an answer, it is none."""
    said = list(section.prompt or (section.ask,))
    if section.when is not None:
        said.append(f"If the answer is yes or unknown: {policy.postmortem.question(section.when).text}")
    if section.when is not None or section.id == FACTS_OF_DETECTION:
        said.append("Where it does not apply: “Does not apply, because …”.")
    if section.id == CAUSES:
        said += _on_causes(policy, kinds)
    if section.id == TABLE:
        said += _on_actions(policy, kinds)
    return tuple(said)


def _on_causes(policy: Policy, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    if not _weigh(("cause_category", "cause_phase"), kinds, policy):
        return ()
    return (
        f"{CATEGORY}: {_either(each.id for each in policy.causes.categories)}, and which sort of it.",
        f"{PHASE}: {_either(each.title.lower() for each in policy.causes.phases)}.",
        f"For a further cause, copy the lines with their heading, as “{EACH_CAUSE.replace('1', '2')}”. A fishbone will do as well:"
        " causes grouped by category.",
    )


def _on_actions(policy: Policy, kinds: tuple[Kind, ...]) -> Iterator[str]:
    """Yield which words a column takes, for those that are asked."""
    remediation, asked = policy.remediation, _columns_asked(policy, kinds)
    for column, words in (
        ("horizon", (each.id for each in remediation.horizons)),
        ("kind", (each.id for each in remediation.kinds)),
        ("priority", (each.id for each in remediation.priorities)),
        ("needs", iter(Need)),
    ):
        if column in asked:
            yield f"{column.capitalize()}: {_either(words)}."
    if "interim" in asked:
        yield "Interim: what helps until a long-term action is there."


def lines(section: Section, policy: Policy, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    """Return the labels to be answered one by one; those of the causes are asked of each."""
    if section.id == CAUSES:
        return _lines_of_a_cause(section, policy, kinds)
    asked = {entry.id for entry in policy.postmortem.responding}
    return tuple(
        part.title
        for part in _parts(section, kinds)
        if not (section.id == ROLES and part.id == _LEAD and _LEAD_ASKED in asked)
    )


def columns(section: Section, policy: Policy, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    """Return the head of the table of actions: the id, every field that is asked for at any severity, and what other checks read."""
    if section.id != TABLE:
        return ()
    asked = _columns_asked(policy, kinds)
    return tuple(
        (column.id if column.id == FIRST_COLUMN else next(iter(column.headings), column.id)).capitalize()
        for column in policy.remediation.columns
        if column.id == FIRST_COLUMN or column.id in asked
    )


def _columns_asked(policy: Policy, kinds: tuple[Kind, ...]) -> frozenset[str]:
    required = {
        entry.id
        for entry in policy.remediation.required
        if any(entry.levels.at(severity) is not Level.OFF for severity in Severity)
    }
    others = {column for column, check in _OTHER_COLUMNS.items() if _weigh((check,), kinds, policy)}
    return frozenset(required | others)


def _parts(section: Section, kinds: tuple[Kind, ...]) -> tuple[Part, ...]:
    weigh = section.id == ROLES or any(section.parts_levels.at(kind) is not Level.OFF for kind in kinds)
    return section.parts if weigh else ()


def _lines_of_a_cause(section: Section, policy: Policy, kinds: tuple[Kind, ...]) -> tuple[str, ...]:
    whys = policy.causes.least_steps if _weigh(("cause_chain", "cause_depth"), kinds, policy) else 0
    given = (
        (CATEGORY, ("cause_category",)),
        (PHASE, ("cause_phase",)),
        *((WHY, ("cause_chain", "cause_depth")) for _ in range(whys)),
        (policy.causes.made_likely.text, ("cause_person",)),
    )
    asked = [label for label, checks in given if _weigh(checks, kinds, policy)]
    asked += [part.title for part in _parts(section, kinds) if part.id != _HAPPENED]
    if _weigh(("cause_evidence",), kinds, policy):
        asked.append(EVIDENCE)
    return (CAUSE, *asked) if asked else ()


def _weigh(checks: tuple[str, ...], kinds: tuple[Kind, ...], policy: Policy) -> bool:
    severities = [severity for severity in Severity if policy.kind(severity) in kinds]
    return any(policy.level(check, severity) is not Level.OFF for check in checks for severity in severities)


def _either(words: Iterable[str]) -> str:
    named = list(words)
    return f"{', '.join(named[:-1])} or {named[-1]}" if len(named) > 1 else "".join(named)
