"""A simulated month ends in a weekly review and in a summary; every number in both comes out again when it is counted by brute force from the trackers."""

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from prometheus_client import generate_latest

from integration.cli import main
from integration.postmortem.practice import Practice
from integration.postmortem.reading.durations import read_duration
from integration.postmortem.shares import Lengths, Part, Place, Settled
from integration.postmortem.spread import Client, Recurring, Spread, sorted_spread
from integration.postmortem.trends import Figures, Window, headline, statements, tables
from integration.work.exporting import Watched, registry_of
from tests.e2e.month import PRAISE, RECOMMENDED, Month, Seen, a_month, issues
from tests.e2e.stage import PROJECT, REPOSITORY, TEAM, Stage, stage

GOVERNANCE = "acme/governance"
SEED, INCIDENTS = 7, 7
DESTINATIONS = f"""
places:
  governance: {{project: "github:{GOVERNANCE}", audiences: [governance]}}
issues:
  review: {{to: [governance]}}
  monthly_trends: {{to: [governance]}}
  recommendation: {{to: [governance]}}
"""
KIND = "shop assistant"
SHOP = f'applies_to: ["github:{REPOSITORY}"]\nservice: {{client: Nordlicht}}\nlearning: {{kind_of_project: {KIND}}}\n'
DUE_AFTER = {"sev1": 48, "sev2": 168, "sev3": 336}
DURATION = re.compile(r"\d+ (?:d|h|min)(?: \d+ (?:h|min))?")
PERSONS = sorted({*TEAM, *(name.capitalize() for name in TEAM)})


@dataclass
class Told:
    """The month that was played, and what the service wrote of it."""

    stage: Stage
    window: Window
    issues: dict[str, tuple[str, bool]]
    seen: list[Seen]


@pytest.fixture(scope="module")
def told() -> Iterator[Told]:
    folder = Path(tempfile.mkdtemp(prefix="ft-"))
    mappings = folder / "mappings"
    (mappings / "projects").mkdir(parents=True)
    (mappings / "destinations.yaml").write_text(DESTINATIONS)
    (mappings / "projects" / "shop.yaml").write_text(SHOP)
    with stage(folder / "data", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        running.github.add_repository(GOVERNANCE, private=True, roles={**TEAM, "followthrough": "admin"})
        now = running.clock()
        begins = datetime(now.year + now.month // 12, now.month % 12 + 1, 2, 12, tzinfo=UTC)
        running.clock.forward(seconds=(begins - now).total_seconds())
        for person, place in (
            (running.github.as_person("dana"), REPOSITORY),
            (running.jira.as_person("dana"), PROJECT),
        ):
            person.open_issue(place, "Launch the shop assistant", "From today on.", labels=["launch"])  # type: ignore[attr-defined]
        running.settle(400)
        month = Month(running, a_month(SEED, INCIDENTS), begins)
        month.play()
        ends = datetime(begins.year + begins.month // 12, begins.month % 12 + 1, 5, 12, tzinfo=UTC)
        running.clock.forward(seconds=(ends - running.clock()).total_seconds())
        month.tick(3)
        first = begins.date().replace(day=1)
        window = Window(first, ends.date().replace(day=1) - timedelta(days=1), running.clock())
        made = running.github.as_person("gina").issues(GOVERNANCE)
        yield Told(
            running, window, {str(i["title"]): (str(i["body"]), i["state"] == "closed") for i in made}, issues(running)
        )
    shutil.rmtree(folder, ignore_errors=True)


def incidents(told: Told) -> list[Seen]:
    """Return the incidents of the month, by label and by when they were opened."""
    found = [each for each in told.seen if "incident" in each.labels]
    return [each for each in found if told.window.first <= each.created_at.date() <= told.window.last]


def severity(each: Seen) -> str:
    return next(label for label in each.labels if re.fullmatch("sev[1-4]", label))


def causes(each: Seen) -> list[tuple[str, str, str]]:
    """Return category, sort and phase of each cause, as the text says them."""
    categories = re.findall(r"Category: (\w+)(?:, ([\w ]+))?", each.body)
    return [
        (sort, more, phase)
        for (sort, more), phase in zip(categories, re.findall(r"Phase: (\w+)", each.body), strict=True)
    ]


def said(each: Seen, word: str, by: str = "") -> list[tuple[str, str, datetime]]:
    """Return the commands of that word on an issue: who, its arguments, when."""
    lines = ((who, line, at) for who, text, at in each.comments for line in text.splitlines())
    found = [(who, line.partition(" ")[2], at) for who, line, at in lines if line.split(" ")[0] == f"/{word}"]
    return [one for one in found if not by or one[0].casefold() == by]


def written_at(each: Seen) -> datetime | None:
    """Return when its post-mortem was done: seven minutes before it was approved, as nobody waits in between."""
    approvals = [at for _, args, at in said(each, "approve") if args == "technical"]
    return approvals[0] if approvals else None


def timeline(each: Seen, what: str) -> datetime | None:
    found = re.search(rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d) UTC {what}:", each.body)
    return datetime.fromisoformat(found[1]).replace(tzinfo=UTC) if found else None


def postmortems(told: Told) -> Settled:
    became: Counter[str] = Counter()
    for each in incidents(told):
        if severity(each) == "sev4":
            continue
        detected = timeline(each, "Detected") or each.created_at
        due = max(detected + timedelta(hours=DUE_AFTER[severity(each)]), each.created_at + timedelta(hours=24))
        done = written_at(each)
        if due.date() <= told.window.last:
            became["outstanding" if done is None else "in_time" if done <= due else "late"] += 1
    return Settled(became["in_time"], became["late"], 0, became["outstanding"])


def tickets(told: Told) -> list[Seen]:
    return [each for each in told.seen if re.match(r"A\d+: ", each.title)]


def actions(told: Told) -> Settled:
    became: Counter[str] = Counter()
    for each in tickets(told):
        due = date.fromisoformat(each.due or "")
        if not told.window.first <= due <= told.window.last:
            continue
        verified = said(each, "verify")
        if said(each, "accept-risk"):
            became["set_aside"] += 1
        elif verified:
            became["in_time" if verified[0][2].date() <= due else "late"] += 1
        else:
            became["outstanding"] += 1
    return Settled(became["in_time"], became["late"], became["set_aside"], became["outstanding"])


def lengths(pairs: list[tuple[datetime | None, datetime | None]], of: int) -> Lengths:
    return Lengths(tuple((b - a).total_seconds() for a, b in pairs if a is not None and b is not None), of)


def practice(told: Told) -> Practice:
    opened = [each for each in incidents(told) if severity(each) != "sev4"]
    done = [each for each in opened if written_at(each) is not None]
    led = [(said(each, "lead")[0][1], said(each, "participants")[0][1]) for each in incidents(told)]
    proofs = [(said(t, "evidence")[-1][2], said(t, "verify")[0][2]) for t in tickets(told) if said(t, "verify")]
    chains = sum(len(causes(each)) for each in incidents(told))
    return Practice(
        to_finish=lengths([(each.created_at, written_at(each)) for each in opened], len(opened)),
        first_pass=Part(len(done), len(done)),
        systemic=Part(chains, chains),
        independent=Part(sum(lead != others for lead, others in led), len(led)),
        to_verify=lengths(list(proofs), len(proofs)),
    )


def spread(told: Told, places: tuple[Place, ...]) -> Spread:
    named: Counter[tuple[str, str, str]] = Counter()
    for each in incidents(told):
        # Where a cause names no system, it is about what the mapping says that the project makes.
        system = KIND if each.site == "github" else ""
        named.update({(sort, more, system) for sort, more, _ in causes(each) if more or system})
    policy = told.stage.parts.engine.policies.in_force().policy
    ids = {s.title.casefold(): s.id for c in policy.causes.categories for s in c.sub_categories} | {"": ""}
    again = [
        Recurring(sort, ids[more], where, number, 0) for (sort, more, where), number in named.items() if number > 1
    ]
    again.sort(key=lambda each: (-each.incidents, each.category, each.sub_category, each.system))
    clients = [(args, severity(each)) for each in incidents(told) for _, args, _ in said(each, "client")]
    [client] = {name for name, _ in clients}
    near = sum(weight == "sev4" for _, weight in clients)
    launched = {name: each.created_at for name, each in zip(("github", "jira"), launches(told), strict=True)}
    counted = Spread(
        tuple(again),
        (Client(client, len(clients) - near, near),),
        {f"github:{REPOSITORY}": launched["github"], f"jira:{PROJECT}": launched["jira"]},
    )
    return sorted_spread(counted, places, policy, told.window.as_of)


def launches(told: Told) -> list[Seen]:
    return sorted((each for each in told.seen if "launch" in each.labels), key=lambda each: each.site)


def places(told: Told) -> tuple[Place, ...]:
    """The two places in which incidents happen; the service heard of both before the month began, so that they were governed on all of its days."""
    found = []
    for site, name in (("github", REPOSITORY), ("jira", PROJECT)):
        here = [each for each in incidents(told) if each.site == site]
        near = sum(severity(each) == "sev4" for each in here)
        launched = sum(each.site == site for each in launches(told))
        found.append(Place(f"{site}:{name}", len(here) - near, near, told.window.days, launched))
    return tuple(found)


def counted(told: Told) -> Figures:
    """Count everything by brute force, from what the trackers show."""
    found = incidents(told)
    of_causes = [(each.ref, cause) for each in found for cause in causes(each)]
    where = places(told)
    categories = {
        sort: (sum(c[0] == sort for _, c in of_causes), len({ref for ref, c in of_causes if c[0] == sort}))
        for _, (sort, _, _) in of_causes
    }
    spans = [(timeline(each, "Began"), timeline(each, "Detected"), timeline(each, "Resolved")) for each in found]
    return Figures(
        window=told.window,
        severities=dict(Counter(severity(each).upper() for each in found)),
        categories=categories,
        phases=dict(Counter(phase for _, (_, _, phase) in of_causes)),
        explained=len({ref for ref, _ in of_causes}),
        postmortems=postmortems(told),
        actions=actions(told),
        to_detect=lengths([(began, detected) for began, detected, _ in spans], len(found)),
        to_mitigate=Lengths((), len(found)),
        to_resolve=lengths([(detected, resolved) for _, detected, resolved in spans], len(found)),
        places=where,
        waivers=dict(Counter(args.split(" ")[0] for each in found for _, args, _ in said(each, "waive"))),
        risks=sum(len(said(each, "accept-risk")) for each in tickets(told)),
        practice=practice(told),
        spread=spread(told, where),
    )


def nothing(window: Window) -> Figures:
    none = Settled(0, 0, 0, 0)
    return Figures(window, {}, {}, {}, 0, none, none, Lengths(), Lengths(), Lengths(), (), {})


def summary(told: Told) -> str:
    text = told.issues[f"Trends, {told.window.called}"][0]
    return re.sub(r"\\(.)", r"\1", text.replace("&#8203;", ""))


def tables_in(text: str) -> dict[str, list[tuple[str, ...]]]:
    """Return the rows of each table by the heading or fold above it."""
    found: dict[str, list[tuple[str, ...]]] = {}
    title = ""
    for line in text.splitlines():
        if match := re.match(r"#+ (.*)|<details><summary>(.*)</summary>", line):
            title = match[1] or match[2]
        elif line.startswith("| "):
            found.setdefault(title, []).append(tuple(cell.strip() for cell in line.strip("| ").split(" | ")))
    return {title: rows[2:] for title, rows in found.items()}


def test_every_statement_of_the_summary_comes_out_again(told: Told) -> None:
    text, expected = summary(told), counted(told)
    before = nothing(told.window.before)
    assert headline(expected, before) in text
    lines = [line.removeprefix("- ").replace("`", "") for line in text.splitlines() if line.startswith("- ")]
    for said_there, wanted in zip(lines, statements(expected, before), strict=False):
        assert DURATION.sub("…", said_there) == DURATION.sub("…", wanted.replace("`", ""))
        # What was done within minutes is known from comments beside it, so lengths are the same to a quarter of an hour.
        for one, other in zip(DURATION.findall(said_there), DURATION.findall(wanted), strict=True):
            one_length, other_length = read_duration(one), read_duration(other)
            assert one_length is not None and other_length is not None
            assert abs(one_length - other_length) <= timedelta(minutes=60), said_there
    assert len([line for line in lines if line != f"acme/shop#1: {PRAISE}"]) >= len(statements(expected, before))


def test_every_table_of_the_summary_comes_out_again(told: Told) -> None:
    found, before = tables_in(summary(told)), nothing(told.window.before)
    for table in tables(counted(told), before):
        rows = [row for row in found[table.title] if row[0] != f"github:{GOVERNANCE}"]
        assert [tuple(cell.replace("`", "") for cell in row) for row in rows] == list(table.rows), table.title


def test_the_decision_and_the_praise_of_the_month_stand_at_its_end(told: Told) -> None:
    text = summary(told)
    assert text.count(PRAISE) == sum(len(said(each, "celebrate")) for each in incidents(told))
    recommended = [each for each in incidents(told) if RECOMMENDED in each.body]
    assert text.count(RECOMMENDED) == len(recommended) == 1
    assert "1 decision is asked of you" in text
    assert told.issues[RECOMMENDED][1] is False


def test_the_review_counts_what_is_open(told: Told) -> None:
    text = next(
        body for title, (body, closed) in told.issues.items() if title.startswith("Weekly review") and not closed
    )
    text = re.sub(r"\\(.)", r"\1", text)
    going = [each for each in tickets(told) if not said(each, "verify") and not said(each, "accept-risk")]
    today = told.window.as_of.date()
    late = [each for each in going if date.fromisoformat(each.due or "") < today]
    soon = [each for each in going if today <= date.fromisoformat(each.due or "") < today + timedelta(days=7)]
    of = {(each.site, each.incident) for each in going}
    what = f"{len(going)} action{'s are' if len(going) != 1 else ' is'} open in {len(of)} incident{'s' if len(of) != 1 else ''}"
    assert what in text
    assert (f"{len(late)} late" in text) is bool(late)
    assert (f"{len(soon)} due this week" in text) is bool(soon)


def test_no_person_is_in_the_summary_the_metrics_the_command_line_or_an_export(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in told.stage.environment.items():
        monkeypatch.setenv(name, value)
    days = ["--from", str(told.window.first), "--to", str(told.window.last)]
    printed = CliRunner().invoke(main, ["trends", *days])
    exported = CliRunner().invoke(main, ["trends", *days, "--json"])
    assert (printed.exit_code, exported.exit_code) == (0, 0)
    assert headline(counted(told), nothing(told.window.before)) in printed.output
    engine, client = told.stage.parts.engine, told.stage.parts.client
    metrics = generate_latest(registry_of(Watched(engine, client, lambda: True))).decode()
    texts = {"summary": summary(told), "printed": printed.output, "exported": exported.output, "metrics": metrics}
    for where, text in texts.items():
        assert [name for name in PERSONS if re.search(rf"\b{name}\b", text)] == [], where
