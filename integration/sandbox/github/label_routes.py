"""The REST routes of labels, of a repository and of an issue, and of assignees."""

from integration.sandbox.github import issue_deeds as deeds
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.issue_routes import labels_named
from integration.sandbox.github.model import Issue, Person
from integration.sandbox.github.refusals import invalid, not_found


def list_labels(ask: Ask, owner: str, name: str) -> Answer:
    """Answer a repository's labels."""
    repository = ask.repository(owner, name)
    return ask.page(list(repository.labels.values()), lambda label: ask.shapes.label(label, repository), repository)


def create_label(ask: Ask, owner: str, name: str) -> Answer:
    """Create a label; 422 where one of that name is there."""
    repository = ask.repository(owner, name, "write")
    wanted = ask.text("name", "Label", longest=50) or ""
    if wanted.lower() in repository.labels:
        raise invalid("Label", "name", "already_exists")
    label = ask.site.add_label(
        repository, wanted, ask.person, ask.body.get("color") or "ededed", ask.body.get("description")
    )
    shape = ask.shapes.label(label, repository)
    return Answer(shape, 201, {"Location": shape["url"]})


def get_label(ask: Ask, owner: str, name: str, label: str) -> Answer:
    """Answer one label."""
    repository = ask.repository(owner, name)
    return Answer(ask.shapes.label(ask.label(repository, label), repository))


def edit_label(ask: Ask, owner: str, name: str, label: str) -> Answer:
    """Rename or recolour a label; issues that carry it keep it."""
    repository = ask.repository(owner, name, "write")
    found, changes = ask.label(repository, label), {}
    wanted = {"name": ask.body.get("new_name"), "color": ask.body.get("color"), "description": None}
    if "description" in ask.body:
        wanted["description"] = ask.body["description"] or ""
    if (
        wanted["name"]
        and wanted["name"].lower() not in {found.name.lower()}
        and wanted["name"].lower() in repository.labels
    ):
        raise invalid("Label", "name", "already_exists")
    for key, value in wanted.items():
        before = getattr(found, key)
        if value is not None and value != before:
            changes[key] = {"from": before or ""}
            setattr(found, key, value)
    repository.labels = {each.name.lower(): each for each in repository.labels.values()}
    repository.changed()
    ask.site.announce(
        repository,
        "label",
        "edited",
        ask.person,
        lambda shapes: {"changes": changes, "label": shapes.label(found, repository)},
    )
    return Answer(ask.shapes.label(found, repository))


def delete_label(ask: Ask, owner: str, name: str, label: str) -> Answer:
    """Delete a label, and take it off every issue."""
    repository = ask.repository(owner, name, "write")
    found = ask.label(repository, label)
    for issue in repository.issues.values():
        deeds.unlabel(ask.site, issue, ask.person, [found])
    del repository.labels[found.name.lower()]
    ask.site.announce(
        repository, "label", "deleted", ask.person, lambda shapes: {"label": shapes.label(found, repository)}
    )
    return Answer(status=204)


def _on(ask: Ask, issue: Issue) -> Answer:
    return ask.page(issue.labels, lambda label: ask.shapes.label(label, issue.repository), issue.repository)


def labels_on(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer the labels on an issue."""
    return _on(ask, ask.issue(owner, name, number))


def _triaged(ask: Ask, owner: str, name: str, number: int) -> Issue:
    issue = ask.issue(owner, name, number)
    ask.require(issue.repository, "triage")
    return issue


def _given_names(ask: Ask) -> object:
    # PyGithub sends a bare array, which GitHub takes as well as an object.
    given = ask.json
    return given.get("labels", []) if isinstance(given, dict) else given


def add_labels(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Add labels to an issue."""
    issue = _triaged(ask, owner, name, number)
    deeds.label(ask.site, issue, ask.person, labels_named(ask, issue.repository, _given_names(ask)))
    return _on(ask, issue)


def set_labels(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Replace the labels of an issue."""
    issue = _triaged(ask, owner, name, number)
    deeds.set_labels(ask.site, issue, ask.person, labels_named(ask, issue.repository, _given_names(ask)))
    return _on(ask, issue)


def clear_labels(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Take every label off an issue."""
    deeds.set_labels(ask.site, _triaged(ask, owner, name, number), ask.person, [])
    return Answer(status=204)


def remove_label(ask: Ask, owner: str, name: str, number: int, label: str) -> Answer:
    """Take one label off an issue; 404 where it is not on it."""
    issue = _triaged(ask, owner, name, number)
    found = ask.label(issue.repository, label)
    if found not in issue.labels:
        raise not_found()
    deeds.unlabel(ask.site, issue, ask.person, [found])
    return _on(ask, issue)


def list_assignees(ask: Ask, owner: str, name: str) -> Answer:
    """Answer who can be assigned in a repository."""
    repository = ask.repository(owner, name)
    people = [each for each in ask.site.people.values() if ask.site.is_assignable(repository, each.login)]
    return ask.page([each for each in people if each.kind != "Organization"], ask.shapes.user, repository)


def check_assignee(ask: Ask, owner: str, name: str, login: str) -> Answer:
    """Answer 204 where this login can be assigned, 404 where it cannot."""
    if not ask.site.is_assignable(ask.repository(owner, name), login):
        raise not_found()
    return Answer(status=204)


def _named(ask: Ask, issue: Issue) -> list[Person]:
    # Whoever cannot be assigned is left out without a word: the answer must be read.
    given = ask.body.get("assignees")
    logins = [given] if isinstance(given, str) else given or []
    assignable = [login for login in logins if ask.site.is_assignable(issue.repository, str(login))]
    return [ask.site.people[login.lower()] for login in assignable]


def add_assignees(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Assign people to an issue."""
    issue = _triaged(ask, owner, name, number)
    deeds.assign(ask.site, issue, ask.person, _named(ask, issue))
    return Answer(ask.shapes.issue(issue), 201)


def remove_assignees(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Remove people from an issue."""
    issue = _triaged(ask, owner, name, number)
    unwanted = {str(login).lower() for login in ask.body.get("assignees") or []}
    deeds.unassign(ask.site, issue, ask.person, [each for each in issue.assignees if each.login.lower() in unwanted])
    return Answer(ask.shapes.issue(issue))


_REPOSITORY = "/repos/<owner>/<name>"
_ISSUE = f"{_REPOSITORY}/issues/<int:number>"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_REPOSITORY}/labels", list_labels),
    ("POST", f"{_REPOSITORY}/labels", create_label),
    ("GET", f"{_REPOSITORY}/labels/<label>", get_label),
    ("PATCH", f"{_REPOSITORY}/labels/<label>", edit_label),
    ("DELETE", f"{_REPOSITORY}/labels/<label>", delete_label),
    ("GET", f"{_ISSUE}/labels", labels_on),
    ("POST", f"{_ISSUE}/labels", add_labels),
    ("PUT", f"{_ISSUE}/labels", set_labels),
    ("DELETE", f"{_ISSUE}/labels", clear_labels),
    ("DELETE", f"{_ISSUE}/labels/<label>", remove_label),
    ("GET", f"{_REPOSITORY}/assignees", list_assignees),
    ("GET", f"{_REPOSITORY}/assignees/<login>", check_assignee),
    ("POST", f"{_ISSUE}/assignees", add_assignees),
    ("DELETE", f"{_ISSUE}/assignees", remove_assignees),
)
