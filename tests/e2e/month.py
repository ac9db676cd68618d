"""A month of incidents, made by a seeded generator and played by people on both trackers in compressed time: days pass in seconds.

What happens is a matter of the seed alone; what it comes to is for tests to count from the trackers.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from integration.sandbox.demo.texts import Dates, postmortem, written
from integration.work.scheduler import Scheduler
from tests.e2e.stage import PROJECT, REPOSITORY, Stage

CATEGORIES = ("data, rows that should be excluded", "code", "process", "data, rows that should be excluded", "vendor")
PHASES = ("deployment", "design", "monitoring")
SEVERITIES = ("sev1", "sev2", "sev2", "sev3", "sev4")
NONE = "None, because the release checklist asks for it from now on."
RECOMMENDED = "Ask for a replay before each release"
PRAISE = "the search team answered within minutes"


@dataclass(frozen=True)
class Plan:
    """What is to become of one incident: on which day of the month it is reported, what is written, and when, and how its two actions end."""

    site: str
    day: int
    severity: str
    category: str
    phase: str
    written_after: int | None
    actions: tuple[str, str]
    lead_is_apart: bool
    waives: bool
    recommends: bool
    praises: bool


def a_month(seed: int, incidents: int) -> tuple[Plan, ...]:
    """Return plans for so many incidents, the same ones for the same seed; every third one is on Jira."""
    chance = random.Random(seed)
    ends = ("in time", "late", "risk", "nothing")
    return tuple(
        Plan(
            site="jira" if number % 3 == 2 else "github",
            day=chance.randrange(6, 14),
            severity=SEVERITIES[number % len(SEVERITIES)],
            category=chance.choice(CATEGORIES),
            phase=chance.choice(PHASES),
            # Near-misses are reported, and no more is asked of them.
            written_after=None if SEVERITIES[number % len(SEVERITIES)] == "sev4" else chance.choice((0, 1, 1, 5)),
            actions=(chance.choice(ends), chance.choice(ends)),
            lead_is_apart=chance.random() < 0.6,
            waives=chance.random() < 0.6,
            recommends=number == 0,
            praises=number in (0, 1),
        )
        for number in range(incidents)
    )


@dataclass
class Month:
    """One month on a stage whose clock stands at its beginning."""

    stage: Stage
    plans: tuple[Plan, ...]
    begins: datetime
    refs: dict[int, str] = field(default_factory=dict)

    def play(self) -> None:
        """Let every day of the month happen, with a look of the scheduler now and then, as a night would bring it."""
        todo: dict[int, list[Callable[[], None]]] = {}
        for number, plan in enumerate(self.plans):
            for day, deed in self._deeds(number, plan):
                todo.setdefault(day, []).append(deed)
        for day in sorted(todo):
            self._noon_of(day)
            for deed in todo[day]:
                deed()
                self.stage.clock.forward(minutes=7)
            self.stage.settle(400)
            self.tick(1)

    def tick(self, times: int = 2) -> None:
        """Let the scheduler wake what is due, and workers work."""
        for _ in range(times):
            scheduler = Scheduler(self.stage.parts.engine, self.stage.parts.client)
            scheduler.tick()
            scheduler.stop()
            self.stage.settle(400)
            self.stage.clock.forward(seconds=2)

    def _noon_of(self, day: int) -> None:
        until = self.begins.replace(day=1, hour=12, minute=0) + timedelta(days=day - 1)
        self.stage.clock.forward(seconds=max(0.0, (until - self.stage.clock()).total_seconds()))

    def _deeds(self, number: int, plan: Plan) -> list[tuple[int, Callable[[], None]]]:
        deeds: list[tuple[int, Callable[[], None]]] = [(plan.day, lambda: self._report(number, plan))]
        if plan.written_after is None:
            return deeds
        wrote = plan.day + plan.written_after
        deeds.append((wrote, lambda: self._write(number, plan, wrote)))
        deeds.append((wrote, lambda: self._approve(number, plan)))
        for at, end in enumerate(plan.actions, start=1):
            deeds += self._ends(number, f"A{at}", end, wrote + (4 if at == 1 else 14))
        return deeds

    def _ends(self, number: int, action: str, end: str, due: int) -> list[tuple[int, Callable[[], None]]]:
        claim = "tested" if action == "A1" else "detected"
        shown = f"/evidence {claim} https://example.org/run/{number}"
        match end:
            case "risk":
                text = f"/accept-risk until:{(self.begins + timedelta(days=60)).date()} the vendor replaces it"
                return [(due - 1, lambda: self._say(number, "gina", text, action))]
            case "in time" | "late":
                last = due - 1 if end == "in time" else due + 2
                return [
                    (last - 1, lambda: self._say(number, "rita" if self._is_jira(number) else "tom", shown, action)),
                    (last, lambda: self._say(number, "gina", "/verify read the replay", action)),
                ]
            case _:
                return []

    def _report(self, number: int, plan: Plan) -> None:
        title, labels = f"The assistant answers wrongly, case {number}", ["incident", plan.severity]
        if plan.site == "github":
            issue = self.stage.github.as_person("dana").open_issue(REPOSITORY, title, "It does.", labels=labels)
            self.refs[number] = str(issue["number"])
        else:
            self.refs[number] = self.stage.jira.as_person("dana").open_issue(PROJECT, title, "It does.", labels=labels)
        lead, took_part = ("omar", "vic") if plan.lead_is_apart else ("vic", "vic")
        named = f"/lead {self._called(number, lead)}\n/participants {self._called(number, took_part)}"
        self._say(
            number, "dana", f"{named}\n/client Nordlicht\n/resolved\n/reviewer technical {self._called(number, 'dana')}"
        )
        if plan.praises:
            self._say(number, "omar", f"/celebrate {PRAISE}")

    def _write(self, number: int, plan: Plan, day: int) -> None:
        markup = "wiki" if plan.site == "jira" else "markdown"
        told = Dates(self.begins.replace(day=plan.day, hour=12, minute=0))
        parts = postmortem(told, lambda who: self._called(number, who), complete=True)
        text = written(parts, markup)  # type: ignore[arg-type]
        text = re.sub(r"(Nordlicht e-mail assistant\s*\|\s*)affected", r"\1not affected", text)
        text = text.replace("data, rows that should be excluded", plan.category).replace(
            "Phase: deployment", f"Phase: {plan.phase}"
        )
        for action, after, was in (("A1", 4, told.day(5)), ("A2", 14, told.day(15))):
            assert was in text, action
            text = text.replace(was, (self.begins + timedelta(days=day - self.begins.day + after)).date().isoformat())
        text = text.replace(NONE, f"- {RECOMMENDED}") if plan.recommends else text
        if plan.site == "github":
            self.stage.github.as_person("dana").edit(REPOSITORY, int(self.refs[number]), body=text)
        else:
            self.stage.jira.as_person("dana").edit(
                self.refs[number], description=text.replace("- " + RECOMMENDED, "* " + RECOMMENDED)
            )

    def _approve(self, number: int, plan: Plan) -> None:
        self.stage.settle(400)
        if plan.waives:
            self._say(number, "gina", "/waive cause_version it is no matter of a model")
        self._say(number, "dana", "/approve technical")
        self._say(number, "gina", "/approve governance")

    def _say(self, number: int, who: str, text: str, on: str = "") -> None:
        if self._is_jira(number):
            key = self._ticket(number, on) if on else self.refs[number]
            self.stage.jira.as_person(who).comment(key, text)
        else:
            where = int(self._ticket(number, on)) if on else int(self.refs[number])
            self.stage.github.as_person(who).comment(REPOSITORY, where, text)

    def _ticket(self, number: int, action: str) -> str:
        return next(t.ref for t in tickets(self.stage) if (t.incident, t.action) == (self.refs[number], action))

    def _is_jira(self, number: int) -> bool:
        return self.plans[number].site == "jira"

    def _called(self, number: int, who: str) -> str:
        return f"[~accountid:{self.stage.jira.site.people[who].account_id}]" if self._is_jira(number) else f"@{who}"


@dataclass(frozen=True)
class Seen:
    """An issue as a tracker shows it to Gina: who wrote what on it and when, oldest first."""

    site: str
    ref: str
    title: str
    body: str
    labels: frozenset[str]
    created_at: datetime
    due: str | None
    comments: tuple[tuple[str, str, datetime], ...]

    @property
    def action(self) -> str:
        """Return the id of the action that a ticket carries."""
        return self.title.partition(":")[0]

    @property
    def incident(self) -> str:
        """Return the number or key of the incident that a ticket comes from."""
        found = re.search(r"It comes from the post-mortem of (?:#|)([A-Z]*-?\d+)", self.body.replace("\\", ""))
        return found[1] if found else ""


def issues(stage: Stage) -> list[Seen]:
    """Return every issue of the two places, read through their APIs."""
    gina = stage.github.as_person("gina")
    found = [
        Seen(
            "github",
            str(i["number"]),
            str(i["title"]),
            str(i["body"] or ""),
            frozenset(label["name"] for label in i["labels"]),
            _instant(i["created_at"]),
            (re.findall(r"^Due: (\S+)$", str(i["body"] or ""), re.MULTILINE) or [None])[-1],
            tuple(
                (str(c["user"]["login"]), str(c["body"]), _instant(c["created_at"]))
                for c in gina.comments(REPOSITORY, i["number"])
            ),
        )
        for i in gina.issues(REPOSITORY)
    ]
    person = stage.jira.as_person("gina")
    asked = {"jql": f"project = {PROJECT}", "fields": "*all", "maxResults": "100"}
    for each in person.call("GET", "/search/jql", params=asked)["issues"]:
        fields: dict[str, Any] = each["fields"]
        said = (
            (str(c["author"]["displayName"]), str(c["body"]), _instant(c["created"]))
            for c in person.comments(each["key"])
        )
        found.append(
            Seen(
                "jira",
                str(each["key"]),
                str(fields["summary"]),
                str(fields["description"] or ""),
                frozenset(fields["labels"]),
                _instant(fields["created"]),
                fields["duedate"],
                tuple(said),
            )
        )
    return found


def tickets(stage: Stage) -> list[Seen]:
    """Return the tickets of actions among them."""
    return [each for each in issues(stage) if re.match(r"A\d+: ", each.title)]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
