"""What differs between two judgements of the same case, in words that a person can check. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from integration.postmortem.assessment import Assessment
from integration.postmortem.findings import Finding, Level

NOT_ASKED = "not asked"
_WEIGHS = {Level.BLOCK: "blocks", Level.WARN: "warns", Level.ADVISE: "advises", Level.OFF: NOT_ASKED}


@dataclass(frozen=True)
class Difference:
    """One thing that would change. ``what`` is ``governed``, ``mode``, ``severity``, ``kind``, ``deadline``, ``phase``, ``gate``, ``finding`` or
    ``wording``; ``about`` names the issue or the check, ``before`` and ``after`` are for people.
    """

    what: str
    about: str
    before: str
    after: str


def differences(before: Assessment, after: Assessment) -> tuple[Difference, ...]:
    """Return what ``after`` judges otherwise: the whole first, then gates, then finding by finding."""
    return (*_of_the_whole(before, after), *_of_gates(before, after), *_of_findings(before, after))


def every_finding(assessment: Assessment) -> tuple[Finding, ...]:
    """Return all findings of an assessment once, those that only its gates name included."""
    found = list(assessment.everything)
    known = {(finding.check, finding.about, finding.reason) for finding in found}
    for finding in (finding for gate in assessment.gates for finding in gate.missing):
        # While responding, a gate names the same finding without "later".
        if (finding.check, finding.about, finding.reason) not in known:
            known.add((finding.check, finding.about, finding.reason))
            found.append(finding)
    return tuple(found)


def _of_the_whole(before: Assessment, after: Assessment) -> Iterator[Difference]:
    pairs = (
        ("governed", before.governed.value, after.governed.value),
        ("mode", before.mode.value, after.mode.value),
        ("severity", before.severity.name, after.severity.name),
        ("kind", before.kind.value, after.kind.value),
        ("deadline", _moment(before.due), _moment(after.due)),
        ("phase", before.phase.value, after.phase.value),
    )
    for what, was, now in pairs:
        if was != now:
            yield Difference(what, before.case.locator, was, now)


def _of_gates(before: Assessment, after: Assessment) -> Iterator[Difference]:
    was = {gate.issue.ref.locator: _gate(gate.may_close) for gate in before.gates}
    now = {gate.issue.ref.locator: _gate(gate.may_close) for gate in after.gates}
    for issue in dict.fromkeys((*was, *now)):
        one, other = was.get(issue, "no gate"), now.get(issue, "no gate")
        if one != other:
            yield Difference("gate", issue, one, other)


def _of_findings(before: Assessment, after: Assessment) -> Iterator[Difference]:
    was, now = _by_place(before), _by_place(after)
    for place in dict.fromkeys((*was, *now)):
        one, other = was.get(place), now.get(place)
        about = f"{place[1]} ({place[0]})"
        if _state(one) != _state(other):
            yield Difference("finding", about, _state(one), _state(other))
        elif one is not None and other is not None and (one.reason, one.remedy) != (other.reason, other.remedy):
            yield Difference("wording", about, _words(one), _words(other))


def _by_place(assessment: Assessment) -> dict[tuple[str, str, int], Finding]:
    """Return findings by check, thing, and how many such ones came before: a check may find several things about one."""
    found: dict[tuple[str, str, int], Finding] = {}
    for finding in every_finding(assessment):
        number = sum(place[:2] == (finding.check, finding.about) for place in found)
        found[finding.check, finding.about, number] = finding
    return found


def _state(finding: Finding | None) -> str:
    if finding is None or finding.level is Level.OFF:
        return NOT_ASKED
    if finding.waived:
        return "waived"
    weighs = "passes" if finding.passed else _WEIGHS[finding.level]
    return f"{weighs} (later)" if finding.later and not finding.passed else weighs


def _words(finding: Finding) -> str:
    return f"{finding.reason}. {finding.remedy}".strip()


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M %Z}" if at else "none"


def _gate(may_close: bool) -> str:
    return "may close" if may_close else "held open"
