"""Which lessons of earlier incidents a launch is told, which number each keeps, and how each was answered. Pure.

Numbers are for ever: what was told once keeps its number, and what comes later gets the next one, so that `/applied 2` means what its writer saw.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding, Level
from integration.postmortem.incident import Case, Issue, IssueRef
from integration.postmortem.precedents import Precedent, Precedents
from integration.postmortem.rules.crossing import Border, may_be_named, told_elsewhere
from mappings.models import Policy

KIND = "launch"
"""What the ledger calls a case of this kind."""
CHECK = "launch_lessons"
ANSWERS = ("applied", "not-applicable")
MOST_LESSONS, MOST_ACTIONS = 2, 2
"""Of one earlier incident, so that none crowds out the others."""


@dataclass(frozen=True)
class Offer:
    """One lesson or action that a launch is told. ``key`` is what is remembered of it; ``text`` is empty where it may not cross.

    ``source`` is ``None`` where the earlier incident cannot be found any more, or has become confidential: then nothing is asked.
    """

    number: int
    key: str
    source: Precedent | None
    text: str
    is_action: bool
    is_proven: bool
    level: Level
    answer: Decision | None = None

    @property
    def severity(self) -> str:
        """Return the severity of the earlier incident, or an empty string."""
        return self.source.severity if self.source else ""


def is_launch(issue: Issue, memory: Memory, policy: Policy) -> bool:
    """Tell whether the issue is a launch: by its label, or because it was taken on as one. An incident is never a launch."""
    if policy.severity.is_incident(issue.labels, issue.issue_type):
        return False
    return memory.kind == KIND or (not memory.governed and policy.learning.launch(issue.labels) is not None)


def offers_of(
    case: Case, precedents: Precedents, memory: Memory, decisions: tuple[Decision, ...], policy: Policy
) -> tuple[Offer, ...]:
    """Return what the launch is told, by number: first what was told before, then what is new, unproven first and the nearest first."""
    found = {key: (source, text, proven) for key, source, text, proven in _items(case, precedents, policy)}
    told = dict(memory.offered)
    new = [key for key in found if key not in told]
    # Sorting keeps the order of nearness within what is proven and what is not.
    room = max(0, policy.learning.lessons.most - len(told))
    wanted = sorted((key for key in new if _is_near(found[key][0], policy)), key=lambda key: found[key][2])[:room]
    first = max(told.values(), default=0) + 1
    numbered = {**told, **{key: first + at for at, key in enumerate(wanted)}}
    given = {d.subject: d for d in decisions if d.word in ANSWERS and d.grants}
    return tuple(
        _offer(number, key, found.get(key), given.get(key), policy)
        for key, number in sorted(numbered.items(), key=lambda pair: pair[1])
    )


def _is_near(source: Precedent, policy: Policy) -> bool:
    return source.shared >= policy.learning.lessons.words_in_common


def counted_only(precedents: Precedents, policy: Policy) -> int:
    """Return how many confidential incidents resemble the launch: of them nothing else is said (S28)."""
    return sum(not may_be_named(each) and _is_near(each, policy) for each in precedents.found)


def border_of(ref: IssueRef, policy: Policy) -> Border:
    """Return the side on which an issue stands, as its project's mapping says."""
    return Border(ref.key.site, ref.project, policy.service.client or "")


def _items(case: Case, precedents: Precedents, policy: Policy) -> Iterator[tuple[str, Precedent, str, bool]]:
    """Yield key, source, text and whether it is proven, of everything that could be told, the nearest source first."""
    here = border_of(case.incident.ref, policy)
    for source in precedents.found:
        if not may_be_named(source) or source.key == case.incident.ref.key:
            continue
        for at, lesson in enumerate(source.lessons[:MOST_LESSONS], start=1):
            said = told_elsewhere(lesson, source, here, policy, precedents.names)
            yield f"{source.key}:lesson:{at}", source, said, source.is_proven
        if here.holds(source):
            # Those without proof first: they are what a launch can still run into.
            for action in sorted(source.actions, key=lambda each: each.is_verified)[:MOST_ACTIONS]:
                said = told_elsewhere(action.description, source, here, policy, precedents.names)
                yield f"{source.key}:action:{action.action_id}", source, said, action.is_verified
        elif not source.lessons and source.categories:
            yield f"{source.key}:incident", source, "", source.is_proven


def _offer(
    number: int, key: str, found: tuple[Precedent, str, bool] | None, answer: Decision | None, policy: Policy
) -> Offer:
    is_action = ":action:" in key
    if found is None:
        return Offer(number, key, None, "", is_action, is_proven=False, level=Level.OFF, answer=answer)
    source, text, proven = found
    return Offer(number, key, source, text, is_action, proven, policy.level(CHECK, source.graveness), answer)


def judge_offer(offer: Offer, policy: Policy) -> Finding:
    """Return the finding on one lesson: passed when it was answered, or when its source is not to be seen any more."""
    about = f"Lesson {offer.number}"
    if offer.answer is not None:
        return Finding(CHECK, about, True, offer.level, answered(offer.answer))
    if offer.source is None:
        return Finding(CHECK, about, True, offer.level, "its incident is not to be seen any more")
    remedy = f"`/applied {offer.number} <how>`, or `/not-applicable {offer.number} <reason>`"
    weight = offer.severity or "an incident that nobody has classified"
    return Finding(CHECK, about, False, offer.level, f"it comes from {weight}, and nobody has answered it yet", remedy)


def answered(answer: Decision) -> str:
    """Say how a lesson was answered, and by whom."""
    how = answer.args.partition(" ")[2].strip()[:200]
    deed = "applied" if answer.word == "applied" else "does not apply"
    return f"{deed}, says {answer.actor.called}{f': {how}' if how else ''}"


def numbered(args: str, offered: tuple[tuple[str, int], ...]) -> tuple[int | None, str, str]:
    """Read ``2 how it was done`` → the number, the key of what was told under it (empty: nothing was), and the rest."""
    first, _, rest = args.partition(" ")
    number = int(first) if first.isascii() and first.isdecimal() and len(first) < 4 else None
    key = next((key for key, told in offered if told == number), "")
    return number, key, rest.strip()
