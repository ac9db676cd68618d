"""The page's hands on the stand-in GitHub: REST with the chosen person's token, drawn into the page's one shape."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.page import rendering
from integration.sandbox.page.tickets import Label, Linked, Move, Place, Refused, Remark, Row, Ticket

_ISSUE_PATH = re.compile(r"/([\w.-]+/[\w.-]+)/(?:issues|pull)/(\d+)")
_RELATIONS = (
    ("sub_issues", "sub-issue"),
    ("dependencies/blocked_by", "is blocked by"),
    ("dependencies/blocking", "blocks"),
)


class GitHubDesk:
    """One stand-in GitHub. A ref is ``owner/repo#12``."""

    tracker = "github"

    def __init__(self, github: GitHubSandbox) -> None:
        """Act on this sandbox."""
        self._github = github
        self._session = requests.Session()
        self._session.trust_env = False

    def people(self) -> tuple[str, ...]:
        """Return every account but organisations."""
        with self._github.site.lock:
            return tuple(each.login for each in self._github.site.people.values() if each.kind != "Organization")

    def version(self) -> int:
        """Return the sum of what the repositories count."""
        with self._github.site.lock:
            return sum(each.version for each in self._github.site.repositories.values())

    def places(self, who: str) -> tuple[Place, ...]:
        """Return the repositories that this person may read."""
        with self._github.site.lock:
            names = [each.full_name for each in self._github.site.repositories.values()]
        found = ((name, self._ask(who, "GET", f"/repos/{name}")) for name in names)
        return tuple(_place(answer.json()) for _, answer in found if answer.ok)

    def rows(self, who: str, place: Place) -> tuple[Row, ...]:
        """Return the issues, not the pull requests, the latest changed first."""
        found = self._read(who, f"/repos/{place.key}/issues?state=all&sort=updated&direction=desc&per_page=100")
        return tuple(self._row(place.key, each) for each in found if "pull_request" not in each)

    def ticket(self, who: str, ref: str) -> Ticket:
        """Return one issue with its timeline, its links and the people it can be given to."""
        repo, number = split(ref)
        at = f"/repos/{repo}/issues/{number}"
        issue = self._read(who, at)
        place = _place(self._read(who, f"/repos/{repo}"))
        assignable = self._ask(who, "GET", f"/repos/{repo}/assignees?per_page=100")
        return Ticket(
            row=self._row(repo, issue),
            place=place,
            author=issue["user"]["login"],
            created=issue["created_at"],
            html=rendering.markdown(issue["body"], self._locate_in(repo)),
            raw=issue["body"] or "",
            remarks=self._remarks(who, repo, at),
            linked=self._linked(who, at, issue),
            moves=_moves(issue["state"]),
            assignable=tuple(each["login"] for each in assignable.json()) if assignable.ok else (),
            fields=self._fields(who, at),
        )

    def act(self, who: str, ref: str, deed: str, given: Mapping[str, str]) -> None:
        """Do what a form asks."""
        repo, number = split(ref)
        at = f"/repos/{repo}/issues/{number}"
        match deed:
            case "comment":
                self._write(who, "POST", f"{at}/comments", {"body": given["text"]})
            case "label":
                self._write(who, "POST", f"{at}/labels", {"labels": [given["label"].strip()]})
            case "unlabel":
                self._write(who, "DELETE", f"{at}/labels/{quote(given['label'], safe='')}", None)
            case "edit":
                self._write(who, "PATCH", at, {"title": given["title"], "body": given["text"].replace("\r\n", "\n")})
            case "assign":
                self._write(who, "PATCH", at, {"assignees": [given["assignee"]] if given["assignee"] else []})
            case "move":
                state, _, reason = given["move"].partition(":")
                self._write(who, "PATCH", at, {"state": state, "state_reason": reason})
            case _:
                raise Refused(400, f"Nobody knows how to {deed}.")

    def open(self, who: str, place: Place, given: Mapping[str, str]) -> str:
        """Open an issue; labels are dropped by GitHub without a word for people without triage."""
        labels = [each.strip() for each in given.get("labels", "").split(",") if each.strip()]
        asked = {"title": given["title"], "body": given["text"].replace("\r\n", "\n"), "labels": labels}
        done = self._write(who, "POST", f"/repos/{place.key}/issues", asked)
        return f"{place.key}#{done['number']}"

    def locate(self, address: str) -> str | None:
        """Return the page's path for an address of an issue here."""
        parts = urlsplit(address)
        is_here = parts.netloc == urlsplit(self._github.url).netloc
        found = _ISSUE_PATH.search(parts.path) if is_here else None
        return path_of(found[1], int(found[2])) if found else None

    def _locate_in(self, repo: str) -> rendering.Locate:
        def locate(word: str) -> str | None:
            if found := re.fullmatch(r"([\w.-]+/[\w.-]+)?#(\d+)", word):
                return path_of(found[1] or repo, int(found[2]))
            return self.locate(word)

        return locate

    def _row(self, repo: str, issue: Mapping[str, Any]) -> Row:
        milestone = issue.get("milestone") or {}
        is_open = issue["state"] == "open"
        reason = {"not_planned": "Not planned", "duplicate": "Duplicate"}.get(issue.get("state_reason") or "", "Closed")
        return Row(
            ref=f"{repo}#{issue['number']}",
            title=issue["title"],
            path=path_of(repo, issue["number"]),
            state="open" if is_open else "closed",
            status="Open" if is_open else reason,
            labels=tuple(Label(each["name"], each["color"]) for each in issue["labels"]),
            assignees=tuple(each["login"] for each in issue["assignees"]),
            due=(milestone.get("due_on") or "")[:10],
            updated=issue["updated_at"],
            comments=issue["comments"],
        )

    def _remarks(self, who: str, repo: str, at: str) -> tuple[Remark, ...]:
        events: list[dict[str, Any]] = []
        for page in range(1, 11):
            some = self._read(who, f"{at}/timeline?per_page=100&page={page}")
            events += some
            if len(some) < 100:
                break
        return tuple(remark for each in events if (remark := self._remark(repo, each)) is not None)

    def _remark(self, repo: str, event: Mapping[str, Any]) -> Remark | None:
        actor = event.get("actor") or event.get("user") or {}
        by, is_bot = actor.get("login", "ghost"), actor.get("type") == "Bot"
        if event["event"] == "commented":
            html = rendering.markdown(event["body"], self._locate_in(repo))
            was_edited = event["updated_at"] != event["created_at"]
            shown = "edited" if was_edited else ""
            return Remark(by, event["created_at"], html=html, is_bot=is_bot, editor=shown, id=str(event["id"]))
        line = _line(event)
        return Remark(by, event["created_at"], line=line, is_bot=is_bot) if line else None

    def _linked(self, who: str, at: str, issue: Mapping[str, Any]) -> tuple[Linked, ...]:
        found: list[Linked] = []
        if issue.get("parent_issue_url"):
            parent = self._ask(who, "GET", f"{at}/parent")
            found += [_linked("parent", parent.json())] if parent.ok else []
        for route, relation in _RELATIONS:
            answer = self._ask(who, "GET", f"{at}/{route}?per_page=100")
            found += [_linked(relation, each) for each in answer.json()] if answer.ok else []
        return tuple(found)

    def _fields(self, who: str, at: str) -> tuple[tuple[str, str], ...]:
        answer = self._ask(who, "GET", f"{at}/issue-field-values")
        if not answer.ok:
            return ()
        return tuple((str(each.get("issue_field_name", "")), str(each.get("value", ""))) for each in answer.json())

    def _ask(self, who: str, method: str, path: str, body: object = None) -> requests.Response:
        headers = {"Authorization": f"token {self._github.token_of(who)}", "Accept": "application/vnd.github+json"}
        return self._session.request(method, self._github.url + path, json=body, headers=headers, timeout=30)

    def _read(self, who: str, path: str) -> Any:
        return _accepted(self._ask(who, "GET", path))

    def _write(self, who: str, method: str, path: str, body: object) -> Any:
        return _accepted(self._ask(who, method, path, body))


def split(ref: str) -> tuple[str, int]:
    """Return (owner/repo, number) of a ref; Refused when it is none."""
    found = re.fullmatch(r"([\w.-]+/[\w.-]+)#(\d{1,9})", ref)
    if found is None or set(found[1].split("/")) & {".", ".."}:
        raise Refused(404, f"{ref} is not an issue.")
    return found[1], int(found[2])


def path_of(repo: str, number: int) -> str:
    """Return where the page shows an issue."""
    return f"/github/{repo}/{number}"


def _place(repository: Mapping[str, Any]) -> Place:
    name = repository["full_name"]
    return Place("github", name, name, f"/github/{name}", bool(repository["private"]))


def _moves(state: str) -> tuple[Move, ...]:
    if state == "closed":
        return (Move("open:reopened", "Reopen issue"),)
    return Move("closed:completed", "Close issue"), Move("closed:not_planned", "Close as not planned")


def _linked(relation: str, issue: Mapping[str, Any]) -> Linked:
    repo = "/".join(urlsplit(issue["repository_url"]).path.split("/")[-2:])
    state = "open" if issue["state"] == "open" else "closed"
    number = issue["number"]
    return Linked(relation, f"{repo}#{number}", issue["title"], path_of(repo, number), state)


def _line(event: Mapping[str, Any]) -> str:
    """Return a timeline entry as the rest of a sentence that begins with its actor; empty for what is not shown."""
    match event["event"]:
        case "labeled" | "unlabeled" as kind:
            return f"{'added' if kind == 'labeled' else 'removed'} the label {event['label']['name']}"
        case "assigned" | "unassigned" as kind:
            return f"{'assigned' if kind == 'assigned' else 'unassigned'} {event['assignee']['login']}"
        case "closed":
            return f"closed this as {(event.get('state_reason') or 'completed').replace('_', ' ')}"
        case "reopened":
            return "opened this again"
        case "renamed":
            return f"changed the title from “{event['rename']['from']}”"
        case "milestoned" | "demilestoned" as kind:
            return f"{'set' if kind == 'milestoned' else 'removed'} the milestone {event['milestone']['title']}"
        case "sub_issue_added" | "sub_issue_removed" as kind:
            return f"{'added' if kind.endswith('added') else 'removed'} the sub-issue #{event['sub_issue']['number']}"
        case "blocked_by_added":
            return f"marked this as blocked by #{event['blocked_by']['number']}"
        case _:
            return ""


def _accepted(answer: requests.Response) -> Any:
    if answer.ok:
        return answer.json() if answer.content else None
    try:
        given = answer.json()
    except ValueError:
        given = {}
    details = [
        str(each.get("message") or each.get("field")) for each in given.get("errors") or [] if isinstance(each, dict)
    ]
    raise Refused(answer.status_code, " ".join([given.get("message", "no reason given"), *filter(None, details)]))
