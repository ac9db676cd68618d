"""The page's hands on the stand-in Jira: REST v2 as the chosen person, drawn into the page's one shape."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.page import rendering
from integration.sandbox.page.tickets import Label, Linked, Move, Place, Refused, Remark, Row, Ticket

_KEY = re.compile(r"[A-Z][A-Z0-9_]+-[1-9]\d{0,8}")
_STATES = {"new": "open", "indeterminate": "progress", "done": "closed"}
_HISTORY = {
    "status": "moved this from {old} to {new}",
    "summary": "changed the title from “{old}”",
    "assignee": "gave this to {new}",
    "duedate": "set the due date to {new}",
    "priority": "changed the priority to {new}",
    "description": "changed the description",
    "Attachment": "attached {new}",
}


class JiraDesk:
    """One stand-in Jira. A ref is an issue key."""

    tracker = "jira"

    def __init__(self, jira: JiraSandbox) -> None:
        """Act on this sandbox."""
        self._jira = jira
        self._session = requests.Session()
        self._session.trust_env = False

    def people(self) -> tuple[str, ...]:
        """Return every active account."""
        with self._jira.site.lock:
            return tuple(each.name for each in self._jira.site.people.values() if each.active)

    def version(self) -> int:
        """Return what the site counts."""
        return self._jira.version

    def places(self, who: str) -> tuple[Place, ...]:
        """Return the projects that this person sees."""
        with self._jira.site.lock:
            private = {each.key for each in self._jira.site.projects.values() if each.private}
        found = self._call(who, "GET", "/project")
        return tuple(
            Place("jira", each["key"], each["name"], f"/jira/{each['key']}", each["key"] in private) for each in found
        )

    def rows(self, who: str, place: Place) -> tuple[Row, ...]:
        """Return the project's issues, the latest changed first."""
        asked = {
            "jql": f'project = "{place.key}" ORDER BY updated DESC, key DESC',
            "fields": "*all",
            "maxResults": "100",
        }
        route = "/search/jql" if self._jira.site.is_cloud else "/search"
        return tuple(_row(each) for each in self._call(who, "GET", route, params=asked)["issues"])

    def ticket(self, who: str, ref: str) -> Ticket:
        """Return one issue in Jira's own rendering, with its comments and its changelog."""
        at = _at(ref)
        issue = self._call(who, "GET", at, params={"expand": "renderedFields,changelog,names"})
        fields = issue["fields"]
        project = fields["project"]
        open_moves = self._call(who, "GET", f"{at}/transitions")["transitions"]
        assignable = self._call(who, "GET", "/user/assignable/search", params={"issueKey": ref, "maxResults": "100"})
        idents = {self._ident(each): each["displayName"] for each in assignable}
        return Ticket(
            row=_row(issue),
            place=Place("jira", project["key"], project["name"], f"/jira/{project['key']}", False),
            author=_shown(fields["creator"]),
            created=fields["created"],
            html=rendering.clean(issue["renderedFields"]["description"], self.locate),
            raw=fields["description"] or "",
            remarks=self._remarks(who, at, issue),
            linked=tuple(_linked(each) for each in fields["issuelinks"]) + _family(fields),
            moves=tuple(Move(each["id"], f"Move to {each['to']['name']}") for each in open_moves),
            assignable=tuple(idents.values()),
            fields=_custom_fields(issue),
            files=tuple(each["filename"] for each in fields["attachment"]),
        )

    def act(self, who: str, ref: str, deed: str, given: Mapping[str, str]) -> None:
        """Do what a form asks."""
        at = _at(ref)
        match deed:
            case "comment":
                self._call(who, "POST", f"{at}/comment", json={"body": given["text"].replace("\r\n", "\n")})
            case "label" | "unlabel":
                verb = "add" if deed == "label" else "remove"
                self._call(who, "PUT", at, json={"update": {"labels": [{verb: given["label"].strip()}]}})
            case "edit":
                fields = {"summary": given["title"], "description": given["text"].replace("\r\n", "\n")}
                self._call(who, "PUT", at, json={"fields": fields})
            case "assign":
                self._assign(who, at, ref, given["assignee"])
            case "move":
                self._call(who, "POST", f"{at}/transitions", json={"transition": {"id": given["move"]}})
            case _:
                raise Refused(400, f"Nobody knows how to {deed}.")

    def open(self, who: str, place: Place, given: Mapping[str, str]) -> str:
        """Open an issue of the project's first type, or as an incident where the project has that type."""
        kinds = self._call(who, "GET", f"/project/{quote(place.key, safe='')}")["issueTypes"]
        kind = next((each for each in kinds if each["name"] == given.get("kind", "Incident")), kinds[0])
        labels = [each.strip() for each in given.get("labels", "").split(",") if each.strip()]
        fields = {
            "project": {"key": place.key},
            "issuetype": {"id": kind["id"]},
            "summary": given["title"],
            "labels": labels,
        }
        fields["description"] = given["text"].replace("\r\n", "\n")
        return str(self._call(who, "POST", "/issue", json={"fields": fields})["key"])

    def locate(self, address: str) -> str | None:
        """Return the page's path for an address of an issue here."""
        parts = urlsplit(address)
        is_here = parts.netloc == urlsplit(self._jira.url).netloc
        found = re.fullmatch(rf"/browse/({_KEY.pattern})", parts.path) if is_here else None
        return f"/jira/{found[1]}" if found else None

    def _assign(self, who: str, at: str, ref: str, shown: str) -> None:
        field = "accountId" if self._jira.site.is_cloud else "name"
        if not shown:
            self._call(who, "PUT", f"{at}/assignee", json={field: None})
            return
        for each in self._call(who, "GET", "/user/assignable/search", params={"issueKey": ref, "maxResults": "100"}):
            if each["displayName"] == shown:
                self._call(who, "PUT", f"{at}/assignee", json={field: self._ident(each)})
                return
        raise Refused(400, f"{shown} cannot be assigned here.")

    def _ident(self, user: Mapping[str, Any]) -> str:
        return str(user["accountId" if self._jira.site.is_cloud else "name"])

    def _remarks(self, who: str, at: str, issue: Mapping[str, Any]) -> tuple[Remark, ...]:
        found = [
            self._comment(each)
            for each in self._call(who, "GET", f"{at}/comment", params={"expand": "renderedBody"})["comments"]
        ]
        for entry in issue["changelog"]["histories"]:
            for line in filter(None, map(_line, entry["items"])):
                found.append(
                    Remark(_shown(entry["author"]), entry["created"], line=line, is_bot=_is_bot(entry["author"]))
                )
        return tuple(sorted(found, key=lambda remark: remark.at))

    def _comment(self, comment: Mapping[str, Any]) -> Remark:
        author, editor = comment["author"], comment["updateAuthor"]
        was_edited = comment["updated"] != comment["created"]
        shown = ("edited by " + _shown(editor) if _shown(editor) != _shown(author) else "edited") if was_edited else ""
        audience = (comment.get("visibility") or {}).get("value", "")
        if comment.get("jsdPublic") is False:
            audience = "internal"
        html = rendering.clean(comment["renderedBody"], self.locate)
        return Remark(
            _shown(author),
            comment["created"],
            html=html,
            is_bot=_is_bot(author),
            editor=shown,
            audience=audience,
            id=comment["id"],
        )

    def _call(self, who: str, method: str, path: str, **more: Any) -> Any:
        person = self._jira.site.people[who]
        auth = (person.email if self._jira.site.is_cloud else person.name, person.token)
        url = f"{self._jira.url}/rest/api/2{path}"
        answer = self._session.request(method, url, auth=auth, timeout=30, **more)
        if answer.ok:
            return answer.json() if answer.content else None
        try:
            given = answer.json()
        except ValueError:
            given = {}
        words = [*given.get("errorMessages", ()), *given.get("errors", {}).values()]
        raise Refused(answer.status_code, " ".join(words) or "no reason given")


def _at(ref: str) -> str:
    if not _KEY.fullmatch(ref):
        raise Refused(404, f"{ref} is not an issue.")
    return f"/issue/{ref}"


def _row(issue: Mapping[str, Any]) -> Row:
    fields = issue["fields"]
    return Row(
        ref=issue["key"],
        title=fields["summary"],
        path=f"/jira/{issue['key']}",
        state=_STATES[fields["status"]["statusCategory"]["key"]],
        status=fields["status"]["name"],
        labels=tuple(Label(each) for each in fields["labels"]),
        assignees=(_shown(fields["assignee"]),) if fields["assignee"] else (),
        due=fields["duedate"] or "",
        updated=fields["updated"],
        comments=fields.get("comment", {}).get("total", 0),
    )


def _linked(link: Mapping[str, Any]) -> Linked:
    side = "inward" if "inwardIssue" in link else "outward"
    return _stub(link["type"][side], link[f"{side}Issue"])


def _family(fields: Mapping[str, Any]) -> tuple[Linked, ...]:
    children = tuple(_stub("sub-task", each) for each in fields["subtasks"])
    return ((_stub("parent", fields["parent"]),) if fields.get("parent") else ()) + children


def _stub(relation: str, issue: Mapping[str, Any]) -> Linked:
    state = _STATES[issue["fields"]["status"]["statusCategory"]["key"]]
    return Linked(relation, issue["key"], issue["fields"]["summary"], f"/jira/{issue['key']}", state)


def _custom_fields(issue: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = issue["fields"]
    found = [("Priority", fields["priority"]["name"])] if fields.get("priority") else []
    if fields.get("resolution"):
        found.append(("Resolution", fields["resolution"]["name"]))
    for name, value in fields.items():
        if name.startswith("customfield_") and value is not None:
            text = value.get("value") or value.get("displayName") if isinstance(value, dict) else str(value)
            found.append((issue["names"][name], str(text)))
    return tuple(found)


def _line(item: Mapping[str, Any]) -> str:
    if item["field"] == "labels":
        old, new = (item["fromString"] or "").split(), (item["toString"] or "").split()
        lines = [f"added the label {each}" for each in new if each not in old]
        return ", ".join(lines + [f"removed the label {each}" for each in old if each not in new])
    if item["field"] == "assignee" and not item["toString"]:
        return "took the assignee off"
    if item["field"] == "Link" and item["toString"]:
        return "linked: " + str(item["toString"]).removeprefix("This issue ")
    text = _HISTORY.get(item["field"], "")
    return (
        text.format(old=item["fromString"], new=(item["toString"] or "none").removesuffix(" 00:00:00.0"))
        if text
        else ""
    )


def _shown(user: Mapping[str, Any] | None) -> str:
    return str(user["displayName"]) if user else "nobody"


def _is_bot(user: Mapping[str, Any]) -> bool:
    return user.get("accountType") == "app"
