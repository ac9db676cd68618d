"""The REST routes of issues: list, open, read, edit, lock, and the two histories."""

from datetime import datetime
from typing import Literal, cast

from flask import request

from integration.sandbox.github import issue_deeds as deeds
from integration.sandbox.github.asking import Answer, Ask, Route, not_modified
from integration.sandbox.github.model import Issue, Label, Milestone, Person, Repository
from integration.sandbox.github.refusals import Refused, invalid

LONGEST_TITLE, LONGEST_BODY = 256, 65_536
_CHOICES = {
    "state": ("open", "closed", "all"),
    "sort": ("created", "updated", "comments"),
    "direction": ("desc", "asc"),
}


def list_issues(ask: Ask, owner: str, name: str) -> Answer:
    """Answer one page of issues and pull requests; a constant address gives a 304 while nothing changed."""
    repository = ask.repository(owner, name)
    etag = ask.site.etag_of_listing(repository, ask.api + request.full_path, ask.viewer)
    if not_modified(etag):
        return Answer([], etag=etag)
    page = ask.page(_listed(ask, repository), ask.shapes.issue, repository)
    return Answer(page.body, headers=page.headers, etag=etag)


def _listed(ask: Ask, repository: Repository) -> list[Issue]:
    asked = {key: request.args.get(key, choices[0]) for key, choices in _CHOICES.items()}
    for name, choice in asked.items():
        if choice not in _CHOICES[name]:
            raise invalid("Issue", name)
    filters = ("since", "labels", "creator", "assignee", "milestone")
    wanted = {name: value for name in filters if (value := request.args.get(name))}
    # All pages of one listing share the sorted list, until something changes.
    key = (*asked.values(), *(f"{name}={value}" for name, value in wanted.items()))
    if key not in repository.listings:
        since = ask.instant(wanted["since"], "Issue", "since") if "since" in wanted else None
        found = [issue for issue in repository.issues.values() if _matches(issue, asked["state"], since, wanted)]
        found.sort(key=lambda issue: _rank(issue, asked["sort"]), reverse=asked["direction"] == "desc")
        repository.listings[key] = found
    return repository.listings[key]


def _rank(issue: Issue, sort: str) -> tuple[datetime | int, int]:
    if sort == "comments":
        return len(issue.comments), issue.number
    return issue.updated_at if sort == "updated" else issue.created_at, issue.number


def _matches(issue: Issue, state: str, since: datetime | None, wanted: dict[str, str]) -> bool:
    if state not in {"all", issue.state} or (since is not None and issue.updated_at < since):
        return False
    if "labels" in wanted:
        names = {label.name.lower() for label in issue.labels}
        if not {each.strip().lower() for each in wanted["labels"].split(",") if each.strip()} <= names:
            return False
    if "creator" in wanted and issue.author.login.lower() != wanted["creator"].lower():
        return False
    logins = {person.login.lower() for person in issue.assignees}
    if not _one_of(wanted.get("assignee"), logins):
        return False
    return _one_of(wanted.get("milestone"), {str(issue.milestone.number)} if issue.milestone else set())


def _one_of(asked: str | None, held: set[str]) -> bool:
    match asked:
        case None:
            return True
        case "*":
            return bool(held)
        case "none":
            return not held
        case _:
            return asked.lower() in held


def open_issue(ask: Ask, owner: str, name: str) -> Answer:
    """Open an issue; labels, assignees and milestone of somebody without triage are dropped without a word."""
    repository = ask.repository(owner, name)
    author = _writer(ask, repository)
    title, body = ask.text("title", "Issue", longest=LONGEST_TITLE), _body(ask)
    may_triage = repository.allows(author, "triage")
    issue = deeds.open_issue(
        ask.site,
        repository,
        author,
        title or "",
        body,
        labels=tuple(labels_named(ask, repository, ask.body.get("labels", []))) if may_triage else (),
        assignees=tuple(_assignees(ask, repository)) if may_triage else (),
        milestone=_milestone(ask, repository) if may_triage else None,
    )
    return Answer(ask.shapes.issue(issue), 201, {"Location": ask.shapes.issue_url(issue)})


def get_issue(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer one issue."""
    return Answer(ask.shapes.issue(ask.issue(owner, name, number)))


def edit_issue(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Edit an issue: text for its author and writers, state for its author and triage, the rest for triage."""
    issue = ask.issue(owner, name, number)
    repository, site = issue.repository, ask.site
    actor, given = _writer(ask, repository), ask.body
    is_author, may_triage = actor is issue.author, repository.allows(actor, "triage")
    rewrites = bool({"title", "body"} & set(given))
    if not (is_author or may_triage) or (rewrites and not is_author and not repository.allows(actor, "write")):
        raise Refused(403, "Must have admin rights to Repository.")
    state, reason = _state(ask, issue, actor)
    title, body = ask.text("title", "Issue", longest=LONGEST_TITLE, required=False), _body(ask)
    # Everything is read, and refused if need be, before the first change: an edit is done whole or not at all.
    labels = labels_named(ask, repository, given["labels"]) if may_triage and "labels" in given else None
    people = _assignees(ask, repository) if may_triage and {"assignee", "assignees"} & set(given) else None
    milestone = _milestone(ask, repository) if may_triage and "milestone" in given else issue.milestone
    deeds.rewrite(site, issue, actor, title, "" if body is None and "body" in given else body)
    if labels is not None:
        deeds.set_labels(site, issue, actor, labels)
    if people is not None:
        deeds.set_assignees(site, issue, actor, people)
    deeds.set_milestone(site, issue, actor, milestone)
    deeds.set_state(site, issue, actor, state, reason)
    return Answer(ask.shapes.issue(issue))


def _writer(ask: Ask, repository: Repository) -> Person:
    if repository.is_archived:
        raise Refused(403, "Repository was archived so is read-only.")
    return ask.person


def _body(ask: Ask) -> str | None:
    return ask.text("body", "Issue", longest=LONGEST_BODY, required=False)


def _state(ask: Ask, issue: Issue, actor: Person) -> tuple[Literal["open", "closed"], str | None]:
    state, reason = ask.body.get("state") or issue.state, ask.body.get("state_reason")
    if state not in {"open", "closed"}:
        raise invalid("Issue", "state")
    if reason not in {None, "completed", "not_planned", "duplicate", "reopened"}:
        raise invalid("Issue", "state_reason")
    reopens = state == "open" and issue.state == "closed"
    # An author may take back only a closing of their own.
    if reopens and not issue.repository.allows(actor, "triage") and issue.closed_by is not actor:
        raise Refused(403, "You do not have permission to reopen this issue.")
    return cast(Literal["open", "closed"], state), reason


def labels_named(ask: Ask, repository: Repository, names: object) -> list[Label]:
    """Return the labels of these names (or ``{"name": …}``), creating for writers those that are not there yet."""
    if not isinstance(names, list):
        raise invalid("Issue", "labels")
    found: list[Label] = []
    for each in names:
        text = each.get("name") if isinstance(each, dict) else each
        if not isinstance(text, str) or not text.strip() or len(text) > 50:
            raise invalid("Label", "name")
        label = repository.labels.get(text.lower())
        if label is None:
            ask.require(repository, "write")
            label = ask.site.add_label(repository, text, ask.person)
        if label not in found:
            found.append(label)
    return found


def _assignees(ask: Ask, repository: Repository) -> list[Person]:
    one = ask.body.get("assignee")
    logins = ask.body.get("assignees") or ([one] if one else [])
    for login in logins:
        if not isinstance(login, str) or not ask.site.is_assignable(repository, login):
            # Unlike the assignees' own route, opening and editing refuse, e.g. github.com/upptime/upptime/issues/125.
            raise invalid("Issue", "assignees", value=login)
    return list(dict.fromkeys(ask.site.people[login.lower()] for login in logins))


def _milestone(ask: Ask, repository: Repository) -> Milestone | None:
    number = ask.body.get("milestone")
    if number in {None, ""}:
        return None
    if not isinstance(number, int) or number not in repository.milestones:
        raise invalid("Issue", "milestone", value=number)
    return repository.milestones[number]


def lock(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Lock an issue for all but writers."""
    issue = ask.issue(owner, name, number)
    ask.require(issue.repository, "write")
    reason = ask.body.get("lock_reason")
    if reason not in {None, "off-topic", "too heated", "resolved", "spam"}:
        raise invalid("Issue", "lock_reason")
    deeds.lock(ask.site, issue, ask.person, reason)
    return Answer(status=204)


def unlock(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Unlock an issue."""
    issue = ask.issue(owner, name, number)
    ask.require(issue.repository, "write")
    deeds.unlock(ask.site, issue, ask.person)
    return Answer(status=204)


def timeline(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer what happened to an issue, comments included, oldest first."""
    issue = ask.issue(owner, name, number)
    return ask.page(issue.timeline, lambda event: ask.shapes.event(event, issue), issue.repository)


def events(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer what happened to an issue, without comments, oldest first."""
    issue = ask.issue(owner, name, number)
    changes = [event for event in issue.timeline if event.kind != "commented"]
    return ask.page(changes, lambda event: ask.shapes.event(event, issue), issue.repository)


_ISSUE = "/repos/<owner>/<name>/issues/<int:number>"
ROUTES: tuple[Route, ...] = (
    ("GET", "/repos/<owner>/<name>/issues", list_issues),
    ("POST", "/repos/<owner>/<name>/issues", open_issue),
    ("GET", _ISSUE, get_issue),
    ("PATCH", _ISSUE, edit_issue),
    ("PUT", f"{_ISSUE}/lock", lock),
    ("DELETE", f"{_ISSUE}/lock", unlock),
    ("GET", f"{_ISSUE}/timeline", timeline),
    ("GET", f"{_ISSUE}/events", events),
)
