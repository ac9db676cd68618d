"""What the tests of the Jira adapter share: policies, stand-in sites with people, and adapters that speak to them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from integration.postmortem.commands import EnsureActionTicket
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Paragraph, Tree, line
from integration.sandbox.jira.server import JiraSandbox
from integration.trackers.jira.client import JiraAccess
from integration.trackers.jira.tracker import JiraTracker, connect
from mappings.models import Policy
from mappings.shape import STEMS

KEY = b"0123456789abcdef0123456789abcdef"
SHIPPED = Path(__file__).parents[2] / "mappings"
FILES = STEMS
BOT = "followthrough-bot"
DUE = date(2026, 12, 1)


def a_policy(changes: Mapping[str, Any] | None = None) -> Policy:
    """Return the shipped policy; ``changes`` maps dotted places (``remediation.ticket.jira.relation``) to other
    values.
    """
    yaml = YAML(typ="safe")
    raw: dict[str, Any] = {name: yaml.load(SHIPPED / f"{name}.yaml") for name in FILES}
    if "checks" not in raw["checks"]:
        raw["checks"] = {"checks": raw["checks"]}
    for place, value in (changes or {}).items():
        *way, last = place.split(".")
        part = raw
        for step in way:
            part = part[step]
        part[last] = value
    return Policy.model_validate(raw)


@contextmanager
def a_site(deployment: str = "Cloud", **more: Any) -> Iterator[JiraSandbox]:
    """Run a stand-in Jira with a project PM, its members dana, omar and gina, an app, a customer and our own
    account.
    """
    sandbox = JiraSandbox(deployment=deployment, **more)  # type: ignore[arg-type]
    for name in ("dana", "omar", "gina", BOT):
        sandbox.add_person(name)
    sandbox.add_person("stranger")
    sandbox.add_person("automation", "app")
    sandbox.add_person("buyer", "customer")
    roles = {"dana": "member", "omar": "member", "gina": "admin", BOT: "member", "automation": "member"}
    sandbox.add_project("PM", roles=roles)
    with sandbox:
        yield sandbox


@contextmanager
def an_adapter(sandbox: JiraSandbox) -> Iterator[JiraTracker]:
    """Connect our own account to a stand-in Jira: user and token on Cloud, the token alone on Data Center; where the
    token has scopes, through the gateway.
    """
    user = f"{BOT}@example.test" if sandbox.site.is_cloud else None
    url = sandbox.gateway_url if BOT in sandbox.site.scoped else sandbox.url
    tracker = connect(JiraAccess(url, f"{BOT}-token", user, KEY))
    try:
        yield tracker
    finally:
        tracker.close()


def ref(tracker: JiraTracker, key: str) -> IssueRef:
    """Return the reference of an issue by its key."""
    return tracker.locate("", key)


def person(sandbox: JiraSandbox, name: str) -> Person:
    """Return a person of the stand-in Jira as the adapter would."""
    known = sandbox.site.people[name]
    if sandbox.site.is_cloud:
        return Person("jira", known.account_id, known.account_id, known.display_name)
    return Person("jira", known.user_key, known.name, known.display_name)


def says(*words: str) -> Tree:
    """Return a tree of one paragraph for each text."""
    return Tree(tuple(Paragraph(line(text)) for text in words))


def a_ticket_command(sandbox: JiraSandbox, case: IssueRef, **more: Any) -> EnsureActionTicket:
    """Return the wish for a ticket of action A1, owned by omar."""
    given: dict[str, Any] = {
        "case": case,
        "action_id": "A1",
        "text": "filter on status",
        "description": "Filter on status",
        "project": "PM",
        "title": "A1: Filter on status",
        "tree": says("Filter on product status."),
        "owner": person(sandbox, "omar"),
        "due": DUE,
        "labels": frozenset({"followthrough-action"}),
    }
    return EnsureActionTicket(**{**given, **more})


def a_wish(case: IssueRef) -> EnsureActionTicket:
    """Return the wish for a ticket of action A1 on a Data Center whose user omar has his name as key."""
    omar = Person("jira", "omar", "omar", "Omar")
    label = frozenset({"followthrough-action"})
    return EnsureActionTicket(
        case=case, action_id="A1", text="filter", description="Filter", project="PM", title="A1: Filter", tree=says("Filter it."),
        owner=omar, due=DUE, labels=label,
    )  # fmt: skip


class Purse:
    """A budget that never ends, and remembers what was taken from it."""

    def __init__(self) -> None:
        self.spent: list[IssueRef] = []

    def __call__(self, issue: IssueRef) -> None:
        self.spent.append(issue)
