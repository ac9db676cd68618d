"""One person of the stand-in Jira, acting over real HTTP, so that tests and the demo read like a story."""

from typing import Any
from urllib.parse import quote

import requests

from integration.sandbox.jira.model import Person


class JiraPerson:
    """``jira.as_person("dana").comment("PM-1", "/resolved")``; a refusal raises ``requests.HTTPError``."""

    def __init__(self, person: Person, url: str, is_cloud: bool) -> None:
        self.person, self._url, self._is_cloud = person, url, is_cloud
        self._session = requests.Session()
        # A proxy or a .netrc of the machine must not take part in loopback traffic.
        self._session.trust_env = False
        self._session.auth = (person.email if is_cloud else person.name, person.token)

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def call(self, method: str, path: str, **more: Any) -> Any:
        """Call ``/rest/api/2`` + path; returns the JSON answer, or None when there is none."""
        answer = self._session.request(method, f"{self._url}/rest/api/2{path}", timeout=30, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def open_issue(
        self, project: str, summary: str, description: str = "", *, kind: str = "Task", **fields: Any
    ) -> str:
        """Open an issue; returns its key. ``fields`` are REST fields (labels, duedate …)."""
        given = {
            "project": {"key": project},
            "issuetype": {"name": kind},
            "summary": summary,
            "description": description,
        }
        return str(self.call("POST", "/issue", json={"fields": given | fields})["key"])

    def issue(self, key: str, **query: Any) -> dict[str, Any]:
        """Return the issue as REST shows it to this person."""
        return dict(self.call("GET", _at(key), params=query))

    def comments(self, key: str) -> list[dict[str, Any]]:
        """Return the comments, oldest first, with ``renderedBody``."""
        return list(self.call("GET", f"{_at(key)}/comment", params={"expand": "renderedBody"})["comments"])

    def comment(self, key: str, text: str, **more: Any) -> dict[str, Any]:
        """Write a comment; ``more`` may be visibility or properties."""
        return dict(self.call("POST", f"{_at(key)}/comment", json={"body": text, **more}))

    def edit_comment(self, key: str, comment_id: str, text: str) -> dict[str, Any]:
        """Change a comment's text."""
        return dict(self.call("PUT", f"{_at(key)}/comment/{_quoted(comment_id)}", json={"body": text}))

    def delete_comment(self, key: str, comment_id: str) -> None:
        """Delete a comment."""
        self.call("DELETE", f"{_at(key)}/comment/{_quoted(comment_id)}")

    def edit(self, key: str, **fields: Any) -> None:
        """Set fields, given as REST wants them."""
        self.call("PUT", _at(key), json={"fields": fields})

    def add_label(self, key: str, *labels: str) -> None:
        """Add labels, leaving the others."""
        self.call("PUT", _at(key), json={"update": {"labels": [{"add": label} for label in labels]}})

    def remove_label(self, key: str, *labels: str) -> None:
        """Remove labels, leaving the others."""
        self.call("PUT", _at(key), json={"update": {"labels": [{"remove": label} for label in labels]}})

    def assign(self, key: str, to: Person | None) -> None:
        """Give the issue to somebody, or to nobody."""
        field = "accountId" if self._is_cloud else "name"
        ident = None if to is None else to.account_id if self._is_cloud else to.name
        self.call("PUT", f"{_at(key)}/assignee", json={field: ident})

    def transitions(self, key: str) -> list[dict[str, Any]]:
        """Return the transitions open to this person."""
        return list(self.call("GET", f"{_at(key)}/transitions")["transitions"])

    def move(self, key: str, status: str) -> None:
        """Make the transition that leads to the status (or is called so); ValueError when none is open."""
        for each in self.transitions(key):
            if status.lower() in (each["to"]["name"].lower(), each["name"].lower()):
                self.call("POST", f"{_at(key)}/transitions", json={"transition": {"id": each["id"]}})
                return
        raise ValueError(f"{self.person.name} has no transition of {key} to {status}")

    def close_issue(self, key: str) -> None:
        """Move the issue to its first status of the category done."""
        self._move_to_category(key, "done")

    def reopen(self, key: str) -> None:
        """Move the issue back to a status that is not done."""
        self._move_to_category(key, "new", "indeterminate")

    def attach(self, key: str, filename: str, content: bytes) -> dict[str, Any]:
        """Attach a file."""
        files = {"file": (filename, content)}
        path = f"{_at(key)}/attachments"
        return dict(self.call("POST", path, files=files, headers={"X-Atlassian-Token": "no-check"})[0])

    def _move_to_category(self, key: str, *categories: str) -> None:
        for each in self.transitions(key):
            if each["to"]["statusCategory"]["key"] in categories:
                self.call("POST", f"{_at(key)}/transitions", json={"transition": {"id": each["id"]}})
                return
        raise ValueError(f"{self.person.name} has no transition of {key} to {' or '.join(categories)}")


def _at(key: str) -> str:
    return f"/issue/{_quoted(key)}"


def _quoted(segment: str) -> str:
    return quote(segment, safe="")
