"""What one file's shape cannot show: whether the whole policy agrees with itself. Pure.

A contradiction has two sides, and the admin wrote only one of them; so each is told from both sides, and who reports it
takes the side that is in the admin's files.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mappings.consistency_of_places import wrong_destinations, wrong_routes
from mappings.errors import suggestion
from mappings.models import Policy
from mappings.sides import Sides, refers, twice
from mappings.values import Severity, normalise, normalise_label

TITLE_NAMES = frozenset({"id", "action", "severity", "incident"})


def contradictions(policy: Policy) -> Iterator[Sides]:
    """Yield the sides of everything in ``policy`` that contradicts something else in it."""
    if missing := [name for name in Severity if name not in {entry.id for entry in policy.severity.severities}]:
        problem = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing."
        remedy = "All four severities have to be there; copy the missing one from the shipped file."
        yield (("severity.severities", problem, remedy),)
        return
    yield from _labels(policy)
    yield from _severities(policy)
    yield from _sections(policy)
    yield from _actions(policy)
    yield from _people(policy)
    yield from _clocks(policy)
    yield from wrong_destinations(policy)
    yield from wrong_routes(policy)
    if policy.service.client is not None and policy.service.clients:
        yield from refers("service.client", policy.service.client, policy.service.clients, "the clients")


def _labels(policy: Policy) -> Iterator[Sides]:
    incident, actions = policy.severity.incident, policy.remediation
    steering = "severity.incident"
    places = [
        *((f"{steering}.labels[{i}]", "incidents", label) for i, label in enumerate(incident.labels)),
        (f"{steering}.adopt_label", "adoption", incident.adopt_label),
        *((f"{steering}.observe_labels[{i}]", "observing", label) for i, label in enumerate(incident.observe_labels)),
        *((f"{steering}.ignore_labels[{i}]", "ignoring", label) for i, label in enumerate(incident.ignore_labels)),
        *((f"{steering}.ask_labels[{i}]", "asking", label) for i, label in enumerate(incident.ask_labels)),
    ]
    for entry in policy.severity.severities:
        key = f"severity.severities.{entry.id}"
        places += [(f"{key}.labels[{i}]", entry.id.value, label) for i, label in enumerate(entry.labels)]
        places.append((f"{key}.label", entry.id.value, entry.label))
    for criterion in policy.severity.criteria:
        key = f"severity.criteria.{criterion.id}.labels"
        places += [(f"{key}[{i}]", f"the criterion {criterion.id}", label) for i, label in enumerate(criterion.labels)]
    places += [
        (f"remediation.ticket.labels[{i}]", "action tickets", text) for i, text in enumerate(actions.ticket.labels)
    ]
    places.append(("remediation.reopening.unverified_label", "unverified issues", actions.reopening.unverified_label))
    yield from twice(places, normalise_label, "Keep it in one of the two places.")


def _severities(policy: Policy) -> Iterator[Sides]:
    entries = sorted(policy.severity.severities, key=lambda entry: entry.id.rank)
    for graver, milder in pairwise(entries):
        if milder.due_hours is not None and (graver.due_hours is None or graver.due_hours > milder.due_hours):
            has = "no deadline" if graver.due_hours is None else f"{graver.due_hours} hours"
            yield (
                (
                    f"severity.severities.{graver.id}.due_hours",
                    f"{graver.id} has {has}, while the milder {milder.id} has {milder.due_hours} hours.",
                    f"Give {graver.id} at most {milder.due_hours} hours, or {milder.id} more.",
                ),
                (
                    f"severity.severities.{milder.id}.due_hours",
                    f"{milder.id} has {milder.due_hours} hours, while the graver {graver.id} has {has}.",
                    f"Give {milder.id} at least as long as {graver.id}.",
                ),
            )
    values = [
        (f"severity.severities.{entry.id}.jira_value", entry.id.value, entry.jira_value or "") for entry in entries
    ]
    yield from twice([place for place in values if place[2]], normalise, "Give each severity a value of its own.")
    texts = [
        (f"severity.criteria.{entry.id}.{key}", entry.id, text)
        for entry in policy.severity.criteria
        for key, text in (("text", entry.text), *((f"also[{i}]", other) for i, other in enumerate(entry.also)))
    ]
    none = policy.severity.none_apply
    texts += [
        (f"severity.none_apply.{key}", "none_apply", text)
        for key, text in (("text", none.text), *((f"also[{i}]", other) for i, other in enumerate(none.also)))
    ]
    yield from twice(texts, normalise, "Give each criterion a wording of its own.")
    yield from _amounts(policy)


def _amounts(policy: Policy) -> Iterator[Sides]:
    sections = {section.id for section in policy.postmortem.sections}
    parts = {f"{section.id}.{part.id}" for section in policy.postmortem.sections for part in section.parts}
    for amount in policy.severity.amounts:
        if amount.part.partition(".")[0] not in sections:
            continue  # Where a section is asked for no more, its amounts are read nowhere.
        yield from refers(
            f"severity.amounts.{amount.id}.part", amount.part, parts, "the parts of sections", "postmortem.sections"
        )
    known = {amount.id for amount in policy.severity.amounts}
    for criterion in policy.severity.criteria:
        key = f"severity.criteria.{criterion.id}"
        if criterion.amount is not None:
            yield from refers(f"{key}.amount", criterion.amount, known, "the amounts", "severity.amounts")
        asks = criterion.at_least is not None or criterion.percent is not None
        if asks != (criterion.amount is not None):
            problem = "An amount and how much of it (at_least or percent) belong together."
            yield tuple(
                (f"{key}.{name}", problem, "Write both, or neither.") for name in ("amount", "at_least", "percent")
            )


def _sections(policy: Policy) -> Iterator[Sides]:
    post = policy.postmortem
    questions = {entry.id for entry in post.questions}
    headings: list[tuple[str, str, str]] = []
    for entry in post.sections:
        key = f"postmortem.sections.{entry.id}"
        headings += _titled(key, entry.id, entry.title, entry.headings)
        if entry.when is not None:
            yield from refers(f"{key}.when", entry.when, questions, "the questions", "postmortem.questions")
        parts = [
            place
            for part in entry.parts
            for place in _titled(f"{key}.parts.{part.id}", part.id, part.title, part.headings)
        ]
        yield from twice(parts, normalise, "Keep it in one part of the section.")
    yield from twice(headings, normalise, "Keep it in one section.")
    checks = {entry.id for entry in policy.checks.checks}
    for asked in post.responding:
        if asked.id not in checks:
            problem = "There is no check of this name."
            yield ((f"postmortem.responding.{asked.id}", problem, suggestion(asked.id, checks)),)


def _titled(key: str, owner: str, title: str, headings: tuple[str, ...]) -> list[tuple[str, str, str]]:
    places = [(f"{key}.headings[{i}]", owner, text) for i, text in enumerate(headings)]
    return [(f"{key}.title", owner, title), *places]


def _actions(policy: Policy) -> Iterator[Sides]:
    actions = policy.remediation
    worded = (
        ("columns", actions.columns),
        ("horizons", actions.horizons),
        ("kinds", actions.kinds),
        ("priorities", actions.priorities),
    )
    for name, entries in worded:
        prefix = f"remediation.{name}"
        words = [
            (f"{prefix}.{entry.id}.headings[{i}]", entry.id, text)
            for entry in entries
            for i, text in enumerate(entry.headings)
        ]
        yield from twice(words, normalise, "Keep it in one of the two.")
    columns, claims = {entry.id for entry in actions.columns}, {entry.id for entry in actions.claims}
    for field in actions.required:
        if field.id not in columns:
            problem = "There is no column of this name."
            yield ((f"remediation.required.{field.id}", problem, suggestion(field.id, columns)),)
    for kind in actions.kinds:
        for i, claim in enumerate(kind.claims):
            yield from refers(
                f"remediation.kinds.{kind.id}.claims[{i}]", claim, claims, "the claims", "remediation.claims"
            )
    kinds = {kind.id for kind in actions.kinds}
    yield from refers("remediation.default_kind", actions.default_kind, kinds, "the kinds", "remediation.kinds")
    for sooner, later in pairwise(actions.horizons):
        if sooner.max_days > later.max_days:
            problem = (
                f"{sooner.id} has {sooner.max_days} days, while {later.id}, which comes after it, has {later.max_days}."
            )
            remedy = "Order the horizons from the soonest to the latest."
            keys = (f"remediation.horizons.{sooner.id}.max_days", f"remediation.horizons.{later.id}.max_days")
            yield tuple((key, problem, remedy) for key in (*keys, "remediation.horizons"))
    for name in re.findall(r"\{([^{}]*)\}", actions.ticket.title):
        if name not in TITLE_NAMES:
            problem = f"{{{name[:40]}}} is not filled in."
            yield (("remediation.ticket.title", problem, suggestion(name, TITLE_NAMES)),)


def _people(policy: Policy) -> Iterator[Sides]:
    file = policy.people
    known = {person.id for person in file.people}
    for role in type(file.roles).model_fields:
        for i, term in enumerate(file.roles.terms(role) if role != "deputies" else ()):
            yield from refers(f"people.roles.{role}[{i}]", term.id, known, "the people")
        for i, term in enumerate(file.roles.terms(role, deputies=True)):
            yield from refers(f"people.roles.deputies.{role}[{i}]", term.id, known, "the people")
    for field in ("github", "github_id", "jira"):
        accounts = [(f"people.people.{person.id}.{field}", person.id, getattr(person, field)) for person in file.people]
        given = [(key, owner, str(value)) for key, owner, value in accounts if value is not None]
        yield from twice(given, str.casefold, "An account belongs to one person.")
    for person in file.people:
        if person.github_id is None and person.jira is None:
            yield ((f"people.people.{person.id}", "No account that decides is named.", "Add github_id or jira."),)
    lower, setting = file.commands.severity_lower, file.commands.severity
    if not lower.is_at_least(setting):
        lowering = f"Lowering needs {lower}, which is less than the {setting} that setting needs."
        raising = f"Setting needs {setting}, which is more than the {lower} that lowering needs."
        yield (
            ("people.commands.severity-lower", lowering, f"Name {setting} or more."),
            ("people.commands.severity", raising, f"Name {lower} or less."),
        )


def _clocks(policy: Policy) -> Iterator[Sides]:
    clocks = policy.clocks
    try:
        ZoneInfo(clocks.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = f"“{clocks.zone}” is not a time zone."
        yield (("clocks.zone", problem, "Write an IANA name, such as Europe/Vienna or UTC."),)
    provisional = policy.severity.of(clocks.provisional_severity)
    if provisional.due_hours is None:
        problem = f"{provisional.id} has no deadline, so that no clock would run while the severity is unknown."
        yield (
            ("clocks.provisional_severity", problem, "Choose a severity that has due_hours."),
            (f"severity.severities.{provisional.id}.due_hours", problem, "Give it hours."),
        )
        return
    least = clocks.least_hours_after_labelling
    due, shortest = min(
        (entry.due_hours, entry.id) for entry in policy.severity.severities if entry.due_hours is not None
    )
    if least > due:
        problem = f"{least} hours after labelling are longer than the deadline of {shortest}, {due} hours."
        yield (
            ("clocks.least_hours_after_labelling", problem, f"Write {due} or less."),
            (f"severity.severities.{shortest}.due_hours", problem, f"Write {least} or more."),
        )
