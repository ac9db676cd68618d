"""``docs/commands.md`` says what the program does: every command, its authority and place, examples that work, refusals that exist."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from integration.postmortem.incident import Issue
from integration.postmortem.precedents import Precedent, Precedents
from integration.postmortem.reading.commands import Command, read_commands
from integration.postmortem.rules import verdicts
from integration.postmortem.rules.adopting import WORDS as ANSWERS
from integration.postmortem.rules.deciding import decide
from integration.postmortem.rules.drafting import draft_actions
from integration.postmortem.rules.told_lessons import ON_LAUNCHES
from integration.postmortem.rules.verdicts import WORDS
from integration.postmortem.rules.written import read_postmortem
from tests.builders import (
    DANA,
    GINA,
    NOW,
    OMAR,
    STAMP,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)

PAGE = (Path(__file__).parents[2] / "docs" / "commands.md").read_text()
ROWS = {row[0]: row[1:] for row in re.findall(r"^\| `/([a-z-]+)` \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)}
EXAMPLES = re.findall(r"^    (/[a-z-]+.*)$", PAGE, re.MULTILINE)
SOURCES = "".join(path.read_text() for path in sorted(Path(verdicts.__file__).parent.glob("*.py")))


EVERY_WORD = {*WORDS, *ANSWERS}


def test_every_command_is_described_and_no_other() -> None:
    headings = re.findall(r"^### /([a-z-]+)$", PAGE, re.MULTILINE)

    assert set(ROWS) == set(headings) == EVERY_WORD
    assert {word.split()[0][1:] for word in EXAMPLES} == EVERY_WORD


@pytest.mark.parametrize("word", sorted(EVERY_WORD))
def test_the_authority_is_the_one_that_ships(word: str) -> None:
    needed = a_policy().people.commands.needed
    match word:
        case "severity":
            shipped = f"{needed(word)}; {needed('severity-lower')} to lower it"
        case "not-incident":
            shipped = f"{needed(word)}; of a governed incident: {needed('waive')}"
        case "approve":
            shipped = f"technical: {needed('approve-technical')}; governance: {needed('approve-governance')}"
        case "resume":
            shipped = needed("pause")
        case _:
            shipped = needed(word)

    assert ROWS[word][0] == shipped


@pytest.mark.parametrize("example", EXAMPLES)
def test_each_example_takes_effect_where_the_page_says_and_nowhere_else(example: str) -> None:
    word = example.split(maxsplit=1)[0][1:]
    where = ROWS[word][1].strip()
    if where == "a recommendation":
        assert word in ANSWERS.keys() - WORDS  # tests/unit/test_recommending.py
        return

    assert _accepted_on_launch(example) is (word in ON_LAUNCHES)
    if where == "a launch":
        assert not _accepted(example, on_ticket=False)
        assert not _accepted(example, on_ticket=True)
        return
    assert _accepted(example, on_ticket=False) is (where != "an action ticket")
    assert _accepted(example, on_ticket=True) is (where != "the incident")


def test_each_refusal_has_its_line_and_each_line_its_refusal() -> None:
    told = set(re.findall(r"^\| `([a-z_]+)` \| [^|]+ \|$", PAGE, re.MULTILINE))

    assert told == set(re.findall(r'\.refuse\(\s*"([a-z_]+)"', SOURCES))


def test_how_far_ahead_a_risk_may_be_accepted_is_told() -> None:
    assert f"at most {a_policy().remediation.longest_risk_days} days ahead" in PAGE


def _accepted(example: str, *, on_ticket: bool) -> bool:
    """Judge the example by an administrator who is independent, on a case in which evidence was given."""
    assert [type(said) for said in read_commands(example, WORDS)] == [Command]
    comment = a_comment(example, GINA)
    asking = f"| ID | Action | Needs |\n|---|---|---|\n| A1 | {an_action().description} | money |"
    incident = an_incident(body=a_body(remediation=asking), comments=() if on_ticket else (comment,))
    ticket: Issue = a_ticket(comments=(comment,) if on_ticket else ())
    case, policy = a_case(incident, ticket), a_policy()
    evidence = a_decision("evidence", OMAR, reason="tested", subject="shown")
    before = (a_decision("not-incident", GINA, issue=incident.ref.key, subject="incident"),)
    late = frozenset(f"due:{issue.ref.key.id}:2026-11-20:owner" for issue in (incident, ticket))
    of_41 = (a_decision("recurrence-of", GINA, issue=incident.ref.key, subject=str(a_ref(41).key)),)
    verified = (a_decision("verify", VIC, reason="verified", at=NOW - timedelta(days=180)),)
    needed = {"incident": before, "not-recurrence": of_41, "still-holds": verified, "no-longer-holds": verified}
    earlier = needed.get(example.split(maxsplit=1)[0][1:], ())
    memory = a_memory(evidence, *earlier, actions=(an_action(),), said=late)
    found = Precedents((Precedent(a_ref(41), opened_at=NOW - timedelta(days=180)),))
    known = facts(incidents={"acme/shop#41": a_ref(41).key}, precedents=found)
    drafts = draft_actions(read_postmortem(incident, policy).rows, case, known, memory, policy)
    (decision,) = decide(case, known, memory, drafts, policy, STAMP, NOW).decisions
    assert decision.actor not in (DANA, VIC)
    return decision.accepted


def _accepted_on_launch(example: str) -> bool:
    """Judge the example by an administrator on a launch that was told a lesson."""
    launch = an_incident("", labels={"launch"}, comments=(a_comment(example, GINA),))
    memory = replace(a_memory(severity=""), kind="launch", offered=(("github:512:lesson:1", 1),))
    (decision,) = decide(a_case(launch), facts(), memory, (), a_policy(), STAMP, NOW).decisions
    return decision.accepted
