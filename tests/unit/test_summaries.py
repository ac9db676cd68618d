"""Which month or quarter is due, what its summary says, and that it speaks of nobody."""

from dataclasses import fields, is_dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, get_args, get_type_hints

import pytest

from integration.postmortem.chains import Ending, ending_of
from integration.postmortem.decisions import Memory, ProjectMemory
from integration.postmortem.findings import Finding, Level
from integration.postmortem.generated import Published, Seen, Series
from integration.postmortem.people import Person
from integration.postmortem.periods import MONTH, QUARTER, days_of, summed_up
from integration.postmortem.practice import Practice, Resources
from integration.postmortem.shares import Lengths, Part, Place
from integration.postmortem.spread import Client, Recurring, Spread, sorted_spread
from integration.postmortem.summary import Summaries, Summary
from integration.postmortem.summing import MONTHLY, judge_summaries
from integration.postmortem.trends import Figures, statements, tables
from integration.postmortem.writing.tree import Bars, Paragraph, Tree, line
from integration.postmortem.writing.trends import summary_tree
from integration.trackers.github.render import Renderer
from tests.builders import a_policy, a_ref
from tests.unit.test_trends import NOW, OCTOBER, figures

POLICY = a_policy()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "months", "name"),
    [
        ("2026-11-02 09:00", MONTH, "2026-10"),
        ("2026-11-02 08:59", MONTH, "2026-09"),  # The first was a Sunday, and days begin at nine.
        ("2026-11-30 23:59", MONTH, "2026-10"),
        ("2027-01-01 09:00", MONTH, "2026-12"),
        ("2027-01-01 08:00", MONTH, "2026-11"),
        ("2026-10-01 09:00", QUARTER, "2026-Q3"),
        ("2026-12-31 23:59", QUARTER, "2026-Q3"),
        ("2027-01-01 09:00", QUARTER, "2026-Q4"),
        ("2027-01-01 08:00", QUARTER, "2026-Q3"),
    ],
)
def test_a_summary_is_due_on_the_first_working_day_after_its_period(now: str, months: int, name: str) -> None:
    period = summed_up(at(now), months, POLICY.clocks)
    assert period.name == name
    assert period.begins <= at(now) < period.next_begins
    assert summed_up(period.next_begins, months, POLICY.clocks).name > name


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("2026-02", (date(2026, 2, 1), date(2026, 2, 28))),
        ("2026-12", (date(2026, 12, 1), date(2026, 12, 31))),
        ("2026-Q1", (date(2026, 1, 1), date(2026, 3, 31))),
        ("2026-Q4", (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_the_name_of_a_period_says_its_days(name: str, days: tuple[date, date]) -> None:
    assert days_of(name) == days


PRACTICE = Practice(
    to_finish=Lengths((3600.0, 7200.0), 3),
    first_pass=Part(4, 6),
    systemic=Part(5, 9),
    independent=Part(1, 2),
    to_verify=Lengths((86_400.0,), 1),
    resources=Resources(asked=4, granted=1, declined=1, waiting=1, withdrawn=1),
    weakened=("service.mode: advise",),
)


def test_each_figure_of_the_practice_is_said_with_what_it_is_of_and_what_it_was() -> None:
    before = figures(practice=Practice(first_pass=Part(2, 8), to_finish=Lengths((600.0,), 1)))
    assert statements(figures(practice=PRACTICE), before) == (
        "From an incident to its finished post-mortem it took 1 h 30 min (median), 1 h 30 min (mean); known for 2 of 3 (few) incidents. "
        "Before, the median was 10 min.",
        "4 of 6 finished post-mortems were complete at the first pass. Before, it was 2 of 8.",
        "5 of 9 chains of whys end at a cause in the system.",
        "1 of 2 (few) post-mortems are led by somebody who took no part.",
        "From the last evidence to its verification it took 1 d (median), 1 d (mean); known for 1 of 1 (few) actions.",
        "4 actions asked for money, people or a tool: 1 granted, 1 declined, 1 waiting for an answer, 1 no longer asked.",
        "1 line of the policy was made easier; each stands in the table below.",
    )


def test_recurring_causes_and_projects_without_a_launch_are_named() -> None:
    spread = Spread(recurring=(Recurring("data", "drift", "search", 2, 1),), unlaunched=("github:acme/shop",))
    assert statements(figures(spread=spread), figures()) == (
        "1 cause was named before, or more than once: most often data · drift in search, in 2 incidents of this time and 1 before it. "
        "Whether it is the same is for people to say.",
        "1 project has a client and no launch issue in the last 90 days: github:acme/shop. "
        "Without one, nobody is told the lessons before something goes live.",
    )


def for_projects(**of: dict[str, Any]) -> Any:
    """Return the policy as it would be with a file for each of these projects: client, kind."""

    class Projects:
        def for_project(self, site: str, name: str) -> Any:
            told = of.get(name, {})
            learning = POLICY.learning.model_copy(update={"kind_of_project": told.get("kind")})
            service = POLICY.service.model_copy(update={"client": told.get("client")})
            return POLICY.model_copy(update={"learning": learning, "service": service})

    return Projects()


def test_clients_and_kinds_are_compared_by_what_they_launched_and_for_how_long_they_were_governed() -> None:
    places = (Place("github:a", 2, 1, 30, 1), Place("github:b", 4, 0, 30, 0), Place("github:c", 1, 0, 30, 0))
    policy = for_projects(a={"client": "Nordlicht", "kind": "shop"}, b={"kind": "shop"}, c={"client": "Hansen"})
    counted = Spread(
        clients=(Client("Nordlicht", 2, 1), Client("Unmapped", 1, 0)),
        launched={"github:a": at("2026-09-01 12:00"), "github:c": at("2026-07-01 12:00")},
    )
    found = sorted_spread(counted, places, policy, at("2026-11-01 00:00"))
    assert found.by_kind == (Place("shop", 6, 1, 60, 1),)
    assert found.by_client == (
        Place("Hansen", 0, 0, 30, 0),
        Place("Nordlicht", 2, 1, 30, 1),
        Place("Unmapped", 1, 0, 0, 0),
    )
    assert found.unlaunched == ("github:c",)
    rows = {table.title: table.rows for table in tables(figures(spread=found), figures())}
    assert rows["Clients"][2] == ("Unmapped", "1", "0", "0", "not comparable", "0", "not comparable")
    assert rows["Kinds of project"] == (("shop", "6", "1", "1", "6.0", "60", "3.0"),)


def a_summary(**changes: Any) -> Summary:
    now = figures(severities={"SEV1": 2, "SEV4": 1}, categories={"data": (2, 1), "": (1, 1)}, **changes)
    before = figures(window=OCTOBER.before, severities={"SEV2": 4}, categories={"code": (3, 2)})
    return Summary(now, before, (("September 2026", 4, 0), ("October 2026", 2, 1)))


def test_charts_show_what_the_tables_say() -> None:
    charts = [block for block in summary_tree(a_summary(), POLICY, NOW).blocks if isinstance(block, Bars)]
    causes, incidents = charts
    assert (causes.labels, causes.now[1], causes.before) == (
        ("code", "data", "none named"),
        (0, 2, 1),
        ("September 2026", (3, 0, 0)),
    )
    assert (incidents.labels, incidents.now, incidents.before) == (
        ("September 2026", "October 2026"),
        ("incidents", (4, 2)),
        ("near-misses", (0, 1)),
    )


def test_the_window_and_its_freshness_are_said_and_are_no_news_by_themselves() -> None:
    summary = a_summary(looked_at=at("2026-11-20 10:00"))
    tree = summary_tree(summary, POLICY, NOW)
    said = Renderer("acme/governance").markdown(tree)
    assert "2026-10-01 to 2026-10-31" in said
    assert "the oldest of 2026-11-20 10:00 UTC" in said
    later = replace(summary.now, looked_at=NOW)
    assert summary_tree(replace(summary, now=later), POLICY, at("2026-12-01 10:00")).digest == tree.digest


def test_nothing_in_a_label_of_a_chart_is_read_as_a_directive() -> None:
    chart = Bars('a"\nbar [9]', ('"]\nclick x "https://example.org"', "b"), ("n", (1, 2)))
    drawn = Renderer("acme/shop").markdown(Tree((chart, Paragraph(line("end")))))
    assert drawn.split("```")[1].splitlines() == [
        "mermaid",
        "xychart-beta",
        '    title "a bar 9"',
        '    x-axis ["click x https://example.org", "b"]',
        '    y-axis "n" 0 --> 8',
        "    bar [1, 2]",
    ]


SERIES = Series(MONTHLY, "all", "github", "acme/governance")


def seen(*published: Published) -> Seen:
    return Seen(SERIES, Memory(ProjectMemory("github", "acme/governance", NOW)), published)


def test_a_period_without_anything_makes_no_issue_and_one_that_is_there_stays() -> None:
    nothing = Summaries({"2026-10": Summary(figures(), figures(window=OCTOBER.before))})
    assert judge_summaries(nothing, seen(), POLICY, NOW).issues == ()
    there = Published("2026-10", a_ref(90), NOW)
    [wanted] = judge_summaries(nothing, seen(there), POLICY, NOW).issues
    assert (wanted.period, wanted.outcome, len(wanted.pages)) == ("2026-10", None, 1)


def test_the_summary_before_is_closed_when_the_next_one_is_due() -> None:
    found = Summaries({"2026-10": a_summary()})
    publication = judge_summaries(found, seen(Published("2026-09", a_ref(90), at("2026-10-01 09:00"))), POLICY, NOW)
    assert [(each.period, each.outcome is not None) for each in publication.issues] == [
        ("2026-09", True),
        ("2026-10", False),
    ]
    assert publication.next_look == at("2026-12-01 09:00")


@pytest.mark.parametrize(
    ("failed", "ending"),
    [
        ((), Ending.SYSTEM),
        (("cause_person",), Ending.ELSEWHERE),
        (("cause_beyond_us",), Ending.ELSEWHERE),
        (("cause_symptom",), Ending.ELSEWHERE),
        (("cause_depth",), Ending.ELSEWHERE),
        (("cause_evidence",), Ending.SYSTEM),
        (("cause_chain",), Ending.NOWHERE),
    ],
)
def test_a_chain_ends_in_the_system_where_no_check_on_its_end_fails(failed: tuple[str, ...], ending: Ending) -> None:
    checks = ("cause_chain", "cause_depth", "cause_person", "cause_symptom", "cause_evidence", "cause_beyond_us")
    found = [Finding(check, "Root cause 2", check not in failed, Level.WARN, "seen") for check in checks]
    assert ending_of(2, found) is ending
    assert ending_of(1, found) is Ending.NOWHERE


def _classes(root: type) -> set[type]:
    """Return the classes of which values may stand anywhere inside ``root``."""
    found: set[type] = set()
    todo: list[Any] = [root]
    while todo:
        each = todo.pop()
        todo += get_args(each)
        if isinstance(each, type) and is_dataclass(each) and each not in found:
            found.add(each)
            todo += [get_type_hints(each)[one.name] for one in fields(each)]
    return found


def test_no_figure_of_a_summary_can_hold_a_person() -> None:
    assert Figures in _classes(Summary)
    assert Person not in _classes(Summary)
