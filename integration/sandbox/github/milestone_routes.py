"""The REST routes of milestones, which carry GitHub's only plain due date."""

from flask import request

from integration.sandbox.github import issue_deeds
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Json, Milestone, Repository
from integration.sandbox.github.refusals import invalid, not_found
from integration.sandbox.github.shapes import stamp_or_none


def list_milestones(ask: Ask, owner: str, name: str) -> Answer:
    """Answer milestones, open ones unless asked, earliest due first."""
    repository = ask.repository(owner, name)
    state = request.args.get("state", "open")
    if state not in {"open", "closed", "all"}:
        raise invalid("Milestone", "state")
    found = [each for each in repository.milestones.values() if state in {"all", _state_of(each)}]
    found.sort(key=lambda each: (each.due_on is None, each.due_on or each.created_at, each.number))
    return ask.page(found, lambda each: ask.shapes.milestone(each, repository), repository)


def create_milestone(ask: Ask, owner: str, name: str) -> Answer:
    """Create a milestone; 422 where one of that title is there."""
    repository = ask.repository(owner, name, "write")
    title = _title(ask, repository, None)
    repository.last_milestone += 1
    now = ask.site.now()
    milestone = Milestone(
        ask.site.new_id("milestone"), repository.last_milestone, title or "", None, ask.person, now, now
    )
    _take(ask, milestone)
    repository.milestones[milestone.number] = milestone
    _announce(ask, repository, milestone, "created")
    shape = ask.shapes.milestone(milestone, repository)
    return Answer(shape, 201, {"Location": shape["url"]})


def get_milestone(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer one milestone."""
    repository = ask.repository(owner, name)
    return Answer(ask.shapes.milestone(_found(repository, number), repository))


def edit_milestone(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Change title, description, due date or state."""
    repository = ask.repository(owner, name, "write")
    milestone = _found(repository, number)
    before = {
        "title": milestone.title,
        "description": milestone.description or "",
        "due_on": stamp_or_none(milestone.due_on) or "",
    }
    was = _state_of(milestone)
    title = _title(ask, repository, milestone)
    milestone.title = title or milestone.title
    _take(ask, milestone)
    milestone.updated_at = ask.site.now()
    repository.changed()
    after = {
        "title": milestone.title,
        "description": milestone.description or "",
        "due_on": stamp_or_none(milestone.due_on) or "",
    }
    changes = {key: {"from": value} for key, value in before.items() if after[key] != value}
    if changes:
        _announce(ask, repository, milestone, "edited", changes=changes)
    if _state_of(milestone) != was:
        _announce(ask, repository, milestone, "closed" if was == "open" else "opened")
    return Answer(ask.shapes.milestone(milestone, repository))


def delete_milestone(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Delete a milestone, and take every issue out of it."""
    repository = ask.repository(owner, name, "write")
    milestone = _found(repository, number)
    for issue in repository.issues.values():
        if issue.milestone is milestone:
            issue_deeds.set_milestone(ask.site, issue, ask.person, None)
    del repository.milestones[number]
    _announce(ask, repository, milestone, "deleted")
    return Answer(status=204)


def _state_of(milestone: Milestone) -> str:
    return "open" if milestone.closed_at is None else "closed"


def _found(repository: Repository, number: int) -> Milestone:
    if number not in repository.milestones:
        raise not_found()
    return repository.milestones[number]


def _title(ask: Ask, repository: Repository, own: Milestone | None) -> str | None:
    title = ask.text("title", "Milestone", longest=255, required=own is None)
    if title is not None and any(each.title == title and each is not own for each in repository.milestones.values()):
        raise invalid("Milestone", "title", "already_exists")
    return title


def _take(ask: Ask, milestone: Milestone) -> None:
    given, now = ask.body, ask.site.now()
    if "description" in given:
        milestone.description = ask.text("description", "Milestone", longest=65_536, required=False)
    if "due_on" in given:
        due = given["due_on"]
        milestone.due_on = ask.instant(due, "Milestone", "due_on").replace(microsecond=0) if due else None
    match given.get("state"):
        case None:
            pass
        case "closed":
            milestone.closed_at = milestone.closed_at or now
        case "open":
            milestone.closed_at = None
        case _:
            raise invalid("Milestone", "state")


def _announce(ask: Ask, repository: Repository, milestone: Milestone, action: str, **more: Json) -> None:
    ask.site.announce(
        repository,
        "milestone",
        action,
        ask.person,
        lambda shapes: {**more, "milestone": shapes.milestone(milestone, repository)},
    )


_ONE = "/repos/<owner>/<name>/milestones/<int:number>"
ROUTES: tuple[Route, ...] = (
    ("GET", "/repos/<owner>/<name>/milestones", list_milestones),
    ("POST", "/repos/<owner>/<name>/milestones", create_milestone),
    ("GET", _ONE, get_milestone),
    ("PATCH", _ONE, edit_milestone),
    ("DELETE", _ONE, delete_milestone),
)
