"""Tells which changes between two policies make the later one weaker, so that they can be audited. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from mappings.flattening import Flat, flatten, shown
from mappings.models import ActionKind, Horizon, Policy
from mappings.remediation import CloseWhen
from mappings.roles import Team
from mappings.service import Profile, PublicText
from mappings.strictness import NEUTRAL, RULES, Weaker
from mappings.values import Authority, Kind, Level, Mode, Severity, Wants, normalise

# From weak to strict.
_ORDERS: tuple[Sequence[Any], ...] = (
    (Level.OFF, Level.ADVISE, Level.WARN, Level.BLOCK),
    (Severity.SEV4, Severity.SEV3, Severity.SEV2, Severity.SEV1),
    (Kind.REVIEW, Kind.ABBREVIATED, Kind.FULL),
    tuple(Wants),
    tuple(Authority),
    tuple(Mode),
    tuple(Profile),
    tuple(Team),
    (CloseWhen.POSTMORTEM_APPROVED, CloseWhen.ACTIONS_VERIFIED),
    (PublicText.EVERYTHING, PublicText.CHECKS),
    ("any_active_user", "nobody"),
    (False, True),
)
_JIRA_LISTS = ("people.jira.triage.", "people.jira.write.", "people.jira.admin.")


@dataclass(frozen=True)
class Weakening:
    """A change that makes the policy weaker: the full key, the values before and after as text, and what it means."""

    key: str
    before: str
    after: str
    sentence: str


def weakenings(old: Policy, new: Policy) -> tuple[Weakening, ...]:
    """Return what ``new`` makes weaker, in the order of keys; projects follow, each with what it alone changes.

    Projects are compared by what holds at each pattern that either policy names, so that taking a project file away
    counts as well. Two patterns that overlap are compared only as they are written.
    """
    found = list(_between(old, new))
    known = {(entry.key, entry.before, entry.after) for entry in found}
    patterns = {pattern for policy in (old, new) for project in policy.projects for pattern in project.applies_to}
    for pattern in sorted(patterns):
        site, _, project = pattern.partition(":")
        for entry in _between(old.for_project(site, project), new.for_project(site, project)):
            if (entry.key, entry.before, entry.after) not in known:
                key = f"projects[{pattern}].{entry.key}"
                found.append(Weakening(key, entry.before, entry.after, f"In {pattern}, {entry.sentence}"))
    return tuple(found)


def rule_keys(policy: Policy) -> frozenset[str]:
    """Return the keys of ``policy`` with ``*`` for ids, as ``strictness`` lists them; levels excepted."""
    return frozenset(entry.rule for entry in flatten(policy).values() if not isinstance(entry.value, Level))


def _between(old: Policy, new: Policy) -> Iterator[Weakening]:
    before, after = flatten(old), flatten(new)
    everybody_may = not old.people.jira.is_mapped and old.people.jira.when_unmapped == "any_active_user"
    for key, entry in before.items():
        if key not in after or entry.value == after[key].value or entry.rule in NEUTRAL:
            continue
        if everybody_may and entry.rule.startswith(_JIRA_LISTS):
            continue  # Where everybody might command, naming somebody takes authority away.
        yield from _weaker(key, entry, after[key].value)
    yield from _roles(old, new)
    yield from _unlisted(old, new)
    yield from _moved_words(old, new)


def _weaker(key: str, entry: Flat, after: Any) -> Iterator[Weakening]:
    before = entry.value
    if isinstance(before, Level):
        direction, meaning = Weaker.LOWER, "it weighs less"
        subject = key.split(".", maxsplit=1)[1].replace(".levels.", " at ").replace(".parts_levels.", " (parts) at ")
        names: tuple[str, ...] = (subject,)
    else:
        direction, meaning = RULES[entry.rule]
        names = entry.names
    gone: tuple[Any, ...] = ()
    come: tuple[Any, ...] = ()
    match direction:
        case Weaker.ADDED:
            come = tuple(item for item in after if item not in before)
        case Weaker.REMOVED:
            gone = tuple(item for item in before if item not in after)
        case _:
            gone, come = ((before,), (after,)) if _is_weaker(direction, before, after) else ((), ())
    if not gone and not come:
        return
    change = " → ".join(", ".join(shown(item) for item in items) for items in (gone, come) if items)
    head = f"{', '.join(names)}: " if names else ""
    yield Weakening(key, shown(before), shown(after), f"{head}{meaning} ({change}).")


def _is_weaker(direction: Weaker, before: Any, after: Any) -> bool:
    match direction:
        case Weaker.MORE:
            return after is None or (before is not None and after > before)
        case Weaker.LESS:
            return bool(after < before)
        case Weaker.LOWER:
            order = next(order for order in _ORDERS if before in order and type(order[0]) is type(before))
            return order.index(after) < order.index(before)
        case Weaker.CONDITION:
            return after is not None
        case Weaker.LATER:
            # Without a day it is the project's first delivery, which nobody can tell here.
            return not isinstance(before, date) or not isinstance(after, date) or after > before
        case _:
            return True


def _roles(old: Policy, new: Policy) -> Iterator[Weakening]:
    """Compare what GitHub's roles stand for; an unlisted one stands for ``any``."""
    names = dict.fromkeys([role for role, _ in (*old.people.github_roles, *new.people.github_roles)])
    for name in names:
        before, after = old.people.from_github_role(name), new.people.from_github_role(name)
        if after.rank > before.rank:
            sentence = f"the GitHub role {name} stands for more ({before.value} → {after.value})."
            yield Weakening(f"people.github_roles.{name}", before.value, after.value, sentence)


def _unlisted(old: Policy, new: Policy) -> Iterator[Weakening]:
    """Notice that the last person was taken off Jira's lists, which lets every active user command."""
    jira = new.people.jira
    if old.people.jira.is_mapped and not jira.is_mapped and jira.when_unmapped == "any_active_user":
        sentence = "nobody is listed on Jira any more, so that every active user may command."
        yield Weakening("people.jira", "listed people", "every active user", sentence)


def _moved_words(old: Policy, new: Policy) -> Iterator[Weakening]:
    """Notice words that now stand for a kind with less evidence, or for a horizon with more time."""
    default = new.remediation.kind(new.remediation.default_kind)
    for kind in old.remediation.kinds:
        for word in _words(kind):
            now = new.remediation.kind_for(word) or default
            lost = [claim for claim in kind.claims if claim not in now.claims]
            if now.id != kind.id and lost:
                sentence = f"actions called “{word}” need less evidence ({', '.join(lost)})."
                yield Weakening(f"remediation.kinds.{kind.id}.headings", kind.id, now.id, sentence)
    for horizon in old.remediation.horizons:
        for word in _words(horizon):
            later = new.remediation.horizon_for(word)
            if later is not None and later.id != horizon.id and later.max_days > horizon.max_days:
                sentence = f"actions called “{word}” may be due later, in days ({horizon.max_days} → {later.max_days})."
                yield Weakening(f"remediation.horizons.{horizon.id}.headings", horizon.id, later.id, sentence)


def _words(entry: ActionKind | Horizon) -> tuple[str, ...]:
    return tuple(dict.fromkeys(normalise(text) for text in (entry.id, *entry.headings)))
