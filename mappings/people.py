"""The models of ``people.yaml``: who may use which command, who reviews, and who is who across trackers."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from mappings.roles import Absence, Roles, Team, absence_of
from mappings.values import ENTRIES, PAIRS, Authority, Id, Keyed, MappingModel, Positive, Table, Words

# These identifiers reach REST paths and JQL, hence the strict patterns.
Login = Annotated[str, Field(pattern=r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38})$")]
JiraAccount = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9:._@-]{0,127}$")]
AppSlug = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]


def _hyphens(name: str) -> str:
    return name.replace("_", "-")


GithubId = Annotated[int, Field(strict=True, ge=1, le=2**53)]
"""GitHub's numeric id of an account; those of today have nine digits."""


class CommandAuthority(MappingModel):
    """The authority that each command needs: ``any``, ``participant``, ``triage``, ``write`` or ``admin``."""

    model_config = ConfigDict(alias_generator=_hyphens, populate_by_name=True)

    status: Authority
    """``/status``: show the details."""
    note: Authority
    """``/note``: add to the timeline."""
    client: Authority
    """``/client``: name the client."""
    evidence: Authority
    """``/evidence``: add evidence to an action ticket."""
    incident: Authority
    """``/incident``: an issue that was asked about is an incident."""
    not_incident: Authority
    """``/not-incident``: an issue that was asked about is none."""
    duplicate_of: Authority
    """``/duplicate-of``: another governed incident carries the work."""
    agenda: Authority
    """``/agenda``: ask for ground rules and open questions."""
    disclose: Authority
    """``/disclose``: tell something openly."""
    celebrate: Authority
    """``/celebrate``: nominate what went well, of a team."""
    resolved: Authority
    """``/resolved``: say that the incident is over."""
    lead: Authority
    """``/lead``: name the lead of the post-mortem."""
    participants: Authority
    """``/participants``: name those who were involved."""
    reviewer: Authority
    """``/reviewer``: propose a reviewer."""
    sponsor: Authority
    """``/sponsor``: propose an executive sponsor."""
    severity: Authority
    """``/severity``: set the severity, or raise it."""
    criteria: Authority
    """``/criteria``: say which criteria apply, or none of SEV1 and SEV2."""
    severity_lower: Authority
    """``/severity`` with a lower severity than before."""
    verify: Authority
    """``/verify``: confirm the evidence of an action."""
    reject: Authority
    """``/reject``: refuse the evidence of an action."""
    approve_technical: Authority
    """``/approve technical``."""
    approve_governance: Authority
    """``/approve governance``."""
    moved: Authority
    """``/moved``: say why a date was moved."""
    fund: Authority
    """``/fund``: grant what an action needs."""
    decline: Authority
    """``/decline``: say that an action does not get what it needs, and why."""
    adopt: Authority
    """``/adopt``: a recommendation to governance is adopted."""
    decline_recommendation: Authority
    """``/decline`` on the ticket of a recommendation to governance."""
    ack: Authority
    """``/ack``: say what was decided about something that is late."""
    accept_risk: Authority
    """``/accept-risk``: not do an action, until a date."""
    waive: Authority
    """``/waive``: set one finding aside."""
    recurrence_of: Authority
    """``/recurrence-of``: say that an incident is an earlier one come back."""
    not_recurrence: Authority
    """``/not-recurrence``: say that an incident is no earlier one come back, and why."""
    still_holds: Authority
    """``/still-holds``: say that what was verified still holds."""
    no_longer_holds: Authority
    """``/no-longer-holds``: say that what was verified no longer holds."""
    applied: Authority
    """``/applied``: say that a lesson was applied before a launch."""
    not_applicable: Authority
    """``/not-applicable``: say why a lesson does not apply to a launch."""
    client_update: Authority
    """``/client-update``: a text for the client."""
    pause: Authority
    """``/pause``: let the service rest on this incident."""

    def needed(self, command: str) -> Authority:
        """Return the authority that ``command`` needs (``verify``, ``accept-risk``, ``approve-technical``); KeyError
        for an unknown one.
        """
        field = command.replace("-", "_")
        if field not in type(self).model_fields:
            raise KeyError(command)
        authority: Authority = getattr(self, field)
        return authority


class JiraHolders(MappingModel):
    """Who holds an authority on Jira: any one of the three is enough."""

    accounts: tuple[JiraAccount, ...]
    """Account ids (Data Center: user keys)."""
    groups: tuple[Words, ...]
    """Names of groups."""
    roles: tuple[Words, ...]
    """Names of project roles."""


class JiraAuthority(MappingModel):
    """Jira tells nobody else's permissions to an ordinary account, so this lists who holds which authority."""

    triage: JiraHolders
    """Who holds ``triage``."""
    write: JiraHolders
    """Who holds ``write``."""
    admin: JiraHolders
    """Who holds ``admin``."""
    when_unmapped: Literal["any_active_user", "nobody"]
    """Who may command while the three lists are empty: every active user who is no app, bot or customer; or nobody."""

    @property
    def is_mapped(self) -> bool:
        """Tell whether anybody is listed at all."""
        return any(
            holders.accounts or holders.groups or holders.roles for holders in (self.triage, self.write, self.admin)
        )


class Apps(MappingModel):
    """Apps and bots have no authority unless they are listed here."""

    github: tuple[AppSlug, ...]
    """Slugs of GitHub Apps whose comments may command."""
    jira: tuple[JiraAccount, ...]
    """Account ids of Jira apps whose comments may command."""


class Approvals(MappingModel):
    """What each approval is of: ids of sections; ``actions`` for their descriptions and criteria, ``waivers`` for what was set aside."""

    technical: tuple[Id, ...]
    """What a technical approval covers."""
    governance: tuple[Id, ...]
    """What a governance approval covers."""

    def of(self, scope: str) -> tuple[str, ...]:
        """Return what the scope (``technical`` or ``governance``) covers."""
        return self.technical if scope == "technical" else self.governance


class Person(MappingModel):
    """One person across trackers. Without an entry, accounts on two trackers are two people."""

    id: Id
    """Short name in this file."""
    name: Words
    """The name shown; it never decides anything."""
    github: Login | None = None
    """GitHub login, for reading."""
    github_id: GithubId | None = None
    """GitHub's numeric user id, which decides; logins can be renamed and taken over."""
    jira: JiraAccount | None = None
    """Jira account id (Data Center: user key)."""
    away: tuple[Absence, ...] = ()
    """When the person is away: their roles pass to others, or to deputies."""

    def is_there(self, day: date) -> bool:
        """Tell whether the person is not away on ``day``."""
        return not any(absence_of(each).holds_on(day) for each in self.away)


class PeopleFile(MappingModel):
    """``people.yaml``."""

    commands: CommandAuthority
    """The authority that each command needs."""
    adopting: Authority
    """The authority that adopting an older or a stranger's issue by label needs."""
    github_roles: Annotated[tuple[tuple[Words, Authority], ...], PAIRS, Table()]
    """GitHub's role names and the authority each stands for; custom roles can be added, unlisted ones stand for
    ``any``.
    """
    jira: JiraAuthority
    """Who holds which authority on Jira."""
    apps: Apps
    """Apps and bots that may command."""
    roles: Roles
    """People who hold a role in every incident."""
    team: Team
    """How many people there are to keep apart: ``normal``, ``small`` or ``solo``."""
    solo_after_hours: Positive
    """Hours after which ``team: solo`` lets people verify and approve their own work, at SEV3 and SEV4."""
    approvals: Approvals
    """What each approval is of, and so which changes void it."""
    people: Annotated[tuple[Person, ...], ENTRIES, Keyed()]
    """Who is who across trackers."""

    def from_github_role(self, role_name: str) -> Authority:
        """Return the authority of GitHub's ``role_name`` (never of the coarser ``permission``); an unknown role has
        ``any``.
        """
        return dict(self.github_roles).get(role_name, Authority.ANY)

    def holding(self, role: str, day: date, *, deputies: bool = False) -> tuple[Person, ...]:
        """Return who holds ``role`` on ``day``, or stands in for it, and is there, in the order of the file."""
        known = {person.id: person for person in self.people}
        terms = [term for term in self.roles.terms(role, deputies=deputies) if term.holds_on(day)]
        return tuple(person for term in terms if (person := known.get(term.id)) and person.is_there(day))

    def turning_days(self) -> frozenset[date]:
        """Return the days on which a term or an absence begins, or is over."""
        roles = [name for name in type(self.roles).model_fields if name != "deputies"]
        terms = [term for role in roles for both in (False, True) for term in self.roles.terms(role, deputies=both)]
        terms += [absence_of(each) for person in self.people for each in person.away]
        begins = {term.first for term in terms if term.first}
        return frozenset(begins | {term.last + timedelta(days=1) for term in terms if term.last})

    def by_github_id(self, github_id: int) -> Person | None:
        """Return the person with this numeric GitHub id, or None."""
        return next((person for person in self.people if person.github_id == github_id), None)

    def by_jira_account(self, account: str) -> Person | None:
        """Return the person with this Jira account id, or None."""
        return next((person for person in self.people if person.jira == account), None)
