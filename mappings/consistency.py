"""What one file's shape cannot show: whether the whole policy agrees with itself.

Pure; every problem names its key and a remedy.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings.errors import suggestion
from mappings.merging import Problem
from mappings.models import Policy
from mappings.values import Severity, normalise, normalise_label

TITLE_NAMES = frozenset({"id", "action", "severity", "incident"})


def contradictions(policy: Policy) -> Iterator[Problem]:
    """Yield (key, problem, remedy) for everything in ``policy`` that contradicts something else in it."""
    if missing := [
        severity.value for severity in Severity if severity not in {entry.id for entry in policy.severity.severities}
    ]:
        remedy = "All four severities have to be there; copy the missing one from the shipped file."
        yield "severity.severities", f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing.", remedy
        return
    yield from _labels(policy)
    yield from _severities(policy)
    yield from _sections(policy)
    yield from _actions(policy)
    yield from _people(policy)
    yield from _clocks(policy)
    if (
        policy.service.client is not None
        and policy.service.clients
        and policy.service.client not in policy.service.clients
    ):
        remedy = suggestion(policy.service.client, policy.service.clients)
        yield "service.client", f"“{policy.service.client}” is not among the clients.", remedy


def _twice(places: Iterable[tuple[str, str, str]], same: Callable[[str], str], remedy: str) -> Iterator[Problem]:
    """Yield a problem for each word that two owners claim; ``places`` are (key, owner, word)."""
    seen: dict[str, str] = {}
    for key, owner, word in places:
        first = seen.setdefault(same(word), owner)
        if first != owner:
            yield key, f"“{word}” belongs to {first} already.", remedy


def _labels(policy: Policy) -> Iterator[Problem]:
    incident, actions = policy.severity.incident, policy.remediation
    steering = "severity.incident"
    places = [
        *((f"{steering}.labels[{i}]", "incidents", label) for i, label in enumerate(incident.labels)),
        (f"{steering}.adopt_label", "adoption", incident.adopt_label),
        *((f"{steering}.observe_labels[{i}]", "observing", label) for i, label in enumerate(incident.observe_labels)),
        *((f"{steering}.ignore_labels[{i}]", "ignoring", label) for i, label in enumerate(incident.ignore_labels)),
    ]
    for entry in policy.severity.severities:
        key = f"severity.severities.{entry.id}"
        places += [(f"{key}.labels[{i}]", entry.id.value, label) for i, label in enumerate(entry.labels)]
        places.append((f"{key}.label", entry.id.value, entry.label))
    for criterion in policy.severity.criteria:
        key = f"severity.criteria.{criterion.id}.labels"
        places += [(f"{key}[{i}]", f"the criterion {criterion.id}", label) for i, label in enumerate(criterion.labels)]
    places += [
        (f"remediation.ticket.labels[{i}]", "action tickets", label) for i, label in enumerate(actions.ticket.labels)
    ]
    places.append(("remediation.reopening.unverified_label", "unverified issues", actions.reopening.unverified_label))
    yield from _twice(places, normalise_label, "Keep it in one of the two places.")


def _severities(policy: Policy) -> Iterator[Problem]:
    entries = sorted(policy.severity.severities, key=lambda entry: entry.id.rank)
    for graver, milder in pairwise(entries):
        if milder.due_hours is not None and (graver.due_hours is None or graver.due_hours > milder.due_hours):
            key = f"severity.severities.{graver.id}.due_hours"
            longer = "no deadline" if graver.due_hours is None else f"{graver.due_hours} hours"
            problem = f"{graver.id} has {longer}, while the milder {milder.id} has {milder.due_hours} hours."
            yield key, problem, f"Give {graver.id} at most {milder.due_hours} hours, or {milder.id} more."
    values = [
        (f"severity.severities.{entry.id}.jira_value", entry.id.value, entry.jira_value)
        for entry in entries
        if entry.jira_value
    ]
    yield from _twice(values, normalise, "Give each severity a value of its own.")
    texts = [
        (f"severity.criteria.{entry.id}.{key}", entry.id, text)
        for entry in policy.severity.criteria
        for key, text in (("text", entry.text), *((f"also[{i}]", other) for i, other in enumerate(entry.also)))
    ]
    yield from _twice(texts, normalise, "Give each criterion a wording of its own.")


def _sections(policy: Policy) -> Iterator[Problem]:
    post = policy.postmortem
    questions = {entry.id for entry in post.questions}
    headings: list[tuple[str, str, str]] = []
    for entry in post.sections:
        key = f"postmortem.sections.{entry.id}"
        headings.append((f"{key}.title", entry.id, entry.title))
        headings += [(f"{key}.headings[{i}]", entry.id, text) for i, text in enumerate(entry.headings)]
        if entry.when is not None and entry.when not in questions:
            yield f"{key}.when", f"“{entry.when}” is not among the questions.", suggestion(entry.when, questions)
        parts = [
            (f"{key}.parts.{part.id}.{where}", part.id, text)
            for part in entry.parts
            for where, text in (
                ("title", part.title),
                *((f"headings[{i}]", other) for i, other in enumerate(part.headings)),
            )
        ]
        yield from _twice(parts, normalise, "Keep it in one part of the section.")
    yield from _twice(headings, normalise, "Keep it in one section.")
    checks = {entry.id for entry in policy.checks.checks}
    for asked in post.responding:
        if asked.id not in checks:
            yield f"postmortem.responding.{asked.id}", "There is no check of this name.", suggestion(asked.id, checks)


def _actions(policy: Policy) -> Iterator[Problem]:
    actions = policy.remediation
    for name, entries in (("columns", actions.columns), ("horizons", actions.horizons), ("kinds", actions.kinds)):
        words = [
            (f"remediation.{name}.{entry.id}.headings[{i}]", entry.id, text)
            for entry in entries
            for i, text in enumerate(entry.headings)
        ]
        yield from _twice(words, normalise, "Keep it in one of the two.")
    columns, claims = {entry.id for entry in actions.columns}, {entry.id for entry in actions.claims}
    for field in actions.required:
        if field.id not in columns:
            yield f"remediation.required.{field.id}", "There is no column of this name.", suggestion(field.id, columns)
    for kind in actions.kinds:
        for i, claim in enumerate(kind.claims):
            if claim not in claims:
                yield (
                    f"remediation.kinds.{kind.id}.claims[{i}]",
                    f"“{claim}” is not among the claims.",
                    suggestion(claim, claims),
                )
    kinds = {kind.id for kind in actions.kinds}
    if actions.default_kind not in kinds:
        yield (
            "remediation.default_kind",
            f"“{actions.default_kind}” is not among the kinds.",
            suggestion(actions.default_kind, kinds),
        )
    for sooner, later in pairwise(actions.horizons):
        if sooner.max_days > later.max_days:
            problem = (
                f"{sooner.id} has {sooner.max_days} days, while {later.id}, which comes after it, has {later.max_days}."
            )
            yield (
                f"remediation.horizons.{sooner.id}.max_days",
                problem,
                "Order the horizons from the soonest to the latest.",
            )
    for name in re.findall(r"\{([^{}]*)\}", actions.ticket.title):
        if name not in TITLE_NAMES:
            yield "remediation.ticket.title", f"{{{name[:40]}}} is not filled in.", suggestion(name, TITLE_NAMES)


def _people(policy: Policy) -> Iterator[Problem]:
    file = policy.people
    known = {person.id for person in file.people}
    for role in ("technical_reviewers", "governance_reviewers", "executive_sponsors"):
        names: tuple[str, ...] = getattr(file.roles, role)
        for i, name in enumerate(names):
            if name not in known:
                yield f"people.roles.{role}[{i}]", f"“{name}” is not among the people.", suggestion(name, known)
    for field in ("github", "github_id", "jira"):
        accounts = [
            (f"people.people.{person.id}.{field}", person.id, str(value))
            for person in file.people
            if (value := getattr(person, field)) is not None
        ]
        yield from _twice(accounts, str.casefold, "An account belongs to one person.")
    for person in file.people:
        if person.github_id is None and person.jira is None:
            yield f"people.people.{person.id}", "No account that decides is named.", "Add github_id or jira."
    commands = file.commands
    if not commands.severity_lower.is_at_least(commands.severity):
        problem = (
            f"Lowering needs {commands.severity_lower}, which is less than the {commands.severity} that setting needs."
        )
        yield "people.commands.severity-lower", problem, f"Write {commands.severity} or more."


def _clocks(policy: Policy) -> Iterator[Problem]:
    clocks = policy.clocks
    try:
        ZoneInfo(clocks.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "clocks.zone", f"“{clocks.zone}” is not a time zone.", "Write an IANA name, such as Europe/Vienna or UTC."
    provisional = policy.severity.of(clocks.provisional_severity)
    if provisional.due_hours is None:
        problem = f"{provisional.id} has no deadline, so that no clock would run."
        yield "clocks.provisional_severity", problem, "Choose a severity that has due_hours."
    shortest = min(
        (entry.due_hours for entry in policy.severity.severities if entry.due_hours is not None), default=None
    )
    if shortest is not None and clocks.least_hours_after_labelling > shortest:
        problem = f"{clocks.least_hours_after_labelling} hours are longer than the shortest deadline, {shortest} hours."
        yield "clocks.least_hours_after_labelling", problem, f"Write {shortest} or less."
