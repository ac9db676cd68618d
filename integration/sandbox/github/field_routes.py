"""The REST routes of issue fields: definitions of an organisation, values on an issue of one of its repositories."""

from datetime import date
from typing import Any

from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Issue, IssueField
from integration.sandbox.github.refusals import Refused, invalid, not_found


def list_fields(ask: Ask, org: str) -> Answer:
    """Answer the fields that an organisation defines; 404 for what is no organisation."""
    owner = ask.site.people.get(org.lower())
    if owner is None or owner.kind != "Organization" or ask.viewer is None:
        raise not_found()
    theirs = [each for each in ask.site.repositories.values() if each.owner is owner]
    if theirs and not any("issue_fields" in each.features for each in theirs):
        # A server without them knows no such address.
        raise not_found()
    return Answer([ask.shapes.field(field) for field in ask.site.fields.get(org.lower(), [])])


def make_field(ask: Ask, org: str) -> Answer:
    """Make a field of an organisation; only its administrators may."""
    list_fields(ask, org)
    body, fields = ask.body, ask.site.fields.setdefault(org.lower(), [])
    theirs = [each for each in ask.site.repositories.values() if each.owner.login.lower() == org.lower()]
    if not any(each.allows(ask.person, "admin") for each in theirs):
        raise Refused(403, "Must be an organization owner.")
    if not body.get("name") or any(each.name.lower() == str(body["name"]).lower() for each in fields):
        raise invalid("IssueField", "name", "already_exists" if body.get("name") else "missing_field")
    made = IssueField(ask.site.new_id("field"), str(body["name"]), str(body["data_type"]), ask.site.now())
    fields.append(made)
    return Answer(ask.shapes.field(made))


def _issue(ask: Ask, owner: str, name: str, number: int, *, write: bool) -> Issue:
    issue = ask.issue(owner, name, number)
    repository = issue.repository
    if "issue_fields" not in repository.features or not repository.belongs_to_organisation:
        raise not_found()
    if write:
        ask.require(repository, "write")
    return issue


def _values(ask: Ask, issue: Issue) -> Answer:
    known = {field.id: field for field in ask.site.fields.get(issue.repository.owner.login.lower(), [])}
    return ask.page(
        list(issue.field_values.items()), lambda pair: ask.shapes.field_value(known[pair[0]], pair[1]), issue.repository
    )


def list_values(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Answer the field values of an issue."""
    return _values(ask, _issue(ask, owner, name, number, write=False))


def add_values(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Set some field values, leaving the others."""
    issue = _issue(ask, owner, name, number, write=True)
    issue.field_values = {**issue.field_values, **_given(ask, issue)}
    ask.site.touch(issue)
    return _values(ask, issue)


def set_values(ask: Ask, owner: str, name: str, number: int) -> Answer:
    """Replace all field values."""
    issue = _issue(ask, owner, name, number, write=True)
    issue.field_values = _given(ask, issue)
    ask.site.touch(issue)
    return _values(ask, issue)


def remove_value(ask: Ask, owner: str, name: str, number: int, field_id: int) -> Answer:
    """Clear one field; 404 where it has no value."""
    issue = _issue(ask, owner, name, number, write=True)
    if field_id not in issue.field_values:
        raise not_found()
    del issue.field_values[field_id]
    ask.site.touch(issue)
    return Answer(status=204)


def _given(ask: Ask, issue: Issue) -> dict[int, Any]:
    known = {field.id: field for field in ask.site.fields.get(issue.repository.owner.login.lower(), [])}
    found: dict[int, Any] = {}
    for each in ask.body.get("issue_field_values") or []:
        field = known.get(each.get("field_id", 0)) if isinstance(each, dict) else None
        if field is None or not _fits(field, each.get("value")):
            raise invalid("IssueFieldValue", "value")
        found[field.id] = each["value"]
    return found


def _fits(field: IssueField, value: object) -> bool:
    match field.data_type:
        case "date":
            try:
                return isinstance(value, str) and bool(date.fromisoformat(value))
            except ValueError:
                return False
        case "number":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "single_select":
            return value in field.options
        case _:
            return isinstance(value, str)


_VALUES = "/repos/<owner>/<name>/issues/<int:number>/issue-field-values"
ROUTES: tuple[Route, ...] = (
    ("GET", "/orgs/<org>/issue-fields", list_fields),
    ("POST", "/orgs/<org>/issue-fields", make_field),
    ("GET", _VALUES, list_values),
    ("POST", _VALUES, add_values),
    ("PUT", _VALUES, set_values),
    ("DELETE", f"{_VALUES}/<int:field_id>", remove_value),
)
