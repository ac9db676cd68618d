"""What is made in a repository once, when the service is set up there: labels, the webhook, and issue forms as a pull request.

https://docs.github.com/en/rest/issues/labels, …/repos/webhooks, …/git/refs, …/repos/contents, …/pulls/pulls
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from integration.errors import IssueNotFound
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.failures import is_ours
from integration.trackers.github.identifiers import Repository, path
from integration.trackers.github.payloads import (
    Account,
    AppPayload,
    Commit,
    Contents,
    Field,
    Home,
    Hook,
    HookConfig,
    Label,
    Opened,
    read,
    read_all,
)
from integration.trackers.github.signin import ByToken

BRANCH = "followthrough-issue-forms"


@dataclass(frozen=True)
class Settling:
    """Asks and changes with the token of somebody who administers the repository."""

    client: GitHubClient
    repository: Repository
    app: GitHubClient | None = None  # Asks as the App itself, where the service signs in as one.

    def default_branch(self) -> str:
        """Return the branch that pull requests go into. Raises :class:`IssueNotFound` where the repository is not to be seen."""
        return read(Home, self.client.get_fresh(self.repository.path()).body).default_branch

    def account(self, login: str) -> Account:
        """Return whoever has that login. Raises :class:`IssueNotFound`."""
        return read(Account, self.client.get_fresh(path("users", login)).body)

    def labels(self) -> frozenset[str]:
        """Return the names of the repository's labels, lower case: GitHub holds names apart without regard to case."""
        listed = self.client.pages(self.repository.path("labels"), most=10)
        return frozenset(each.name.casefold() for each in read_all(Label, listed.items))

    def make_label(self, name: str, colour: str, description: str) -> None:
        """Make a label; ``colour`` is six hexadecimal digits."""
        body = {"name": name, "color": colour, "description": description[:100]}
        self.client.write("POST", self.repository.path("labels"), body)

    def hooks(self) -> tuple[Hook, ...]:
        """Return the webhooks that lead to a receiver."""
        listed = read_all(Hook, self.client.pages(self.repository.path("hooks"), most=1).items)
        return tuple(hook for hook in listed if is_ours(hook.config.get("url")))

    def make_hook(self, url: str, secret: str, events: list[str]) -> None:
        """Make the webhook."""
        body = {"name": "web", "active": True, "events": events, "config": _config(url, secret)}
        self.client.write("POST", self.repository.path("hooks"), body)

    def mend_hook(self, hook: int, url: str, secret: str, events: list[str]) -> None:
        """Give a webhook its address, secret and events anew, and turn it on."""
        body = {"active": True, "events": events, "config": _config(url, secret)}
        self.client.write("PATCH", self.repository.path("hooks", hook), body)

    def hook_of_app(self) -> tuple[HookConfig, frozenset[str]] | None:
        """Return where the App's one webhook leads, and the events that the App was subscribed to; ``None`` without an App."""
        if self.app is None:
            return None
        told = read(AppPayload, self.app.get_fresh(path("app")).body)
        return read(HookConfig, self.app.get_fresh(path("app", "hook", "config")).body), frozenset(told.events)

    def lead_hook_of_app(self, url: str, secret: str) -> None:
        """Lead the App's webhook to the receiver, signed."""
        if self.app is not None:
            self.app.write("PATCH", path("app", "hook", "config"), _config(url, secret))

    def fields(self) -> tuple[Field, ...]:
        """Return the issue fields of the owner. Raises :class:`IssueNotFound` where the server or the owner has none."""
        answer = self.client.get_fresh(path("orgs", self.repository.owner, "issue-fields"), about=self.repository)
        return read_all(Field, answer.body if isinstance(answer.body, list) else [])

    def make_date_field(self, name: str) -> None:
        """Make an issue field for dates, for all repositories of the organisation."""
        body = {"name": name, "data_type": "date", "description": "When the action is due"}
        self.client.write("POST", path("orgs", self.repository.owner, "issue-fields"), body)

    def file(self, name: str, branch: str) -> "FileThere | None":
        """Return the text of a file on a branch, ``None`` where there is none."""
        try:
            answer = self.client.get_fresh(self._contents(name), {"ref": branch})
        except IssueNotFound:
            return None
        found = read(Contents, answer.body)
        try:
            text = base64.b64decode(found.content).decode("utf-8", "replace")
        except binascii.Error:
            text = ""
        return FileThere(text, found.sha)

    def branch(self, name: str) -> str | None:
        """Return the commit that a branch stands at, ``None`` where there is none."""
        try:
            return read(
                Commit, self.client.get_fresh(self.repository.path("git", "ref", "heads", name)).body
            ).object.sha
        except IssueNotFound:
            return None

    def propose(self, files: Mapping[str, str], into: str, title: str, body: str) -> str:
        """Put the files on a branch of their own, open a pull request unless one is open, and return its address."""
        if self.branch(BRANCH) is None:
            made = {"ref": f"refs/heads/{BRANCH}", "sha": self.branch(into)}
            self.client.write("POST", self.repository.path("git", "refs"), made)
        for name, text in files.items():
            self._put(name, text)
        return self.open_proposal() or self._open(into, title, body)

    def open_proposal(self) -> str | None:
        """Return the address of our open pull request, ``None`` where there is none."""
        query = {"state": "open", "head": f"{self.repository.owner}:{BRANCH}"}
        listed = self.client.get_fresh(self.repository.path("pulls"), query)
        return next((each.html_url for each in read_all(Opened, listed.body or [])), None)

    def declined_proposal(self) -> str | None:
        """Return the address of our latest pull request where somebody closed it unmerged, else ``None``."""
        query = {"state": "all", "head": f"{self.repository.owner}:{BRANCH}"}
        listed = read_all(Opened, self.client.get_fresh(self.repository.path("pulls"), query).body or [])
        latest = next(iter(listed), None)
        is_declined = latest is not None and latest.state == "closed" and latest.merged_at is None
        return latest.html_url if latest is not None and is_declined else None

    def _open(self, into: str, title: str, body: str) -> str:
        asked = {"title": title, "head": BRANCH, "base": into, "body": body}
        return read(Opened, self.client.write("POST", self.repository.path("pulls"), asked).body).html_url

    def _put(self, name: str, text: str) -> None:
        there = self.file(name, BRANCH)
        if there is not None and there.text == text:
            return
        body = {
            "message": f"Make {name.rpartition('/')[2]} from the mappings",
            "content": base64.b64encode(text.encode()).decode(),
            "branch": BRANCH,
        }
        self.client.write("PUT", self._contents(name), body | ({"sha": there.sha} if there else {}))

    def _contents(self, name: str) -> str:
        return f"{self.repository.path('contents')}/{quote(name)}"


@dataclass(frozen=True)
class FileThere:
    """A file as it stands on a branch; ``sha`` is what replacing it has to name."""

    text: str
    sha: str


def by_token(api_url: str, token: str) -> GitHubClient:
    """Return a client for a token that is used this once; nothing is asked yet."""
    return GitHubClient(api_url, ByToken(token))


def _config(url: str, secret: str) -> dict[str, str]:
    return {"url": url, "content_type": "json", "secret": secret, "insecure_ssl": "0"}
