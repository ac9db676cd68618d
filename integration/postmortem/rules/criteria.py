"""Which criteria of severity hold, and what they come to: ticked, labelled, said by ``/criteria``, or shown by an amount (DESIGN 5 "Severity").

Criteria are a floor. "Reached production: no" keeps a near-miss one, unless a SEV1 criterion holds.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from integration.postmortem.decisions import Decision
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Issue
from integration.postmortem.reading.form import lines_of_ticks
from integration.postmortem.reading.impact import FIGURE, read_quantities
from integration.postmortem.rules.written import PostMortem
from mappings.models import Amount, Criterion, Level, Policy, Severity, normalise

NONE = "none"
"""What ``/criteria`` grants when none of SEV1 and SEV2 applies."""

LONGEST = 60  # characters of an amount that are quoted, and of what stands before it that are looked at
LONGEST_ANSWER = 5_000  # characters in which an amount is looked for
CLAUSE = re.compile(r"[;\n]|,(?!\d)|\. |\band\b")
# "3 of 12,000 users": what follows is the whole, not the part.
WHOLE = re.compile(r"(?:\bof|\bout of|\bamong|/)\s*(?:the |all |our |about |some )*$", re.IGNORECASE)
BELOW = re.compile(r"(?:\b(?:fewer|less) than|\b(?:under|below)|<)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Stated:
    """A criterion that holds, and by what, in half a sentence: "“An individual was harmed” is ticked"; the 1-based line where the text says so."""

    criterion: Criterion
    why: str
    line: int | None = None


@dataclass(frozen=True)
class CriteriaView:
    """The criteria that hold, the severity that they imply at least, why and by which line, and whether the grave ones were answered."""

    stated: tuple[Stated, ...]
    floor: Severity | None
    why: str
    line: int | None = None
    answered: str = ""
    """How somebody answered the criteria of SEV1 and SEV2, or empty while nobody did."""


def read_criteria(
    incident: Issue, postmortem: PostMortem, decisions: tuple[Decision, ...], policy: Policy
) -> CriteriaView:
    """Return what the incident's text, labels and fields and the granted ``decisions`` say about the criteria."""
    file = policy.severity
    boxes = lines_of_ticks(incident.document)
    said = next((d for d in reversed(decisions) if d.word == "criteria" and d.grants), None)
    stated = (
        *_ticked(boxes, policy),
        *(Stated(entry, f"a label says “{entry.text}”") for entry in file.criteria_from_labels(incident.labels)),
        *_said(said, policy),
        *_shown_by_amounts(incident, postmortem, policy),
    )
    floor = file.floor(each.criterion for each in stated)
    why, line = next(((each.why, each.line) for each in stated if each.criterion.implies is floor), ("", None))
    if floor is not Severity.SEV1 and _stayed_out_of_production(postmortem, policy):
        floor, why, line = Severity.SEV4, f"“{file.production.text}” is answered with no", None
    return CriteriaView(stated, floor, why, line, _answered(stated, said, file.none_apply.is_among(boxes)))


def judge_criteria(view: CriteriaView, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return the finding whether the SEV1 and SEV2 criteria were answered; none where nobody has to (DESIGN 5 "Severity")."""
    check = "criteria_answered"
    level = policy.level(check, severity)
    if severity is None or level is Level.OFF:
        return ()
    about = "SEV1 and SEV2 criteria"
    if view.answered:
        return (Finding(check, about, True, level, view.answered),)
    return (Finding(check, about, False, level, "not answered yet", policy.check(check).asks),)


def _answered(stated: tuple[Stated, ...], said: Decision | None, none_ticked: bool) -> str:
    if none_ticked:
        return "none of SEV1 and SEV2 applies, as ticked"
    if said is not None and said.reason == NONE:
        return f"none of SEV1 and SEV2 applies, says {said.actor.called}"
    grave = next((each for each in stated if each.criterion.implies.is_at_least(Severity.SEV2)), None)
    return grave.why if grave else f"answered by {said.actor.called}" if said is not None else ""


def _ticked(boxes: Mapping[str, int | None], policy: Policy) -> Iterator[Stated]:
    for entry in policy.severity.criteria_from_texts(boxes):
        lines = (line for text, line in boxes.items() if entry in policy.severity.criteria_from_texts((text,)))
        yield Stated(entry, f"“{entry.text}” is ticked", next(lines, None))


def _said(said: Decision | None, policy: Policy) -> Iterator[Stated]:
    for name in said.reason.split() if said is not None else ():
        criterion = policy.severity.criterion(name)
        if criterion is not None:
            yield Stated(criterion, f"`/criteria` says “{criterion.text}”")


def _stayed_out_of_production(postmortem: PostMortem, policy: Policy) -> bool:
    said = f"{normalise(postmortem.answers.production)} "
    return any(
        said.startswith((f"{normalise(word)} ", f"{normalise(word)},")) for word in policy.severity.production.no
    )


def _shown_by_amounts(incident: Issue, postmortem: PostMortem, policy: Policy) -> Iterator[Stated]:
    for amount in policy.severity.amounts:
        wanting = [entry for entry in policy.severity.criteria if entry.amount == amount.id]
        for where, text, line in _written(amount, incident, postmortem) if wanting else ():
            for criterion in wanting:
                if found := _large_enough(text, criterion, amount):
                    said = f"{where} says “{found}”: {criterion.text[:1].lower()}{criterion.text[1:]}"
                    yield Stated(criterion, said, line)


def _written(amount: Amount, incident: Issue, postmortem: PostMortem) -> Iterator[tuple[str, str, int | None]]:
    """Yield where an amount is written, what stands there, and its line: the part of the section, and the tracker's own field."""
    yield from ((title, text, line) for identifier, title, text, line in postmortem.amounts if identifier == amount.id)
    value = dict(incident.fields).get(f"amount.{amount.id}", "")
    if value:
        yield f"the field for {amount.id}", value, None


def _large_enough(text: str, criterion: Criterion, amount: Amount) -> str:
    """Return the figure, as written, that reaches a threshold of the criterion, or an empty string."""
    for clause in CLAUSE.split(text[:LONGEST_ANSWER]):
        words = set(re.findall(r"\w+", clause.casefold()))
        if any(set(word.casefold().split()) <= words for word in criterion.passes_over):
            continue
        for match in FIGURE.finditer(clause):
            (quantity,) = read_quantities(match[0]) or (None,)
            before = clause[max(0, match.start() - LONGEST) : match.start()]
            if quantity is None or WHOLE.search(before):
                continue
            value = quantity.value - 1e-6 if BELOW.search(before) else quantity.value
            if _reaches(value, quantity.unit, criterion, amount, alone=clause.strip() == match[0].strip()):
                return " ".join(match[0].split())[:LONGEST]
    return ""


def _reaches(value: float, unit: str, criterion: Criterion, amount: Amount, *, alone: bool) -> bool:
    if unit == "%":
        return criterion.percent is not None and value >= criterion.percent
    rate = amount.worth(unit) if unit else (1.0 if alone else None)
    return rate is not None and criterion.at_least is not None and value * rate >= criterion.at_least
