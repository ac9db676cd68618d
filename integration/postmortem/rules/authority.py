"""Who holds which authority in a project (SECURITY.md S7). Rights come from this look's standing and the mapping; names and association never count."""

from dataclasses import dataclass

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
}
"""What the people whom the mapping names for a role may do, beside those with the right (``people.yaml``, ``roles``)."""


def appointed(person: Person, deed: str, people: PeopleFile) -> str:
    """Return the role by which the mapping lets this very account do ``deed`` (a word, with its scope), or an empty string."""
    if not person.active or person.kind is not PersonKind.HUMAN:
        return ""
    listed = people.by_jira_account(person.id) if person.site == "jira" else _on_github_by_id(person, people)
    if listed is None:
        return ""
    roles = APPOINTED_FOR.get(deed, ())
    role = next((role for role in roles if listed.id in getattr(people.roles, role)), "")
    return f"named in the mapping as {role.replace('_', ' ').removesuffix('s')}" if role else ""


def _on_github_by_id(person: Person, people: PeopleFile) -> Listed | None:
    return people.by_github_id(int(person.id)) if person.id.isdecimal() else None


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
