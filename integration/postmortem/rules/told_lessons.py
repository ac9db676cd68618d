"""Answers to the lessons that a launch was told: ``/applied`` and ``/not-applicable``, and which commands belong on a launch at all."""

from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, needs
from integration.postmortem.rules.lessons import ANSWERS, numbered

ON_LAUNCHES = frozenset({*ANSWERS, "status", "pause", "resume"})


def not_here(said: Command, bench: Bench) -> Verdict | None:
    """Return the refusal of a command about incidents on a launch, or of an answer elsewhere; ``None`` where it belongs here."""
    if bench.is_launch and said.word not in ON_LAUNCHES:
        what = "this is about incidents, and this issue is a launch"
        return Verdict.refuse("a_launch", what, "Here: `/applied N <how>`, or `/not-applicable N <reason>`.")
    if said.word in ANSWERS and not bench.is_launch:
        what = "this answers a lesson before a launch, and none was told here"
        return Verdict.refuse("no_launch", what, "Please write it on the launch issue.")
    return None


def judge_lesson(said: Command, bench: Bench) -> Verdict:
    """Judge an answer: it is bound to the lesson that stood under the number, however the list grows later."""
    number, key, rest = numbered(said.args, bench.memory.offered)
    if not key:
        what = f"there is no lesson {number} here" if number else "it needs the number of a lesson"
        return Verdict.refuse("lesson_unknown", what, f"For example: `/{said.word} 1 <in a few words>`")
    if said.word == "not-applicable" and not rest:
        return Verdict.refuse("form", "it needs a reason", f"For example: `/not-applicable {number} <reason>`")
    return Verdict(True, str(number), subject=key, needs=needs(bench, said.word))
