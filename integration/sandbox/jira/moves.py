"""Which transitions of a workflow are open to whom, and what one of them does to the issue."""

from typing import Any

from integration.sandbox.jira.access import may
from integration.sandbox.jira.model import Issue, Person, Transition
from integration.sandbox.jira.refusals import JiraRefusal
from integration.sandbox.jira.state import Site


def available(site: Site, person: Person, issue: Issue) -> tuple[Transition, ...]:
    """Return the transitions that this person could make now; none without the right to transition."""
    project = site.project_of(issue)
    if not may(person, project, "TRANSITION_ISSUES"):
        return ()
    role = project.roles.get(person.name, "admin" if person.site_admin else "")
    return tuple(
        each
        for each in project.workflow.transitions
        if (issue.status in each.start if each.start else True)
        and each.to != issue.status
        and (not each.only_roles or role in each.only_roles or person.name in each.only_roles)
        and (each.only_when is None or _shown(issue.custom.get(each.only_when[0])) == each.only_when[1])
        and (each.unless is None or _shown(issue.custom.get(each.unless[0])) != each.unless[1])
    )


def chosen(site: Site, person: Person, issue: Issue, transition_id: str) -> Transition:
    """Return the available transition with this id; Jira's 400 otherwise, which does not say whether it exists."""
    for each in available(site, person, issue):
        if each.id == transition_id:
            return each
    raise JiraRefusal(
        400,
        f"It seems that you have tried to perform a workflow operation ({transition_id}) that is not valid for the "
        f"current state of this issue ({issue.key}).",
    )


def check_screen(site: Site, transition: Transition, fields: dict[str, Any]) -> None:
    """Refuse fields that are not on the transition's screen, and required ones that are missing."""
    errors = {
        name: f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."
        for name in fields
        if name not in transition.screen
    }
    for name in transition.required - fields.keys():
        shown = site.fields[name].name if name in site.fields else name.title()
        errors[name] = f"{shown} is required."
    if errors:
        raise JiraRefusal(400, errors=errors)


def _shown(value: Any) -> Any:
    return value.get("value") if isinstance(value, dict) else value
