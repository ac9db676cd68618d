"""The stand-in GitHub: one object to start, people, script and look at.

``with GitHubSandbox() as github: github.add_repository("acme/shop", roles={"dana": "write"})``; PyGithub talks to it
with ``Github(base_url=github.url, auth=Auth.Token(github.token_of("dana")))``.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from integration import clock as machine
from integration.sandbox.github import apps, link_deeds, pull_deeds, run_deeds
from integration.sandbox.github.app import ENTERPRISE, create_app
from integration.sandbox.github.hook_routes import headers_for
from integration.sandbox.github.limits import Limits
from integration.sandbox.github.model import FEATURES, App, Installation, IssueField, Kind, Person, Repository
from integration.sandbox.github.people import GitHubPerson
from integration.sandbox.github.site import Site
from integration.sandbox.web import CallLog, Delivery, Hook, HookSender, Misbehaviour, Server, add_control, signature


class GitHubSandbox:
    """A GitHub on loopback, with everything in memory."""

    def __init__(
        self,
        clock: Callable[[], datetime] = machine.now,
        hook_secret: str | None = None,
        hook_url: str | None = None,
        *,
        port: int = 0,
        enterprise: bool = False,
    ) -> None:
        """Prepare a server; ``hook_url`` is registered, with ``hook_secret``, on every repository added.

        ``enterprise`` plays GitHub Enterprise Server: ``url`` ends in ``/api/v3`` and webhooks carry its headers.
        Both prefixes are served either way.
        """
        self.misbehave, self.calls, self.limits = Misbehaviour(), CallLog(), Limits()
        self._hook_secret, self._hook_url = hook_secret, hook_url
        self._prefix = ENTERPRISE if enterprise else ""
        self.site = Site(clock, self.misbehave, lambda: self.url)
        self.hooks = self.site.sender = HookSender(self._headers_for, self.misbehave, clock)
        self.app = create_app(self.site, self.limits, self.calls, clock)
        add_control(self.app, self.calls, self.misbehave, self.hooks)
        self._server = Server(self.app, port)

    @property
    def url(self) -> str:
        """Return the base address for API clients."""
        return self._server.url + self._prefix

    def start(self) -> Self:
        """Listen, and begin to send webhooks."""
        self._server.start()
        self.hooks.start()
        return self

    def stop(self) -> None:
        """Stop listening and sending; the state stays, and ``start`` takes the same port again."""
        self._server.stop()
        self.hooks.stop()

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def add_person(self, login: str, kind: Kind = "User", name: str | None = None, app: str | None = None) -> Person:
        """Create an account; its token is ``<login>-token``. ``app`` is the slug of the App that it writes as."""
        with self.site.lock:
            return self.site.add_person(login, kind, name, app)

    def add_repository(
        self,
        full_name: str,
        *,
        private: bool = True,
        roles: dict[str, str] | None = None,
        features: Iterable[str] = FEATURES,
        description: str | None = None,
    ) -> Repository:
        """Create a repository; unknown people in ``roles`` are created, an unknown owner becomes an organisation."""
        with self.site.lock:
            repository = self.site.add_repository(full_name, private, roles, features, description)
            if self._hook_url is not None:
                self.site.add_hook(repository, self._hook_url, self._hook_secret, {"*"})
            return repository

    def add_app(self, slug: str, owner: str, *, hook_url: str | None = None, hook_secret: str | None = None) -> App:
        """Register a GitHub App of an account, with one webhook for all that it is installed on."""
        with self.site.lock:
            known = self.site.people.get(owner.lower()) or self.site.add_person(owner, "Organization")
            return apps.register(self.site, slug, known, hook_url, hook_secret)

    def install_app(
        self, app: App, account: str, repositories: Iterable[str], permissions: Mapping[str, str] | None = None
    ) -> Installation:
        """Install an App on an account for repositories (``owner/name``); issues write, metadata read unless told."""
        with self.site.lock:
            chosen = [self.site.repository(each) for each in repositories]
            return apps.install(self.site, app, self.site.people[account.lower()], chosen, permissions)

    def revoke_tokens(self) -> None:
        """End every installation's token before its time."""
        with self.site.lock:
            self.site.grants.clear()

    def add_hook(self, repo: str, url: str, secret: str | None = None, events: Iterable[str] = ("*",)) -> Hook:
        """Register a receiver of webhooks on ``owner/name``; it is pinged."""
        with self.site.lock:
            return self.site.add_hook(self.site.repository(repo), url, secret, events)

    def set_role(self, repo: str, login: str, role: str | None) -> None:
        """Give somebody a role in ``owner/name``, or take it away."""
        with self.site.lock:
            roles = self.site.repository(repo).roles
            if role is None:
                roles.pop(login.lower(), None)
            else:
                self.site.add_person(login)
                roles[login.lower()] = role

    def add_issue_field(
        self, organisation: str, name: str, data_type: str, options: tuple[str, ...] = ()
    ) -> IssueField:
        """Define an issue field: text, number, date or single_select with its options."""
        with self.site.lock:
            self.site.add_person(organisation, "Organization")
            field = IssueField(self.site.new_id("field"), name, data_type, self.site.now(), options)
            self.site.fields.setdefault(organisation.lower(), []).append(field)
            return field

    def add_pull_request(self, repo: str, author: str, title: str, body: str = "", *, base: str = "main") -> int:
        """Open a pull request and return its number."""
        with self.site.lock:
            person = self.site.add_person(author)
            return pull_deeds.open_pull_request(
                self.site, self.site.repository(repo), person, title, body=body, base=base
            ).number

    def merge_pull_request(self, repo: str, number: int, by: str) -> None:
        """Merge a pull request; closing keywords in its text close issues, as ``by``."""
        with self.site.lock:
            issue = self.site.repository(repo).issues[number]
            pull_deeds.close_pull_request(self.site, issue, self.site.people[by.lower()], merge=True)

    def close_pull_request(self, repo: str, number: int, by: str) -> None:
        """Close a pull request unmerged."""
        with self.site.lock:
            issue = self.site.repository(repo).issues[number]
            pull_deeds.close_pull_request(self.site, issue, self.site.people[by.lower()], merge=False)

    def add_run(
        self, repo: str, conclusion: str | None = "success", *, branch: str = "main", is_of_fork: bool = False
    ) -> int:
        """Let a workflow run, finished with ``conclusion`` or going on without one; return its id."""
        with self.site.lock:
            return run_deeds.add_run(
                self.site, self.site.repository(repo), branch, conclusion, is_of_fork=is_of_fork
            ).id

    def rerun(self, repo: str, run_id: int, conclusion: str) -> None:
        """Run a workflow again, with another end."""
        with self.site.lock:
            repository = self.site.repository(repo)
            run_deeds.finish(self.site, repository, repository.runs[run_id], conclusion)

    def delete_issue(self, repo: str, number: int, by: str) -> None:
        """Delete an issue, which REST cannot; it answers 410 from now on."""
        with self.site.lock:
            link_deeds.delete_issue(self.site, self.site.repository(repo).issues[number], self.site.people[by.lower()])

    def transfer_issue(self, repo: str, number: int, to: str, by: str) -> int:
        """Move an issue, which REST cannot, and return its new number; the old one answers 301."""
        with self.site.lock:
            issue, target = self.site.repository(repo).issues[number], self.site.repository(to)
            return link_deeds.transfer_issue(self.site, issue, target, self.site.people[by.lower()]).number

    def convert_issue(self, repo: str, number: int, by: str) -> None:
        """Convert an issue into a discussion, which REST cannot; it stays behind, closed and locked."""
        with self.site.lock:
            link_deeds.convert_issue(self.site, self.site.repository(repo).issues[number], self.site.people[by.lower()])

    def rename_repository(self, repo: str, to: str) -> None:
        """Rename a repository, or transfer it to another owner: ``to`` is its new ``owner/name``."""
        with self.site.lock:
            self.site.rename_repository(self.site.repository(repo), to)

    def token_of(self, login: str) -> str:
        """Return somebody's token."""
        return self.site.people[login.lower()].token

    def as_person(self, login: str) -> GitHubPerson:
        """Return somebody to act as, over real HTTP."""
        return GitHubPerson(self.site.people[login.lower()], self.url)

    def _headers_for(self, delivery: Delivery) -> dict[str, str]:
        hook = delivery.hook
        signed = signature(hook.secret, delivery.body) if hook.secret else None
        target = next((each.id for each in self.site.apps.values() if each.hook == hook), None)
        if target is None:
            target = self.site.repository(hook.owner).id
        return headers_for(delivery, self.site.shapes(), target, signed)
