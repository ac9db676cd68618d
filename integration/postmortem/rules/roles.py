"""Who holds which role in an incident: as a command named them, the Roles section, the mapping, or by default (issue 5, "Roles"; S11).

Whom a text or a command names is proposed: what counts in the end are the mapping and the tracker's rights, which :mod:`eligible` looks at when
somebody acts. Nobody appoints themselves.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from integration.postmortem.decisions import Decision
from integration.postmortem.facts import Facts
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, Issue
from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people
from integration.postmortem.rules.answered import lead_written
from integration.postmortem.rules.rolesection import RoleNames, RolesWritten, resolved
from integration.postmortem.rules.written import PostMortem
from mappings.models import Level, Policy, Severity
from mappings.models import Person as Listed
from mappings.roles import Term

DEPUTY = "~"
"""Marks a deputy among the ids that a decision keeps."""


class Role(StrEnum):
    """A role that somebody is asked in, by the name of its list in the mapping."""

    TECHNICAL = "technical_reviewers"
    GOVERNANCE = "governance_reviewers"
    SPONSOR = "executive_sponsors"

    @property
    def called(self) -> str:
        """Return the role in a reader's words."""
        return self.value.replace("_", " ").removesuffix("s")

    @staticmethod
    def of_scope(scope: str) -> "Role":
        """Return the role that approves ``technical`` or ``governance``."""
        return Role.TECHNICAL if scope == "technical" else Role.GOVERNANCE


class Source(StrEnum):
    """How it is known who holds a role."""

    COMMAND = "named in a comment"
    SECTION = "named in the post-mortem"
    MAPPING = "named in the mapping"
    DEFAULT = "nobody is named"


@dataclass(frozen=True)
class Seat:
    """One role: who is asked, who stands in, and how that is known."""

    role: Role
    source: Source
    people: tuple[Person, ...] = ()
    deputies: tuple[Person, ...] = ()

    @property
    def is_written(self) -> bool:
        """Tell whether the post-mortem names these people: whoever may edit it may have written their own name."""
        return self.source is Source.SECTION

    @property
    def is_proposed(self) -> bool:
        """Tell whether somebody named these people here, rather than the mapping for every incident."""
        return self.source in (Source.COMMAND, Source.SECTION)

    @property
    def named(self) -> frozenset[str]:
        """Return the ids of those who were named here, deputies included; empty where the mapping or nobody names."""
        return frozenset(person.id for person in (*self.people, *self.deputies)) if self.is_proposed else frozenset()


def seat_of(
    role: Role, case: Case, written: RolesWritten, decisions: tuple[Decision, ...], policy: Policy, today: date
) -> Seat:
    """Return who holds a role: the latest command wins over the section, that over the mapping; who is away or out of term is passed over."""
    named = _by_command(role, case, decisions, today) or _by_section(role, written)
    deputies = mapped(case.incident.ref.key.site, role, policy, today, deputies=True)
    if named is not None:
        return named if named.deputies else replace(named, deputies=deputies)
    people = mapped(case.incident.ref.key.site, role, policy, today)
    if people or deputies:
        return Seat(role, Source.MAPPING, people or deputies, deputies if people else ())
    return Seat(role, Source.DEFAULT)


def _by_command(role: Role, case: Case, decisions: tuple[Decision, ...], today: date) -> Seat | None:
    said = _command(role, decisions)
    if said is None:
        return None
    ids, _, term = said.subject.partition(";")
    first, _, last = term.partition(",")
    if not Term("", _day(first), _day(last)).holds_on(today):
        return None
    everybody = persons_named(said, ids.replace(DEPUTY, "").split(), case)
    deputies = {each.removeprefix(DEPUTY) for each in ids.split() if each.startswith(DEPUTY)}
    return Seat(
        role,
        Source.COMMAND,
        tuple(person for person in everybody if person.id not in deputies),
        tuple(person for person in everybody if person.id in deputies),
    )


def _command(role: Role, decisions: tuple[Decision, ...]) -> Decision | None:
    word, scope = ("sponsor", "") if role is Role.SPONSOR else ("reviewer", role.value.partition("_")[0])
    said = (d for d in reversed(decisions) if d.grants and d.word == word and d.reason.partition(":")[0] == scope)
    return next(said, None)


def named_for(role: Role, decisions: tuple[Decision, ...], names: RoleNames) -> tuple[str, ...]:
    """Return who was named here for a role, as it was written: what an approval is bound to, whoever can be reached today."""
    said = _command(role, decisions)
    if said is not None:
        return tuple(sorted(said.subject.partition(";")[0].split()))
    return tuple(sorted(name for both in names.named.get(role.value, ()) for name in both))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _by_section(role: Role, written: RolesWritten) -> Seat | None:
    people, deputies = written.of(role.value)
    return Seat(role, Source.SECTION, people, deputies) if people else None


def mapped(site: str, role: str, policy: Policy, day: date, *, deputies: bool = False) -> tuple[Person, ...]:
    """Return whom the mapping lists for a role on that day, as far as they can be mentioned on this tracker."""
    listed = policy.people.holding(role, day, deputies=deputies)
    return tuple(person for each in listed if (person := as_account(each, site)) is not None)


def as_account(listed: Listed, site: str) -> Person | None:
    """Return the account of somebody in the mapping on this tracker, or ``None`` where they have none that can be mentioned."""
    if site == "jira" and listed.jira:
        return Person("jira", listed.jira, listed.jira, name=listed.name)
    if site == "github" and listed.github:
        return Person("github", str(listed.github_id or 0), listed.github, name=listed.name)
    return None


def mapped_lead(case: Case, involved: Iterable[str], policy: Policy, today: date) -> Person | None:
    """Return who leads where nobody is named: the first in the mapping who is there and took no part."""
    apart = set(involved)
    people = mapped(case.incident.ref.key.site, "leads", policy, today)
    return next((person for person in people if person.id not in apart), None)


def lead_named(case: Case, decisions: tuple[Decision, ...]) -> Person | None:
    """Return whom the latest ``/lead`` named, or ``None``."""
    said = next((d for d in reversed(decisions) if d.word == "lead" and d.grants), None)
    return next(iter(persons_named(said, (said.subject,), case)), None) if said else None


def persons_named(decision: Decision, ids: Iterable[str], case: Case) -> tuple[Person, ...]:
    """Return the people whom a command named, by their ids, in such a way that they can be mentioned."""
    known = {person.id: person for issue in case.issues for person in _seen_on(issue)}
    site, handles = case.incident.ref.key.site, [name.removeprefix("@") for name in read_people(decision.args)]
    called = decision.reason.rpartition(":")[2].split(", ")
    found: list[Person] = []
    for position, ident in enumerate(ids):
        if ident in known:
            found.append(known[ident])
        elif site == "jira":
            found.append(Person(site, ident, ident, name=called[position].strip() if position < len(called) else ident))
        else:
            found.append(Person(site, ident, handles[position] if position < len(handles) else ident))
    return tuple(found)


def _seen_on(issue: Issue) -> tuple[Person, ...]:
    return (issue.author, *issue.assignees, *(comment.author for comment in issue.comments))


def involved(decisions: Iterable[Decision], written: RolesWritten) -> frozenset[str]:
    """Return the ids of those who took part in the incident, as a command or the section names them; once named is named."""
    said = {each for d in decisions if d.grants and d.word == "participants" for each in d.subject.split()}
    return frozenset(said | {person.id for person in written.of("participants")[0]})


def written_by_themselves(person: Person, incident: Issue, facts: Facts) -> bool:
    """Tell whether a person may have written their own name: whoever changed the text last did, or else its author."""
    editor = facts.body_editor.person.id if facts.body_editor else incident.author.id
    return person.id == editor


@dataclass(frozen=True)
class RolesView:
    """Who holds which role now: ``lead`` as anybody named them, ``lead_written`` as text or mapping do, who took part, and the seats.

    ``turns_at`` is when a term or an absence begins or ends next.
    """

    lead: Person | None = None
    lead_written: Person | None = None
    took_part: frozenset[str] = frozenset()
    seats: tuple[Seat, ...] = ()
    turns_at: datetime | None = None

    def seat(self, role: Role) -> Seat:
        """Return the seat of that role."""
        return next((seat for seat in self.seats if seat.role is role), Seat(role, Source.DEFAULT))

    @property
    def sponsors_apart(self) -> tuple[Person, ...]:
        """Return the sponsors who took no part in the incident, or else their deputies."""
        seat = self.seat(Role.SPONSOR)
        return tuple(person for person in seat.people if person.id not in self.took_part) or seat.deputies


NO_ROLES = RolesView()


def roles_of(
    case: Case, postmortem: PostMortem, decisions: tuple[Decision, ...], facts: Facts, policy: Policy, now: datetime
) -> RolesView:
    """Return who holds which role on the day of ``now``, in the zone of the mapping."""
    zone = ZoneInfo(policy.clocks.zone)
    today, written = now.astimezone(zone).date(), resolved(postmortem.roles, facts)
    took_part = involved(decisions, written)
    lead = lead_written(postmortem.answers, facts) or mapped_lead(case, took_part, policy, today)
    seats = tuple(seat_of(role, case, written, decisions, policy, today) for role in Role)
    days = [*policy.people.turning_days(), *(day for role in Role for day in _term_ends(_command(role, decisions)))]
    turns = min((day for day in days if day > today), default=None)
    at = datetime.combine(turns, time(), zone) if turns else None
    return RolesView(lead_named(case, decisions) or lead, lead, took_part, seats, at)


def _term_ends(said: Decision | None) -> tuple[date, ...]:
    """Return the days on which what a command said of a term changes."""
    first, _, last = said.subject.partition(";")[2].partition(",") if said else ("", "", "")
    begins, ends = _day(first), _day(last)
    return (*((begins,) if begins else ()), *((ends + timedelta(days=1),) if ends else ()))


def judge_lead(roles: RolesView, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return the finding that whoever leads took part in the incident; nothing where they did not, or nobody leads yet."""
    level = policy.level("lead_apart", severity)
    if roles.lead is None or roles.lead.id not in roles.took_part or level is Level.OFF:
        return ()
    reason = "whoever leads the post-mortem is among those who were involved"
    return (Finding("lead_apart", "Lead", False, level, reason, policy.check("lead_apart").asks),)
