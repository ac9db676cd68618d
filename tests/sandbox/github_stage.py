"""What the tests of the stand-in GitHub share: a small world, a receiver of webhooks, and PyGithub clients."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from github import Auth, Github

from integration.sandbox.github.sandbox import GitHubSandbox

SECRET = "a-secret-of-32-characters-or-more"
REPO = "acme/shop"
ROLES = {"ada": "admin", "dana": "write", "omar": "triage", "rita": "read", "followthrough-bot": "write"}


class Receiver:
    """Collects webhooks on a loopback port; ``status`` is what it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 202
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.got.append((dict(self.headers), body))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/webhooks/github"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def told(self) -> list[str]:
        """Return ``event.action`` of every webhook, in order."""
        return [
            ".".join(filter(None, (headers["X-GitHub-Event"], json.loads(body).get("action"))))
            for headers, body in self.got
        ]

    def payloads(self, event: str, action: str | None = None) -> list[dict[str, Any]]:
        found = [json.loads(body) for headers, body in self.got if headers["X-GitHub-Event"] == event]
        return [payload for payload in found if action is None or payload["action"] == action]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.close()


@contextmanager
def a_github(**options: Any) -> Iterator[GitHubSandbox]:
    """Start a GitHub with one private repository of an organisation, and somebody in every role."""
    with GitHubSandbox(**options) as github:
        github.add_person("stranger")
        github.add_repository(REPO, roles=ROLES)
        yield github


def client(github: GitHubSandbox, login: str, **options: Any) -> Github:
    """Return PyGithub as this person: no retries, no waiting between requests."""
    return Github(
        base_url=options.pop("base_url", github.url),
        auth=Auth.Token(github.token_of(login)),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        **options,
    )
