"""The last part of the story: a delivery that comes twice, one with a forged signature, and the audit trail of all that was decided."""

import json
from collections.abc import Callable

import requests

from integration.sandbox.deliveries import Delivery
from integration.sandbox.demo.service import DemoService
from integration.sandbox.demo.teams import SERVICE
from integration.sandbox.demo.teller import NotAsTold, Teller
from integration.sandbox.github.sandbox import GitHubSandbox


def play_deliveries(github: GitHubSandbox, service: DemoService, tell: Teller, settled: Callable[[], bool]) -> bool:
    """Play what an unreliable or hostile network does; return whether it came out as told."""
    tell.chapter("At the door, and behind it")
    try:
        _twice(github, tell, settled)
        _forged(github, service, tell, settled)
        _audited(service, tell)
    except NotAsTold:
        return False
    return True


def _writes(github: GitHubSandbox) -> int:
    return github.calls.count(account=SERVICE, writes_only=True)


def _an_accepted_one(github: GitHubSandbox) -> Delivery:
    for each in github.hooks.deliveries:
        if each.event == "issues" and each.succeeded:
            return each
    raise NotAsTold("Expected: a delivery that was accepted. Instead: none was.")


def _twice(github: GitHubSandbox, tell: Teller, settled: Callable[[], bool]) -> None:
    with tell.step("GitHub sends a delivery a second time. It is accepted, and nothing is written twice."):
        tell.check("the service at rest", settled())
        before = _writes(github)
        first = _an_accepted_one(github)
        again = github.hooks.redeliver(first.id)
        tell.check("everything at rest again", settled())
        sent = next((each for each in github.hooks.deliveries if again is not None and each.id == again.id), None)
        tell.check("202", sent is not None and sent.status == 202, sent.status if sent else "not sent")
        tell.check("no write", _writes(github) == before, f"{_writes(github) - before} writes")


def _forged(github: GitHubSandbox, service: DemoService, tell: Teller, settled: Callable[[], bool]) -> None:
    with tell.step("Somebody forges a delivery. The signature does not fit: 401, and nothing happens."):
        before = _writes(github)
        first = _an_accepted_one(github)
        headers = {**first.sent_headers, "X-Hub-Signature-256": "sha256=" + "0" * 64}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.post(f"{service.url}/webhooks/github", data=first.body, headers=headers, timeout=10)
        tell.check("401", answer.status_code == 401, answer.status_code)
        tell.check("everything at rest", settled())
        tell.check("no write", _writes(github) == before, f"{_writes(github) - before} writes")


def _audited(service: DemoService, tell: Teller) -> None:
    with tell.step("followthrough audit verify: the audit trail of every decision is whole."):
        done = service.run("audit", "verify", "--json")
        tell.check("exit code 0", done.returncode == 0, done.stdout + done.stderr)
        report = json.loads(done.stdout)
        tell.check("entries and no problems", report["entries"] > 0 and not report["problems"], report)
