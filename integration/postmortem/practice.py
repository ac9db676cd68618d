"""How the practice itself goes: post-mortems, leads, proofs, what was asked for, and what was made easier. Figures → statements. Pure.

None is of a person: a figure is of post-mortems, causes, actions or lines of the policy.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from integration.postmortem.reading.durations import in_words
from integration.postmortem.shares import Lengths, Part, Table
from integration.postmortem.writing.wording import count


@dataclass(frozen=True)
class Resources:
    """What actions asked for in the window (money, people, a tool), and what became of that: the other four add up to ``asked``."""

    asked: int = 0
    granted: int = 0
    declined: int = 0
    waiting: int = 0
    withdrawn: int = 0


@dataclass(frozen=True)
class Checks:
    """Questions whether verified actions still hold that were asked in the window, and how they were answered until now."""

    asked: int = 0
    holds: int = 0
    no_longer: int = 0


@dataclass(frozen=True)
class Practice:
    """What is counted of the practice.

    ``to_finish`` is from the opening of an incident to its finished post-mortem; ``first_pass`` counts finished post-mortems of which nothing was
    asked again; ``systemic`` chains of whys that end at something in the system, of all chains; ``independent`` leads that took no part, of those
    named; ``to_verify`` is from the last evidence to its verification. ``weakened`` are lines of the policy that were made easier.
    ``came_back`` counts incidents that people called an earlier one come back, of all; ``checks`` how verified actions held.
    """

    to_finish: Lengths = field(default_factory=Lengths)
    first_pass: Part = field(default_factory=Part)
    systemic: Part = field(default_factory=Part)
    independent: Part = field(default_factory=Part)
    to_verify: Lengths = field(default_factory=Lengths)
    resources: Resources = field(default_factory=Resources)
    weakened: tuple[str, ...] = ()
    came_back: Part = field(default_factory=Part)
    checks: Checks = field(default_factory=Checks)


def practice_statements(now: Practice, before: Practice) -> Iterator[str]:
    """Yield what can be said, nothing about what has no figure."""
    yield from _length(
        "From an incident to its finished post-mortem it took", now.to_finish, before.to_finish, "incidents"
    )
    if now.first_pass.whole:
        yield f"{now.first_pass.told} finished post-mortems were complete at the first pass.{_was(before.first_pass)}"
    if now.systemic.whole:
        yield f"{now.systemic.told} chains of whys end at a cause in the system.{_was(before.systemic)}"
    if now.independent.whole:
        yield f"{now.independent.told} post-mortems are led by somebody who took no part.{_was(before.independent)}"
    yield from _length("From the last evidence to its verification it took", now.to_verify, before.to_verify, "actions")
    if now.came_back.part:
        yield f"{now.came_back.told} incidents are an earlier one come back, as people say of them.{_was(before.came_back)}"
    if now.checks.asked:
        yield _checks(now.checks)
    yield from _resources(now.resources)
    if now.weakened:
        lines = count(len(now.weakened), "line of the policy was", "lines of the policy were")
        yield f"{lines} made easier; each stands in the table below."


def practice_tables(now: Practice) -> tuple[Table, ...]:
    """Return the tables behind the statements."""
    asked = now.resources
    rows = tuple(
        (what, str(number))
        for what, number in (
            ("granted", asked.granted),
            ("declined", asked.declined),
            ("waiting for an answer", asked.waiting),
            ("no longer asked", asked.withdrawn),
        )
        if number
    )
    return (
        Table("Asked for", ("What became of it", "Actions"), rows),
        Table("Made easier in the policy", ("Line",), tuple((line,) for line in now.weakened)),
    )


def _checks(checks: Checks) -> str:
    open_ones = checks.asked - checks.holds - checks.no_longer
    waiting = f", {open_ones} without an answer yet" if open_ones else ""
    asked = count(checks.asked, "verified action", "verified actions")
    return f"Of {asked} of which it was asked whether they still hold, {checks.holds} do and {checks.no_longer} no longer do{waiting}."


def _length(words: str, now: Lengths, before: Lengths, of: str) -> Iterator[str]:
    if now.median is not None and now.mean is not None:
        was = f" Before, the median was {in_words(before.median)}." if before.median is not None else ""
        known = Part(len(now.seconds), now.of).told
        yield f"{words} {in_words(now.median)} (median), {in_words(now.mean)} (mean); known for {known} {of}.{was}"


def _was(before: Part) -> str:
    return f" Before, it was {before.part} of {before.whole}." if before.whole else ""


def _resources(asked: Resources) -> Iterator[str]:
    if asked.asked:
        parts = [
            f"{number} {word}"
            for number, word in (
                (asked.granted, "granted"),
                (asked.declined, "declined"),
                (asked.waiting, "waiting for an answer"),
                (asked.withdrawn, "no longer asked"),
            )
            if number
        ]
        yield f"{count(asked.asked, 'action', 'actions')} asked for money, people or a tool: {', '.join(parts)}."
