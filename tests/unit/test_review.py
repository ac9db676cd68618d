"""The weekly review, judged: which list an action stands in, what sponsors are asked, what was carried over, which week is due, and what it says."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.generated import Published, Seen, Series
from integration.postmortem.periods import week_of
from integration.postmortem.review import Asked, Lost, OpenAction, OpenPostMortem, ReviewFigures, SettledAction
from integration.postmortem.reviewing import carried_over, judge_review, sorted_review
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.writing.tree import Fold, Grid, IssueLink, Mention, Small, Tree
from mappings.models import Policy
from tests.builders import DANA, GINA, OMAR, a_policy, a_ref
from tests.unit.writing.plain import plain

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday, which is the day of reviews as shipped
TODAY = NOW.date()
SERIES = Series("review", "all", "github", "acme/governance", frozenset({("github", "acme/shop")}))
LISTS = ("late", "this_week", "unverified", "lapsed", "ownerless", "quiet", "others")


def days(number: int) -> date:
    return TODAY + timedelta(days=number)


def an_open_action(number: int = 1, **changes: Any) -> OpenAction:
    due = changes.get("due", days(20))
    given = {
        "incident": a_ref(12),
        "title": "Recalled products",
        "severity": "SEV2",
        "action_id": f"A{number}",
        "description": f"Action {number}",
        "ticket": a_ref(12 + number),
        "owner": DANA,
        "due": due,
        "outcome": ProofState.WANTED.value,
        "news_at": NOW - timedelta(days=2),
        "dates": ((due, NOW - timedelta(days=40)),) if due else (),
    }
    return OpenAction(**(given | changes))


def seen(*published: Published) -> Seen:
    return Seen(SERIES, Memory(ProjectMemory("github", "acme/governance", NOW)), published)


def published(period: str, at: datetime, closed_at: datetime | None = None) -> Published:
    return Published(period, a_ref(90), at, (), closed_at)


def said(pages: tuple[Tree, ...]) -> str:
    return "\n".join(plain(page, unfolded=True) for page in pages)


GONE = type(DANA)("github", "1009", "lea", active=False)


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        pytest.param({"due": days(-1)}, "late", id="its day is over"),
        pytest.param({"due": TODAY}, "this_week", id="its day is today"),
        pytest.param({"due": days(6)}, "this_week", id="it is due within a week"),
        pytest.param({"due": days(7)}, "others", id="it is due after this week"),
        pytest.param({"due": days(-9), "outcome": ProofState.UNVERIFIED.value}, "unverified", id="it waits for others"),
        pytest.param({"outcome": ProofState.LAPSED.value}, "lapsed", id="its verification lapsed"),
        pytest.param({"outcome": ProofState.RISK_EXPIRED.value}, "lapsed", id="the time of its risk is over"),
        pytest.param({"owner": None}, "ownerless", id="nobody owns it"),
        pytest.param({"owner": GONE}, "ownerless", id="its owner is gone"),
        pytest.param({"news_at": NOW - timedelta(days=14)}, "quiet", id="two weeks without a word"),
        pytest.param({"news_at": NOW - timedelta(days=13)}, "others", id="a word thirteen days ago"),
        pytest.param({"due": None}, "others", id="it has no day"),
        pytest.param({"due": days(-1), "owner": GONE}, "late", id="late and without an owner stands where it is late"),
    ],
)
def test_an_action_stands_in_one_list(changes: dict[str, Any], where: str) -> None:
    action = an_open_action(**changes)
    review = sorted_review(ReviewFigures((action,)), None, a_policy(), NOW)
    assert {name: getattr(review, name) for name in LISTS if getattr(review, name)} == {where: (action,)}


@pytest.mark.parametrize(
    ("until", "listed"), [(days(30), True), (days(31), False), (None, False)], ids=["in 30 days", "later", "no day"]
)
def test_an_accepted_risk_is_listed_before_it_ends_and_is_no_open_action(until: date | None, listed: bool) -> None:
    action = an_open_action(outcome=ProofState.RISK_ACCEPTED.value, until=until)
    review = sorted_review(ReviewFigures((action,)), None, a_policy(), NOW)
    assert (bool(review.expiring), review.open_actions, review.is_empty) == (listed, 0, not listed)


def test_what_nobody_has_answered_stands_first_and_where_it_belongs_as_well() -> None:
    asking, granted = an_open_action(1, needs="money"), an_open_action(2, needs="people", answer="fund")
    review = sorted_review(ReviewFigures((asking, granted)), None, a_policy(), NOW)
    assert (review.needs, review.others) == ((asking,), (asking, granted))
    (wanted,) = judge_review(ReviewFigures((asking, granted)), seen(), a_policy(), NOW).issues
    text = said(wanted.pages)
    assert text.index("Waiting for a yes or no (1)") < text.index("All other open actions")
    assert "/fund" in text
    assert "needs people: granted" in text


def sponsored() -> Policy:
    people = "people:\n  gina: {name: Gina, github: gina, github_id: 1005}\nroles: {executive_sponsors: [gina]}\n"
    return a_policy(people=people)


@pytest.mark.parametrize(
    ("changes", "bundled"),
    [
        pytest.param({"due": days(-7)}, True, id="five working days late"),
        pytest.param({"due": days(-6)}, False, id="not yet five working days"),
        pytest.param({"due": days(-30), "severity": "SEV1"}, False, id="told on the ticket at once"),
        pytest.param({"due": days(-30), "outcome": ProofState.UNVERIFIED.value}, False, id="waiting for others"),
    ],
)
def test_sponsors_are_told_once_a_week_and_project_of_what_is_late_for_long(
    changes: dict[str, Any], bundled: bool
) -> None:
    (wanted,) = judge_review(ReviewFigures((an_open_action(**changes),)), seen(), sponsored(), NOW).issues
    mentioned = [part for page in wanted.pages for part in _parts(page) if isinstance(part, Mention) and part.notify]
    assert [mention.person.handle for mention in mentioned] == (["gina"] if bundled else [])


def _parts(tree: Tree) -> list[object]:
    return [part for block in tree.blocks for part in getattr(block, "line", ())]


def test_nothing_open_makes_no_review_and_ends_the_present_one() -> None:
    assert judge_review(ReviewFigures(), seen(), a_policy(), NOW).issues == ()
    (over,) = judge_review(ReviewFigures(), seen(published("2026-W48", NOW)), a_policy(), NOW).issues
    assert over.outcome is not None


@pytest.mark.parametrize(
    "figures",
    [
        ReviewFigures(postmortems=(OpenPostMortem(a_ref(), "It fell", "SEV1", "writing", NOW + timedelta(days=6)),)),
        ReviewFigures(postmortems=(OpenPostMortem(a_ref(), "It fell", "SEV3", "in review", None),)),
        ReviewFigures(asked=(Asked(a_ref(), "Odd answers", NOW),)),
    ],
    ids=["a post-mortem is due", "one waits for approval", "an issue was asked about"],
)
def test_what_else_is_open_makes_a_review_as_well(figures: ReviewFigures) -> None:
    (wanted,) = judge_review(figures, seen(), a_policy(), NOW).issues
    assert "No action is open." in said(wanted.pages)


def test_a_post_mortem_that_is_due_later_than_this_week_can_wait() -> None:
    later = OpenPostMortem(a_ref(), "It fell", "SEV3", "writing", NOW + timedelta(days=8))
    assert judge_review(ReviewFigures(postmortems=(later,)), seen(), a_policy(), NOW).issues == ()


def test_last_weeks_review_is_closed_with_what_became_of_it() -> None:
    since = NOW - timedelta(days=7)
    moved = an_open_action(2, dates=((days(-3), since - timedelta(days=9)), (days(20), NOW - timedelta(days=1))))
    slipped = an_open_action(3, due=days(-2))
    new = an_open_action(4, dates=((days(20), NOW - timedelta(days=1)),))
    settled = SettledAction("A9", "Switch", a_ref(40), a_ref(), "verified", NOW - timedelta(days=1))
    before = SettledAction("A8", "Tell", a_ref(41), a_ref(), "verified", since - timedelta(days=1))
    figures = ReviewFigures((an_open_action(1), moved, slipped, new), (before, settled))
    carried = carried_over(figures, since, NOW, a_policy())
    assert (carried.done, carried.moved, carried.slipped, carried.going_on) == ((settled,), (moved,), (slipped,), 3)
    over, current = judge_review(figures, seen(published("2026-W47", since)), a_policy(), NOW).issues
    assert over.outcome is not None
    assert plain(over.outcome) == (
        "This week is over: 1 verified, 1 late since then, 1 moved to a later day. 3 actions go on in the next review."
    )
    assert "Since the review of 2026-11-16: 1 verified" in said(current.pages)


def test_how_long_and_who_was_told_and_how_often_a_date_moved_stand_beside_what_is_late() -> None:
    at = NOW - timedelta(days=3)
    action = an_open_action(
        due=days(-5),
        told=(("reminder", at), ("owner", at)),
        dates=((days(-40), at), (days(-20), at), (days(-5), at)),
        ack="the vendor delivers in December",
    )
    (wanted,) = judge_review(ReviewFigures((action,)), seen(), a_policy(), NOW).issues
    text = said(wanted.pages)
    for words in ("5 days late", "told: owner 2026-11-20", "date moved twice", "answered: the vendor delivers"):
        assert words in text
    assert "reminder" not in text


def test_the_same_week_says_the_same_though_the_instant_and_the_audit_chain_move_on() -> None:
    figures = ReviewFigures((an_open_action(due=days(-5)),), audit_head="7:abc")
    later = ReviewFigures(figures.actions, audit_head="9:def")
    (first,) = judge_review(figures, seen(), a_policy(), NOW).issues
    (again,) = judge_review(later, seen(), a_policy(), NOW + timedelta(hours=30)).issues
    assert [page.digest for page in first.pages] == [page.digest for page in again.pages]
    assert "7:abc" in said(first.pages)


def test_names_stand_beside_open_items_only_and_nothing_is_counted_by_person() -> None:
    actions = tuple(an_open_action(n, owner=owner) for n, owner in enumerate((DANA, DANA, OMAR, GINA), 1))
    (wanted,) = judge_review(ReviewFigures(actions), seen(), a_policy(), NOW).issues
    for block in (block for page in wanted.pages for block in page.blocks):
        grids = [block] if isinstance(block, Grid) else list(block.blocks) if isinstance(block, Fold) else []
        cells = [cell for grid in grids if isinstance(grid, Grid) for row in grid.rows for cell in row]
        assert all(len(cell) == 1 for cell in cells if any(isinstance(part, Mention) for part in cell))
        if not grids:
            assert not any(isinstance(part, Mention) for part in getattr(block, "line", ()))


def test_five_thousand_actions_fit_pages_and_what_does_not_is_counted() -> None:
    actions = tuple(
        an_open_action(n, description=f"Action {n} with a few more words", due=days(n % 300)) for n in range(5000)
    )
    (wanted,) = judge_review(ReviewFigures(actions), seen(), a_policy(), NOW).issues
    rows = [row for page in wanted.pages for block in page.blocks for grid in _grids(block) for row in grid.rows]
    shown = {part.ref for row in rows for part in row[0] if isinstance(part, IssueLink)}
    assert len(wanted.pages) == 5
    assert f"{5000 - len(shown):,} more rows do not fit here" in said(wanted.pages)
    assert isinstance(wanted.pages[0].blocks[-1], Small)


def _grids(block: object) -> list[Grid]:
    if isinstance(block, Fold):
        return [grid for inner in block.blocks for grid in _grids(inner)]
    return [block] if isinstance(block, Grid) else []


@pytest.mark.parametrize(
    ("now", "clocks", "name", "day"),
    [
        ("2026-11-23T09:00+00:00", "", "2026-W48", "2026-11-23"),
        ("2026-11-23T08:59+00:00", "", "2026-W47", "2026-11-16"),
        ("2026-11-29T23:00+00:00", "", "2026-W48", "2026-11-23"),
        ("2026-11-26T09:00+00:00", "review_day: thu\n", "2026-W48", "2026-11-26"),
        ("2026-11-25T09:00+00:00", "review_day: thu\n", "2026-W47", "2026-11-19"),
        ("2026-11-23T12:00+00:00", "holidays: [2026-11-23, 2026-11-24]\n", "2026-W47", "2026-11-16"),
        ("2026-11-25T09:00+00:00", "holidays: [2026-11-23, 2026-11-24]\n", "2026-W48", "2026-11-25"),
        ("2026-11-23T08:30+00:00", "zone: Europe/Vienna\n", "2026-W48", "2026-11-23"),
        ("2027-01-04T09:00+00:00", "", "2027-W01", "2027-01-04"),
        ("2026-11-30T09:00+00:00", "review_day: sat\n", "2026-W48", "2026-11-30"),
    ],
    ids=[
        "on the day, from the hour at which days begin",
        "before that hour it is last week's",
        "until the week is over",
        "on another day",
        "the day before another day",
        "a holiday puts it off",
        "until people work again",
        "in the mapping's zone",
        "in the first week of a year",
        "a day on which nobody works puts it off beyond its week",
    ],
)
def test_the_week_whose_review_is_due(now: str, clocks: str, name: str, day: str) -> None:
    week = week_of(datetime.fromisoformat(now), a_policy(clocks=clocks).clocks)
    assert (week.name, week.day) == (name, date.fromisoformat(day))
    assert week.begins <= datetime.fromisoformat(now) < week.next_begins


def test_who_may_verify_stands_beside_what_waits_for_it() -> None:
    waiting = an_open_action(outcome=ProofState.UNVERIFIED.value, apart=(DANA, OMAR))
    told = said(pages_of(ReviewFigures((waiting,))))
    assert f"anybody but {DANA.called} and {OMAR.called} may verify it" in told
    assert "Who may: anybody with write rights in that project" in told


def test_incidents_that_cannot_be_found_and_questions_that_nobody_answered_have_lists_of_their_own() -> None:
    figures = ReviewFigures(
        asked=(Asked(a_ref(40), "Answers cut off", NOW - timedelta(days=3)),),
        lost=(Lost(a_ref(41), "Wrong prices", "SEV1", NOW - timedelta(days=2)),),
    )
    told = said(pages_of(figures))
    assert "Is this an incident? (1)" in told
    assert "Answers cut off" in told
    assert "Incidents that cannot be found (1)" in told
    assert "2026-11-21" in told


def test_of_confidential_incidents_elsewhere_only_the_number_is_said() -> None:
    (page,) = pages_of(ReviewFigures(withheld=2))
    assert "Besides, there are 2 open items of confidential incidents" in plain(page)


def test_what_was_verified_by_whoever_did_it_is_settled_as_not_independent() -> None:
    done = SettledAction(
        "A1", "Filter", a_ref(13), a_ref(12), ProofState.VERIFIED.value, NOW - timedelta(days=1), is_independent=False
    )
    figures = ReviewFigures((an_open_action(2),), (done, replace(done, description="Alert", is_independent=True)))
    before = published("2026-W47", NOW - timedelta(days=7), closed_at=NOW)
    told = said(judge_review(figures, seen(before), a_policy(), NOW).issues[-1].pages)
    assert "Filter: verified, not independent" in told
    assert "Alert: verified, not" not in told


def pages_of(figures: ReviewFigures) -> tuple[Tree, ...]:
    (issue,) = judge_review(figures, seen(), a_policy(), NOW).issues
    return issue.pages
