"""The story again by other ways to sign in: as a GitHub App on an Enterprise Server without sub-issues, and through Atlassian's gateway.

It ends as it does with a token on github.com and on the site itself; tokens that are revoked or run out in the middle change nothing.
"""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog

from integration import logs
from integration.bootstrap import Scope
from integration.wakeups import PREFIX
from integration.work.sweeping import sweep_trackers
from tests.e2e.as_app import elsewhere
from tests.e2e.stage import REPOSITORY, TEAM, Stage, stage
from tests.e2e.started import short_folder
from tests.e2e.story import OnGitHub, OnJira, Told, steps, tell

BOT = "followthrough[bot]"
NO_SUB_ISSUES = "<sub>This server has no sub-issues; the tickets are linked from this table.</sub>\n\n"


@pytest.fixture
def usual() -> Iterator[Stage]:
    """Run the service with a token, on github.com and on the site itself."""
    with short_folder() as folder, stage(folder / "data") as running:
        yield running


@pytest.fixture
def other() -> Iterator[Stage]:
    with short_folder() as folder, elsewhere(folder / "data") as running:
        yield running


def as_token_user(state: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return how the story ended with the App's bot shown as the account of the token, and without the line on links."""
    return tuple(
        (*rest, [(who.removesuffix("[bot]"), text.replace(NO_SUB_ISSUES, "")) for who, text in comments])
        for *rest, comments in state
    )


def refused_reads(stage: Stage) -> list[str]:
    """Return what was answered 401 or 403 on either tracker."""
    calls = (*stage.github.calls.of(), *stage.jira.calls.of())
    return [f"{call.method} {call.path} {call.status}" for call in calls if call.status in {401, 403}]


def test_as_an_app_on_an_enterprise_server_without_sub_issues_the_story_ends_the_same(
    usual: Stage, other: Stage
) -> None:
    ends = []
    for told in (OnGitHub(usual), OnGitHub(other)):
        tell(told)
        ends.append(as_token_user(told.state()))
    assert ends[1] == ends[0]
    # The App of the sandbox grants no contents: who owns the code is asked once for each repository, and no more.
    refused = refused_reads(other)
    assert all(read.endswith("/contents/.github/CODEOWNERS 403") for read in refused)
    assert len(refused) == len(set(refused))
    assert sum(call.path.endswith("/sub_issues") for call in other.github.calls.of(account=BOT)) <= 2
    installation = next(iter(other.github.site.installations))
    assert other.parts.client.exists(f"{PREFIX}budget:github:{installation}")
    assert not other.parts.client.exists(f"{PREFIX}budget:github")


@pytest.fixture
def log(other: Stage) -> Iterator[io.StringIO]:
    """Everything that is logged while the test runs, as the service's own processes log it."""
    root = logging.getLogger()
    handlers, level, stream = root.handlers[:], root.level, io.StringIO()
    logs.configure(other.settings, stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


def test_neither_the_apps_key_nor_a_token_of_an_installation_stands_anywhere_after_the_story(
    other: Stage, log: io.StringIO
) -> None:
    told = OnGitHub(other)
    tell(told)
    structlog.get_logger("a slip").error(f"signing with {other.environment['GITHUB_APP_PRIVATE_KEY']}")
    sweep_trackers(other.parts.engine, lambda: True)
    tokens = {each.token for each in other.github.site.grants.values()}
    secrets = {each.encode() for each in other.settings.secret_values() | tokens}
    assert len(tokens) > 1 and len(secrets) > 20  # The lines of the key are secrets each.
    seen: dict[str, bytes] = {"log": log.getvalue().encode(), "tracker": repr(told.state()).encode()}
    keys: Any = other.parts.client.keys()
    seen |= {key.decode(): key + (other.parts.client.dump(key) or b"") for key in keys}
    seen |= {str(each): each.read_bytes() for each in other.settings.data_dir.rglob("*") if each.is_file()}
    assert b'"a slip"' in seen["log"] and b'"command"' in seen["log"]
    assert {where for where, content in seen.items() for secret in secrets if secret in content} == set()


def test_through_the_gateway_the_story_ends_the_same(usual: Stage, other: Stage) -> None:
    ends = []
    for told in (OnJira(usual), OnJira(other)):
        tell(told)
        ends.append(told.state())
    assert ends[1] == ends[0]
    assert refused_reads(other) == []


def revoke(stage: Stage) -> None:
    stage.github.revoke_tokens()


def let_run_out(stage: Stage) -> None:
    # The tokens end by GitHub's clock while ours stands still, as when a look takes long. GitHub keeps whole seconds.
    grants = stage.github.site.grants
    for token, grant in list(grants.items()):
        grants[token] = replace(grant, expires_at=stage.github.site.now())


@pytest.mark.parametrize("end", [revoke, let_run_out])
def test_tokens_that_end_in_the_middle_of_looks_change_nothing(
    usual: Stage, other: Stage, end: Callable[[Stage], None]
) -> None:
    tell(OnGitHub(usual))
    told: Told = OnGitHub(other)
    spend = other.parts.engine.budget.spend

    def spend_and_end(*arguments: Any) -> None:
        spend(*arguments)
        end(other)

    object.__setattr__(other.parts.engine.budget, "spend", spend_and_end)
    for step in steps(told):
        step()
        end(other)
        other.settle()
    assert as_token_user(told.state()) == as_token_user(OnGitHub(usual, number=1).state())
    assert "parked" not in other.outcomes
    assert any(call.status == 401 for call in other.github.calls.of())


def test_a_delivery_of_the_apps_webhook_that_failed_is_asked_for_again(other: Stage) -> None:
    told = OnGitHub(other)
    told.report()
    other.settle()
    other.github.misbehave.drop_next(1)
    told.say("dana", "/client Nordlicht")
    other.github.hooks.wait_idle()
    before = len(other.github.hooks.deliveries)
    sweep_trackers(other.parts.engine, lambda: True)
    other.github.hooks.wait_idle()
    again = other.github.hooks.deliveries[before:]
    assert again
    assert all(each.is_redelivery and each.succeeded for each in again)


def test_only_what_the_apps_owner_installed_it_on_is_governed(other: Stage) -> None:
    app = next(iter(other.github.site.apps.values()))
    other.github.add_repository("stranger/thing", roles=TEAM)
    other.github.install_app(app, "stranger", ["stranger/thing"])
    scope = Scope(other.settings, other.parts.engine.trackers)
    assert scope.allows("github", REPOSITORY)
    assert not scope.allows("github", "stranger/thing")
    other.github.as_person("dana").open_issue("stranger/thing", "x", "It does.", labels=["incident", "sev1"])
    other.settle()
    assert not other.github.as_person("dana").comments("stranger/thing", 1)
