"""What each command means and what it needs to make sense: one small function per word, each returning a verdict. Rights are judged in ``deciding``."""

import re
from collections.abc import Callable

from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.appointing import judge_asked, judge_people
from integration.postmortem.rules.bench import Bench, Verdict, needs
from integration.postmortem.rules.blameless import judge_agenda, judge_disclose
from integration.postmortem.rules.celebrating import judge_celebrate
from integration.postmortem.rules.ending_words import judge_duplicate, judge_incident_word, judge_not_incident
from integration.postmortem.rules.giving import judge_evidence
from integration.postmortem.rules.lasting_words import judge_lasting_word
from integration.postmortem.rules.recurring import judge_recurrence_word
from integration.postmortem.rules.resources import judge_ack, judge_answer
from integration.postmortem.rules.review_words import judge_approve, judge_waive
from integration.postmortem.rules.telling_words import (
    judge_client,
    judge_criteria_word,
    judge_note,
    judge_resolved,
    judge_severity_word,
)
from integration.postmortem.rules.ticket_words import judge_accept_risk, judge_moved, judge_reject, judge_verify
from integration.postmortem.rules.told_lessons import judge_lesson, not_here

PLACEHOLDER = re.compile(r"(?<!\S)(?:<[a-z][a-z ]{1,60}>|@name)(?!\S)")
"""What stands in the lines to copy where the writer's own words belong: what is copied as it stands decides nothing."""


def judge_command(said: Command, bench: Bench) -> Verdict:
    """Return whether the command makes sense here and which authority it takes; ``said.word`` is one of :data:`WORDS`."""
    verdict = not_here(said, bench) or _JUDGES[said.word](said, bench)
    left = PLACEHOLDER.search(said.args) if verdict.accepted else None
    if left is None:
        return verdict
    return Verdict.refuse(
        "placeholder", f"`{left[0]}` still stands in it", "Please write your own words there, and post it once more."
    )


def _status(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "status", needs=needs(bench, "status"))


def _pause(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "paused", needs=needs(bench, "pause"))


def _resume(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "resumed", needs=needs(bench, "pause"))


_JUDGES: dict[str, Callable[[Command, Bench], Verdict]] = {
    "agenda": judge_agenda,
    "disclose": judge_disclose,
    "celebrate": judge_celebrate,
    "incident": judge_incident_word,
    "not-incident": judge_not_incident,
    "duplicate-of": judge_duplicate,
    "severity": judge_severity_word,
    "criteria": judge_criteria_word,
    "resolved": judge_resolved,
    "note": judge_note,
    "client": judge_client,
    "lead": judge_people,
    "participants": judge_people,
    "reviewer": judge_asked,
    "sponsor": judge_asked,
    "approve": judge_approve,
    "waive": judge_waive,
    "evidence": judge_evidence,
    "verify": judge_verify,
    "reject": judge_reject,
    "moved": judge_moved,
    "fund": judge_answer,
    "decline": judge_answer,
    "ack": judge_ack,
    "accept-risk": judge_accept_risk,
    "recurrence-of": judge_recurrence_word,
    "not-recurrence": judge_recurrence_word,
    "still-holds": judge_lasting_word,
    "no-longer-holds": judge_lasting_word,
    "applied": judge_lesson,
    "not-applicable": judge_lesson,
    "status": _status,
    "pause": _pause,
    "resume": _resume,
}
WORDS = frozenset(_JUDGES)
