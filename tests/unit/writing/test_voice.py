"""The rules of how the service speaks, held to every text that a few hundred cases make it write: next step first, no blame, no shouting."""

import re
from itertools import product

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from mappings.models import Mode
from tests.builders import (
    DANA,
    GINA,
    NOW,
    OMAR,
    STAMP,
    STRAY,
    TOM,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.rules.test_deciding import MISFORMED
from tests.unit.writing.plain import plain

SHOUTING = re.compile(
    r"!|\berrors?\b|\binvalid\b|\bfailed to\b|\byou must\b|\byou have to\b|\bsimply\b|\bjust\b", re.IGNORECASE
)
HERE = a_ref(12).key
BODIES = [
    "",
    a_body(),
    a_body(a_line(due=""), a_line(owner=""), a_line("A3", owner="@nobody"), lessons="TBD", timeline="soon"),
    a_body(a_line(due="2027-11-30", kind="", criteria=""), root_causes="1. Somebody forgot", impact="a lot"),
    a_body(a_line("A1"), a_line("A1", "Something else"), summary="N/A"),
]
MEMORIES = [
    nothing_remembered(),
    a_memory(actions=(an_action(),), said=frozenset(f"reopen:{number}:{n}" for n in range(3) for number in (512, 513))),
    a_memory(
        a_decision("lead", TOM, issue=HERE, reason="tom", subject=TOM.id),
        a_decision("evidence", OMAR, reason="tested", subject="e1"),
        a_decision("resolved", TOM, issue=HERE),
        actions=(an_action(owner_id=GINA.id, due=None),),
        adopted_digest="another",
    ),
    a_memory(a_decision("accept-risk", GINA, reason="2026-11-01"), actions=(an_action(),)),
    a_memory(a_decision("pause", GINA, issue=HERE)),
]
COMMENTS = [
    *((a_comment(word, GINA), on) for word, on, _ in MISFORMED),
    (a_comment("/verify it", DANA), "ticket"),
    (a_comment("/verfy", VIC), "ticket"),
    (a_comment("/status", TOM), "incident"),
]


def texts():
    """Yield every text that these cases make us write, unfolded."""
    for severity, body, memory, closed, author in product(
        ("SEV1", "SEV3", "SEV4", ""), BODIES, MEMORIES, (False, True), (DANA, STRAY)
    ):
        incident = an_incident(severity, body=body, closed=closed, author=author)
        yield from _written(incident, a_ticket(closed=closed), memory)
    for comment, on in COMMENTS:
        there = {on: (comment,)}
        incident = an_incident(body=a_body(), comments=there.get("incident", ()))
        yield from _written(incident, a_ticket(comments=there.get("ticket", ())), a_memory(actions=(an_action(),)))


def _written(incident, ticket, memory):
    case = a_case(incident, ticket)
    first = judge(case, facts(), memory, a_policy(), NOW)
    memory = type(memory)(**{**vars(memory), "decisions": (*memory.decisions, *first.decisions)})
    for mode in (Mode.ENFORCE, Mode.ADVISE):
        assessment = judge(case, facts(), memory, a_policy(), NOW, mode=mode)
        for command in plan(assessment, case, memory, a_policy(), STAMP):
            if hasattr(command, "tree"):
                yield plain(command.tree, unfolded=True)


@pytest.fixture(scope="module")
def written():
    """Return all those texts, each once."""
    found = set(texts())
    assert len(found) > 100
    return found


def test_no_text_shouts_or_blames(written):
    assert [(text, found[0]) for text in written if (found := SHOUTING.search(text))] == []


def test_every_line_to_copy_is_closed(written):
    assert [line for text in written for line in text.splitlines() if line.count("`") % 2] == []


def test_no_text_stumbles_over_its_own_punctuation(written):
    stumbles = re.compile(
        r"\.\.|\. \.|\?\.|:\.|  |\s[.,;?]|\bNone\b|\(\)|`[.]`|\b1 (?:times|things|actions|steps|parts|checks)\b"
    )
    lines = [line.replace(" |  |", " |") for text in written for line in text.splitlines()]
    assert [(line, found[0]) for line in lines if (found := stumbles.search(line))] == []


def test_every_block_says_something(written):
    assert [text for text in written if not text.strip() or "\n\n" in text] == []


def test_times_name_their_zone(written):
    clock = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d(?! UTC)")
    assert [text for text in written if clock.search(text)] == []


def test_whatever_is_missing_says_what_to_do(written):
    """A row that asks for something has its next step in the last cell."""
    asking = re.compile(r"^\| [^|]+ \| (?:missing|please look|advice|later) \| [^|]+ \|\s*\|$", re.MULTILINE)
    assert [text for text in written if asking.search(text)] == []
