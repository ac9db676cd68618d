"""Lets a test or the demo read like a story: ``github.as_person("dana").comment("acme/shop", 3, "/evidence …")``.

Everything goes through the REST API over real HTTP with that person's token.
"""

from typing import Any
from urllib.parse import quote

import requests

from integration.sandbox.github.model import Json, Person


class GitHubPerson:
    """One person at work; every method raises ``requests.HTTPError`` on a refusal. ``repo`` is ``owner/name``."""

    def __init__(self, person: Person, url: str) -> None:
        """Act as ``person`` against the API at ``url``."""
        self.login, self.id, self.token = person.login, person.id, person.token
        self._url = url
        self._session = requests.Session()
        # A proxy or a .netrc of the machine must not take part in loopback traffic.
        self._session.trust_env = False

    def ask(self, method: str, path: str, body: object = None) -> requests.Response:
        """Send any request and return the answer, whatever it is."""
        headers = {"Authorization": f"token {self.token}", "Accept": "application/vnd.github+json"}
        return self._session.request(method, self._url + path, json=body, headers=headers, timeout=30)

    def _do(self, method: str, path: str, body: object = None) -> Any:
        answer = self.ask(method, path, body)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def open_issue(self, repo: str, title: str, body: str = "", **more: object) -> Json:
        """Open an issue; ``more`` may hold labels, assignees and milestone."""
        issue: Json = self._do("POST", f"/repos/{repo}/issues", {"title": title, "body": body, **more})
        return issue

    def issue(self, repo: str, number: int) -> Json:
        """Return an issue as this person sees it."""
        issue: Json = self._do("GET", f"/repos/{repo}/issues/{number}")
        return issue

    def issues(self, repo: str, state: str = "all") -> list[Json]:
        """Return the latest hundred issues."""
        found: list[Json] = self._do("GET", f"/repos/{repo}/issues?state={state}&per_page=100")
        return found

    def edit(self, repo: str, number: int, **fields: object) -> Json:
        """Change fields of an issue."""
        issue: Json = self._do("PATCH", f"/repos/{repo}/issues/{number}", fields)
        return issue

    def close(self, repo: str, number: int, reason: str = "completed") -> Json:
        """Close an issue."""
        return self.edit(repo, number, state="closed", state_reason=reason)

    def reopen(self, repo: str, number: int) -> Json:
        """Reopen an issue."""
        return self.edit(repo, number, state="open")

    def comment(self, repo: str, number: int, body: str) -> Json:
        """Comment on an issue."""
        comment: Json = self._do("POST", f"/repos/{repo}/issues/{number}/comments", {"body": body})
        return comment

    def comments(self, repo: str, number: int) -> list[Json]:
        """Return the first hundred comments of an issue."""
        found: list[Json] = self._do("GET", f"/repos/{repo}/issues/{number}/comments?per_page=100")
        return found

    def edit_comment(self, repo: str, comment_id: int, body: str) -> Json:
        """Rewrite a comment, one's own or (with write access) anybody's."""
        comment: Json = self._do("PATCH", f"/repos/{repo}/issues/comments/{comment_id}", {"body": body})
        return comment

    def delete_comment(self, repo: str, comment_id: int) -> None:
        """Delete a comment."""
        self._do("DELETE", f"/repos/{repo}/issues/comments/{comment_id}")

    def label(self, repo: str, number: int, *names: str) -> None:
        """Add labels to an issue."""
        self._do("POST", f"/repos/{repo}/issues/{number}/labels", {"labels": list(names)})

    def unlabel(self, repo: str, number: int, name: str) -> None:
        """Take a label off an issue."""
        self._do("DELETE", f"/repos/{repo}/issues/{number}/labels/{quote(name, safe='')}")

    def assign(self, repo: str, number: int, *logins: str) -> Json:
        """Assign people; whoever cannot be assigned is left out without a word."""
        issue: Json = self._do("POST", f"/repos/{repo}/issues/{number}/assignees", {"assignees": list(logins)})
        return issue

    def unassign(self, repo: str, number: int, *logins: str) -> Json:
        """Remove assignees."""
        issue: Json = self._do("DELETE", f"/repos/{repo}/issues/{number}/assignees", {"assignees": list(logins)})
        return issue
