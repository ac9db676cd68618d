"""What is made in a Jira once, when the service is set up there: the gate field, its place on screens, the workflows' rule, the webhook.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/: issue fields, screens, screen schemes, workflows
"""

from collections.abc import Iterator
from dataclasses import dataclass

from integration.postmortem.people import Person
from integration.trackers.jira.client import JiraClient, Json, Query
from integration.trackers.jira.examining import OUR_PATH
from integration.trackers.jira.identifiers import numeric
from integration.trackers.jira.story import person_of

_TYPES = "com.atlassian.jira.plugin.system.customfieldtypes:"
FIELD = {"type": f"{_TYPES}readonlyfield", "searcherKey": f"{_TYPES}textsearcher"}
SCREEN_USES = ("default", "create", "edit")  # Where a field has to stand to be written; a view screen only shows.
MOST_PAGES = 20


@dataclass(frozen=True)
class Home:
    """A project: its numeric id, the ids of its issue types, and whether its own team keeps its fields and workflow."""

    id: str
    issue_types: tuple[str, ...]
    is_team_managed: bool


@dataclass(frozen=True)
class Settling:
    """Asks and changes with the token of an administrator of the site."""

    client: JiraClient
    project: str

    def home(self) -> Home:
        """Return the project. Raises :class:`IssueNotFound` where it is not to be seen."""
        told = self.client.get("project", self.project)
        kinds = tuple(str(each.get("id")) for each in told.get("issueTypes") or ())
        return Home(numeric(str(told.get("id")), "project"), kinds, told.get("simplified") is True)

    def account(self, ident: str) -> Person:
        """Return whoever has that account id, or on Data Center that user name. Raises :class:`IssueNotFound`."""
        by = "accountId" if self.client.is_cloud else "username"
        return person_of(self.client.get("user", query={by: ident}))

    def fields_called(self, named: str) -> tuple[str, ...]:
        """Return the ids of the custom fields with that id or name."""
        custom = self.client.fields.custom()
        return tuple(each.id for each in custom if named == each.id or named.casefold() == each.name.casefold())

    def make_field(self, name: str, description: str) -> str:
        """Make a text field that people cannot type into, and return its id."""
        return str(self.client.write("POST", "field", body={"name": name, "description": description, **FIELD})["id"])

    def screens(self, home: Home) -> tuple[str, ...]:
        """Return the ids of the screens on which the project's issues are created and edited."""
        schemes = self._pages("issuetypescreenscheme", "project", query={"projectId": home.id})
        types = [str((each.get("issueTypeScreenScheme") or {}).get("id")) for each in schemes]
        query: Query = {"issueTypeScreenSchemeId": types}
        mapped = self._pages("issuetypescreenscheme", "mapping", query=query) if types else iter(())
        ids = sorted({str(each.get("screenSchemeId")) for each in mapped})
        found = self._pages("screenscheme", query={"id": ids}) if ids else iter(())
        uses = [(each.get("screens") or {}).get(use) for each in found for use in SCREEN_USES]
        return tuple(dict.fromkeys(str(screen) for screen in uses if screen is not None))

    def tab_for(self, screen: str, field: str) -> str | None:
        """Return the tab that the field should go on, or ``None`` where the screen has it."""
        tabs = [str(each.get("id")) for each in self.client.get_list("screens", screen, "tabs")]
        for tab in tabs:
            there = self.client.get_list("screens", screen, "tabs", tab, "fields")
            if any(each.get("id") == field for each in there):
                return None
        return tabs[0]

    def put_on(self, screen: str, tab: str, field: str) -> None:
        """Put the field on a tab of a screen."""
        self.client.write("POST", "screens", screen, "tabs", tab, "fields", body={"fieldId": field})

    def workflows(self, home: Home) -> tuple[list[Json], dict[str, Json]]:
        """Return the workflows of the project's issue types, and the statuses that they speak of by reference."""
        pairs = [{"projectId": home.id, "issueTypeId": kind} for kind in home.issue_types]
        told = self.client.ask("workflows", body={"projectAndIssueTypes": pairs})
        statuses = {str(each.get("statusReference")): each for each in told.get("statuses") or ()}
        return list(told.get("workflows") or ()), statuses

    def update_workflow(self, body: Json) -> None:
        """Put a workflow in place of what it was. Jira refuses where somebody changed it since it was read."""
        self.client.write("POST", "workflows", "update", body=body)

    def hooks(self) -> tuple[Json, ...]:
        """Return the site's webhooks that lead to a receiver."""
        listed = self.client.webhooks()
        return tuple(each for each in listed if str(each.get("url") or "").rstrip("/").endswith(OUR_PATH))

    def make_hook(self, body: Json) -> None:
        """Make a webhook."""
        self.client.write_webhook("POST", body=body)

    def mend_hook(self, hook: Json, body: Json) -> None:
        """Give a webhook its events and secret anew, and turn it on."""
        self.client.write_webhook("PUT", numeric(str(hook.get("self")).rsplit("/", 1)[-1], "webhook"), body=body)

    def _pages(self, *segments: str, query: Query) -> Iterator[Json]:
        at = 0
        for _ in range(MOST_PAGES):
            told = self.client.get(*segments, query={**query, "startAt": at, "maxResults": 50})
            values = told.get("values") or []
            yield from values
            at += len(values)
            if told.get("isLast", True) or not values:
                return
