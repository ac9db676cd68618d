"""Who holds which authority in a project (SECURITY.md S7). Rights come from this look's standing and the mapping; names and association never count."""

from dataclasses import dataclass
from datetime import date

from integration.postmortem.people import Person, PersonKind, Standing
from mappings.models import Authority, JiraHolders, PeopleFile
from mappings.models import Person as Listed


@dataclass(frozen=True)
class Held:
    """An authority and by what right it is held, in words for the record ("write on acme/shop"). ``authority`` is ``None`` for no say at all."""

    authority: Authority | None
    by: str

    def covers(self, needed: Authority) -> bool:
        """Tell whether this is enough for a command that needs ``needed``."""
        return self.authority is not None and self.authority.is_at_least(needed)


def authority_of(standing: Standing, people: PeopleFile, project: str, *, participates: bool) -> Held:
    """Return what the person may do in ``project``; unreadable rights grant nothing beyond what everybody may."""
    person = standing.person
    if not person.active:
        return Held(None, "the account is not active")
    if person.kind is not PersonKind.HUMAN and not _is_mapped_app(person, people):
        return Held(None, f"{person.kind.value} accounts have no say unless the mapping lists them")
    held = _on_jira(standing, people) if person.site == "jira" else _on_github(standing, people, project)
    if participates and not held.covers(Authority.PARTICIPANT):
        return Held(Authority.PARTICIPANT, "takes part in this incident")
    return held


APPOINTED_FOR = {
    "approve technical": ("technical_reviewers",),
    "approve governance": ("governance_reviewers",),
    "waive": ("governance_reviewers", "executive_sponsors"),
    "accept-risk": ("governance_reviewers", "executive_sponsors"),
    "fund": ("executive_sponsors",),
    "decline": ("executive_sponsors",),
    "adopt": ("governance_reviewers",),
    "decline recommendation": ("governance_reviewers",),
    "ack": ("governance_reviewers", "executive_sponsors"),
}
"""What the people whom the mapping names for a role may do, beside those with the right (``people.yaml``, ``roles``)."""


def appointed(
    person: Person,
    deed: str,
    people: PeopleFile,
    day: date,
    barred: frozenset[str] = frozenset(),
    *,
    has_passed: bool = False,
) -> str:
    """Return the role by which the mapping lets this very account do ``deed`` (a word, with its scope) on ``day``, or an empty string.

    Deputies may where nobody of the role is there, or nobody but those ``barred`` by their part in the incident, or where ``has_passed``
    says that a question went unanswered for long enough.
    """
    if not person.active or person.kind is not PersonKind.HUMAN:
        return ""
    for role in APPOINTED_FOR.get(deed, ()):
        name = role.replace("_", " ").removesuffix("s")
        holders = people.holding(role, day)
        if any(_is_account(each, person) for each in holders):
            return f"named in the mapping as {name}"
        is_free = [each for each in holders if _account_on(each, person.site) not in barred]
        stands_in = has_passed or not is_free
        if stands_in and any(_is_account(each, person) for each in people.holding(role, day, deputies=True)):
            return f"named in the mapping as deputy {name}"
    return ""


def _is_account(listed: Listed, person: Person) -> bool:
    return person.id == _account_on(listed, person.site)


def _account_on(listed: Listed, site: str) -> str | None:
    if site == "jira":
        return listed.jira
    return str(listed.github_id) if listed.github_id is not None else None


def _is_mapped_app(person: Person, people: PeopleFile) -> bool:
    if person.site == "jira":
        return person.id in people.apps.jira
    return person.handle.removesuffix("[bot]") in people.apps.github


def _on_github(standing: Standing, people: PeopleFile, project: str) -> Held:
    if standing.role is None:
        return Held(Authority.ANY, f"no role on {project} could be read")
    return Held(people.from_github_role(standing.role), f"{standing.role} on {project}")


def _on_jira(standing: Standing, people: PeopleFile) -> Held:
    mapped = people.jira
    if not mapped.is_mapped:
        if mapped.when_unmapped == "any_active_user":
            return Held(Authority.ADMIN, "any active user, as the mapping names nobody")
        return Held(Authority.ANY, "the mapping names nobody")
    for authority, holders in (
        (Authority.ADMIN, mapped.admin),
        (Authority.WRITE, mapped.write),
        (Authority.TRIAGE, mapped.triage),
    ):
        by = _holds(standing, holders)
        if by:
            return Held(authority, by)
    return Held(Authority.ANY, "not listed in the mapping")


def _holds(standing: Standing, holders: JiraHolders) -> str:
    if standing.person.id in holders.accounts:
        return "listed in the mapping"
    group = next((name for name in holders.groups if name in standing.groups), None)
    if group:
        return f"member of the group {group}"
    role = next((name for name in holders.roles if name in standing.project_roles), None)
    return f"project role {role}" if role else ""
