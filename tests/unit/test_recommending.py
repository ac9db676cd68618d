"""Recommendations to governance: what is read as one, what its ticket says, who answers it, and how the summary ends with the decisions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.generated import Published, Seen, Series, WantedIssue
from integration.postmortem.judgement import judge
from integration.postmortem.people import Person
from integration.postmortem.precedents import Precedent
from integration.postmortem.recommendations import Nomination, Recommendation
from integration.postmortem.recommending import KIND, RecommendationFigures, judge_recommendations
from integration.postmortem.rules.adopting import WORDS
from integration.postmortem.rules.answering import decide_answers
from integration.postmortem.rules.learned import learned_from
from integration.postmortem.rules.written import read_postmortem
from integration.postmortem.summary import Summaries, Summary
from integration.postmortem.summing import MONTHLY, judge_summaries
from integration.postmortem.writing.tree import Tree
from tests.builders import (
    GINA,
    NOW,
    STAMP,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_memory,
    a_policy,
    a_ref,
    an_incident,
    facts,
)
from tests.unit.test_trends import OCTOBER, figures
from tests.unit.writing.plain import plain

POLICY = a_policy()
SOURCE = Precedent(a_ref(12), "Recalled products", "SEV1", client="Nordlicht", categories=("data", "data"))
TEXT = "Ask for a replay before each release"
MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)
SERIES = Series(KIND, "all", "github", "acme/governance", frozenset({("github", "acme/shop")}))
TICKET = a_ref(90)


def a_recommendation(**changes: Any) -> Recommendation:
    return Recommendation(**({"source": SOURCE, "number": 1, "text": TEXT, "made_at": MADE} | changes))


def seen(*decisions: Any, there: bool = False, comments: Any = ()) -> Seen:
    memory = Memory(ProjectMemory("github", "acme/governance", NOW), decisions=decisions)
    if not there:
        return Seen(SERIES, memory)
    period = a_recommendation().period
    issue = replace(an_incident(comments=comments), ref=TICKET)
    return Seen(SERIES, memory, (Published(period, TICKET, MADE),), {period: issue})


def judged(each: Recommendation, at: datetime = MADE, *args: Any, **seeing: Any) -> WantedIssue | None:
    publication = judge_recommendations(RecommendationFigures((each,)), seen(*args, **seeing), POLICY, at)
    return publication.issues[0] if publication.issues else None


def said(tree: Tree | None) -> str:
    return plain(tree, unfolded=True) if tree is not None else ""


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("None, because the checklist asks for it from now on.", ()),
        ("N/A: nothing to govern", ()),
        (
            "- Ask for a replay before each release\n- Name an owner of the catalogue",
            (TEXT, "Name an owner of the catalogue"),
        ),
        ("Ask for a replay before each release", (TEXT,)),
    ],
)
def test_each_item_or_paragraph_is_a_recommendation_and_a_stated_none_is_none(
    written: str, found: tuple[str, ...]
) -> None:
    incident = an_incident(body=a_body(recommendations=written))
    assert learned_from(incident, read_postmortem(incident, POLICY), "", POLICY).recommendations == found


def test_the_ticket_says_what_is_asked_by_when_and_both_lines_that_answer_it() -> None:
    wanted = judged(a_recommendation())
    assert wanted is not None
    assert (wanted.title, str(wanted.due), wanted.outcome) == (TEXT, "2026-12-20", None)
    text = said(wanted.pages[0])
    assert "One line by 2026-12-20 is enough" in text
    assert "/adopt <link to the change>" in text
    assert "/decline <reason>" in text
    assert "SEV1, data" in text


def test_what_names_a_client_stays_with_its_incident_and_a_confidential_one_makes_no_ticket() -> None:
    wanted = judged(a_recommendation(text="Tell Nordlicht first"))
    assert wanted is not None
    assert "Nordlicht" not in wanted.title + said(wanted.pages[0])
    assert "stays with its incident" in said(wanted.pages[0])
    secret = a_recommendation(source=replace(SOURCE, confidential=True))
    assert judged(secret) is None
    became = judged(secret, MADE, there=True)
    assert became is not None
    assert TEXT not in became.title + said(became.pages[0])
    assert became.outcome is not None


def test_on_the_day_after_it_is_asked_once_more() -> None:
    for days, asked in ((30, []), (32, ["overdue"])):
        wanted = judged(a_recommendation(), MADE + timedelta(days=days), there=True)
        assert wanted is not None
        assert [name for name, _ in wanted.replies] == asked


@pytest.mark.parametrize(
    ("word", "args", "says"),
    [
        ("adopt", "https://example.org/change/7", "Adopted: https://example.org/change/7"),
        ("decline", "the vendor does it", "Declined: the vendor does it"),
    ],
)
def test_the_first_answer_closes_the_ticket_and_names_nobody(word: str, args: str, says: str) -> None:
    answer = a_decision(word, GINA, issue=TICKET.key, args=args, subject=args, reason=word)
    wanted = judged(a_recommendation(), MADE, answer, there=True)
    assert wanted is not None
    assert says in said(wanted.outcome)
    assert "gina" not in said(wanted.outcome).casefold()


def decided(text: str, who: Person = GINA, role: str = "admin", before: tuple[Any, ...] = ()) -> Any:
    issue = replace(an_incident(comments=(a_comment(text, who),)), ref=TICKET)
    memory = Memory(ProjectMemory("github", "acme/governance", NOW), decisions=before)
    (decision,) = decide_answers(issue, facts({who: role}), memory, WORDS, POLICY, STAMP, NOW)
    return decision


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("/adopt https://example.org/change/7 in the release checklist", True),
        ("/decline the vendor does it from March on", True),
        ("/adopt", False),
        ("/adopt next month", False),
        ("/adopt <link to the change>", False),
        ("/decline", False),
        ("/decline <reason>", False),
    ],
)
def test_an_adoption_needs_a_link_and_a_refusal_a_reason(text: str, accepted: bool) -> None:
    assert decided(text).accepted is accepted


def test_it_is_answered_once() -> None:
    first = a_decision("decline", GINA, issue=TICKET.key, args="no", comment_id="1", reason="declined")
    again = decided("/adopt https://example.org/change/7", before=(first,))
    assert (again.accepted, again.reason.split(":")[0]) == (False, "answered")


def a_summary(*asked: Recommendation, nominations: tuple[Nomination, ...] = ()) -> Summary:
    now = figures(severities={"SEV1": 1})
    return Summary(now, figures(window=OCTOBER.before), asked=asked, nominations=nominations)


OPEN = a_recommendation(ticket=TICKET, made_at=datetime(2026, 10, 20, tzinfo=UTC))
TAKEN = replace(OPEN, answer="adopt", args="https://example.org/7", answered_at=NOW)
SUMMED = Series(MONTHLY, "all", "github", "acme/governance")


def summed(summary: Summary, made: str | None, period: str = "2026-10") -> WantedIssue:
    there = () if made is None else (Published(period, a_ref(91), datetime.fromisoformat(made)),)
    view = Seen(SUMMED, Memory(ProjectMemory("github", "acme/governance", NOW)), there)
    return judge_summaries(Summaries({period: summary}), view, POLICY, NOW).issues[0]


def test_a_summary_ends_with_the_table_of_decisions_those_that_wait_first() -> None:
    text = said(summed(a_summary(TAKEN, OPEN), None).pages[0])
    end = text[text.index("Recommendations:") :]
    assert "1 decision is asked of you" in end
    assert end.index("waits for you") < end.index("adopted: https://example.org/7")


@pytest.mark.parametrize(
    ("asked", "made", "period", "ends"),
    [
        (OPEN, "2026-11-02T09:00+00:00", "2026-10", False),
        (TAKEN, "2026-11-02T09:00+00:00", "2026-10", True),  # Asked when it was made, and answered since.
        (
            TAKEN,
            (NOW + timedelta(hours=1)).isoformat(),
            "2026-10",
            False,
        ),  # Answered before: it stays until the next one.
        (OPEN, "2026-10-01T09:00+00:00", "2026-09", False),
        (TAKEN, "2026-10-01T09:00+00:00", "2026-09", True),
        (replace(OPEN, withdrawn_at=NOW), "2026-10-01T09:00+00:00", "2026-09", True),
        (replace(OPEN, closed_at=NOW), "2026-10-01T09:00+00:00", "2026-09", True),
    ],
)
def test_a_summary_is_closed_once_every_decision_that_it_asked_for_is_taken(
    asked: Recommendation, made: str, period: str, ends: bool
) -> None:
    assert (summed(a_summary(asked), made, period).outcome is not None) is ends


def test_nominations_stand_with_their_incident_and_what_names_a_client_or_is_confidential_stays_there() -> None:
    secret = replace(SOURCE, confidential=True)
    found = (
        Nomination(SOURCE, "the search team found it in testing", NOW),
        Nomination(SOURCE, "Nordlicht was told at once", NOW),
        Nomination(secret, "the quiet one", NOW),
    )
    text = said(summed(a_summary(nominations=found), None).pages[0])
    assert "the search team found it in testing" in text
    assert "Nordlicht" not in text
    assert "the quiet one" not in text
    assert "1 nomination of confidential incidents stay" in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("/celebrate the search team found it in testing", "celebrate"),
        ("/celebrate", "form"),
        ("/celebrate @vic found it in testing", "names_somebody"),
        ("/celebrate Vic found it in testing", "names_somebody"),
        ("/celebrate what DANA did", "names_somebody"),
    ],
)
def test_teams_are_nominated_and_people_are_not(text: str, reason: str) -> None:
    incident = an_incident(comments=(a_comment(text, VIC),))
    found = judge(a_case(incident), facts(), a_memory(looked_at=NOW - timedelta(hours=1)), POLICY, NOW, stamp=STAMP)
    (decision,) = found.decisions
    assert decision.reason.split(":")[0] == reason
