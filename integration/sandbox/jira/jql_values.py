"""What JQL compares: the words by which a field's value can be called, the values that order issues, and dates."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from integration.sandbox.jira.model import PRIORITIES, RESOLUTIONS, Issue, Named, Project, Status
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site

Words = tuple[str, ...]
TIMES = ("created", "updated", "duedate", "resolutiondate", "statuscategorychangeddate")
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_RELATIVE = re.compile(r"([+-]?)(\d{1,4})([mhdwM])$")
_SPANS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def instant(text: str, field: str, now: datetime) -> datetime:
    """Return the instant that a date of JQL means: absolute (UTC) or relative to ``now``; 400 when it is neither."""
    if relative := _RELATIVE.match(text):
        sign, number, unit = relative[1], int(relative[2]), relative[3]
        span = _SPANS.get(unit) or timedelta(days=30)
        now = now.replace(second=0, microsecond=0)
        return now - number * span if sign == "-" else now + number * span
    for shape in ("%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y/%m/%d", "%Y-%m-%d"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise JiraRefusal(
        400,
        f"Date value '{text}' for field '{field}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', "
        "'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.",
    )


def project_names(project: Project) -> tuple[str, str, str]:
    """Return by which words a project is called, in lower case."""
    return project.key.lower(), project.name.lower(), project.id


def own(name: str, issue: Issue, site: Site) -> frozenset[str]:
    """Return everything by which this issue's value can be called; empty when it has none."""
    drawn = _WORDS.get(name)
    if drawn is not None:
        return frozenset(word.lower() if name != "labels" else word for word in drawn(issue, site) if word)
    if name in TIMES:
        at = comparable(name, issue, site)
        return frozenset() if at == LONG_AGO else frozenset({at.date().isoformat(), f"{at:%Y-%m-%dT%H:%M}"})
    return _own_custom(issue.custom.get(name), site)


def _named(choices: tuple[Named, ...], chosen: str | None) -> Words:
    return next(((each.id, each.name) for each in choices if each.id == chosen), ())


def _person(name: str | None, site: Site) -> Words:
    person = site.people.get(name or "")
    return (person.account_id, person.name, person.user_key) if person else ()


def _status(issue: Issue, site: Site) -> Status:
    return site.project_of(issue).workflow.status(issue.status)


_WORDS: dict[str, Callable[[Issue, Site], Words]] = {
    "project": lambda issue, site: project_names(site.project_of(issue)),
    "labels": lambda issue, _site: issue.labels,
    "status": lambda issue, site: (_status(issue, site).name, issue.status),
    "statuscategory": lambda issue, site: (_status(issue, site).category,),
    "issuetype": lambda issue, _site: (issue.type.name, issue.type.id),
    "key": lambda issue, _site: (issue.key, issue.id),
    "parent": lambda issue, site: (issue.parent, site.issues[issue.parent].key) if issue.parent else (),
    "priority": lambda issue, _site: _named(PRIORITIES, issue.priority),
    "resolution": lambda issue, _site: _named(RESOLUTIONS, issue.resolution),
    "assignee": lambda issue, site: _person(issue.assignee, site),
    "reporter": lambda issue, site: _person(issue.reporter, site),
    "creator": lambda issue, site: _person(issue.creator, site),
    "text": lambda issue, _site: (issue.summary, issue.description or "", *(each.body for each in issue.comments)),
    "comment": lambda issue, _site: tuple(each.body for each in issue.comments),
    "summary": lambda issue, _site: (issue.summary,),
    "description": lambda issue, _site: (issue.description or "",),
    "environment": lambda issue, _site: (issue.environment or "",),
}


def _own_custom(value: Any, site: Site) -> frozenset[str]:
    if value is None:
        return frozenset()
    if isinstance(value, dict) and "person" in value:
        person = site.people[value["person"]]
        return frozenset({person.account_id.lower(), person.name.lower()})
    if isinstance(value, dict):
        return frozenset({value["value"].lower(), value["id"]})
    return frozenset(each.lower() for each in value) if isinstance(value, list) else frozenset({str(value).lower()})


def comparable(name: str, issue: Issue, site: Site) -> Any:
    """Return the value by which issues are ordered and compared in this field."""
    match name:
        case "created" | "updated":
            return getattr(issue, name)
        case "resolutiondate":
            return issue.resolved or LONG_AGO
        case "statuscategorychangeddate":
            return issue.status_since
        case "duedate":
            due: date | None = issue.duedate
            return datetime(due.year, due.month, due.day, tzinfo=UTC) if due else LONG_AGO
        case "key":
            return issue.project, int(issue.key.rpartition("-")[2])
        case "priority":
            return -int(issue.priority)
        case _:
            return min(own(name, issue, site), default="")
