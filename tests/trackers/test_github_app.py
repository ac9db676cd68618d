"""Signed in as a GitHub App: which token a request carries, when it is renewed, and what it is not good for."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration.errors import ConfigError, IssueNotFound, TrackerError, TrackerRefused
from integration.postmortem.commands import EnsureActionTicket, EnsureLabels, EnsureReply, Result
from integration.postmortem.facts import FactsNeeded
from integration.postmortem.incident import CommentOrigin, IssueRef
from integration.postmortem.people import PersonKind
from integration.sandbox.github.model import App, Grant
from integration.trackers.github.identifiers import Repository
from integration.trackers.github.permissions import NEEDED, Need, granted, missing
from integration.trackers.github.signin import AppAccess
from integration.trackers.github.tracker import connect
from tests.trackers.github_harness import KEY, PROJECT, ROLES, GitHubWorld, a_world
from tests.trackers.suite import Purse, Story, says

OTHER = "acme/search"


@pytest.fixture
def world() -> Iterator[GitHubWorld]:
    with a_world() as world:
        yield world


@pytest.fixture
def app(world: GitHubWorld) -> App:
    return world.sign_in_as_app()


def tokens(world: GitHubWorld) -> list[Grant]:
    """Return the tokens that are good now, oldest first."""
    now = world.sandbox.site.now()
    return [each for each in world.sandbox.site.grants.values() if each.expires_at > now]


def minted(world: GitHubWorld) -> int:
    """Return how many tokens were asked for since the last reset of the calls."""
    return sum(call.endswith("access_tokens 201") for call in world.calls())


def a_look(world: GitHubWorld, case: IssueRef) -> None:
    world.tracker.observe(case, (), world.policy)


def reply(world: GitHubWorld, case: IssueRef, purpose: str = "reply:1") -> Result:
    return world.tracker.apply(EnsureReply(case, purpose, says("Hello.")), world.policy, Purse()).result


# Which token


@pytest.mark.usefixtures("app")
def test_a_token_is_for_one_repository_and_for_what_is_used_and_is_asked_for_once(world: GitHubWorld) -> None:
    case = Story(world).incident()
    a_look(world, case)
    world.sandbox.calls.reset()
    for _ in range(3):
        a_look(world, case)
    assert minted(world) == 0
    (whole,) = [each for each in tokens(world) if not each.takes_all]
    assert whole.repositories == {world.sandbox.site.repository(PROJECT).id}
    assert whole.permissions == {"issues": "write", "metadata": "read"}
    assert [each.permissions for each in tokens(world) if each.takes_all] == [{"metadata": "read"}]


@pytest.mark.usefixtures("app")
def test_threads_share_one_token(world: GitHubWorld) -> None:
    case = Story(world).incident()
    world.tracker.service()
    world.sandbox.calls.reset()
    looks = [threading.Thread(target=a_look, args=(world, case)) for _ in range(4)]
    for each in looks:
        each.start()
    for each in looks:
        each.join()
    assert minted(world) == 1


def test_a_permission_that_was_not_given_is_not_asked_for(world: GitHubWorld) -> None:
    app = world.sandbox.add_app("reader", "acme")
    world.sandbox.install_app(app, "acme", [PROJECT], {"issues": "read", "metadata": "read"})
    case = Story(world).incident()
    world.tracker.close()
    world.tracker = connect(world.sandbox.url, KEY, app=AppAccess(app.id, app.private_key), clock=world.clock)
    a_look(world, case)
    assert reply(world, case) is Result.REFUSED
    assert not world.texts(case)


def test_the_lower_of_what_is_needed_and_what_was_given_is_asked_for() -> None:
    needs = (Need("issues", "write", "tickets"), Need("contents", "read", "evidence"), Need("metadata", "read", "x"))
    given = {"issues": "read", "contents": "write", "administration": "write"}
    assert granted(needs, given) == {"issues": "read", "contents": "read"}
    assert [need.permission for need in missing(needs, given)] == ["issues", "metadata"]
    lacking = missing(NEEDED, {"issues": "write", "metadata": "read"})
    assert [need.permission for need in lacking if need.is_required] == []


# Other repositories


def a_ticket_in(world: GitHubWorld, project: str) -> tuple[IssueRef, EnsureActionTicket]:
    case = Story(world).incident()
    command = Story(world).ticket_command(case)
    return case, EnsureActionTicket(**{**vars(command), "project": project})


@pytest.mark.usefixtures("app")
def test_a_ticket_in_another_repository_of_the_installation_is_linked_by_one_token_for_both(world: GitHubWorld) -> None:
    world.sandbox.add_repository(OTHER, roles=ROLES)
    (installation,) = world.sandbox.site.installations.values()
    installation.repositories.append(world.sandbox.site.repository(OTHER))
    case, command = a_ticket_in(world, OTHER)
    made = world.tracker.apply(command, world.policy, Purse())
    assert (made.result, made.shortfall) == (Result.CHANGED, ())
    (seen,) = world.tracker.observe(case, (), world.policy).tickets
    assert (seen.ref, seen.linked) == (made.ticket, True)


@pytest.mark.usefixtures("app")
def test_nothing_is_written_where_the_app_is_not_installed(world: GitHubWorld) -> None:
    world.sandbox.add_repository(OTHER, private=False, roles=ROLES)
    _, command = a_ticket_in(world, OTHER)
    assert world.tracker.apply(command, world.policy, Purse()).result is Result.REFUSED
    assert not world.sandbox.site.repository(OTHER).issues


@pytest.mark.usefixtures("app")
def test_a_look_goes_on_without_a_ticket_that_the_installation_does_not_reach(world: GitHubWorld) -> None:
    world.sandbox.add_repository(OTHER, roles=ROLES)
    case = Story(world).incident()
    number = world.sandbox.as_person("dana").open_issue(OTHER, "Elsewhere")["number"]
    elsewhere = world.ref(number, OTHER)
    seen = world.tracker.observe(case, (elsewhere,), world.policy)
    assert (seen.tickets, seen.missing) == ((), {elsewhere.key})
    assert reply(world, case) is Result.CHANGED


@pytest.mark.usefixtures("app")
def test_the_account_of_a_write_is_the_installation(world: GitHubWorld) -> None:
    assert world.tracker.account(Story(world).incident()) == str(next(iter(world.sandbox.site.installations)))


# Renewing


@pytest.mark.usefixtures("app")
def test_a_token_is_renewed_before_it_ends(world: GitHubWorld) -> None:
    case = Story(world).incident()
    a_look(world, case)
    first = [each for each in tokens(world) if not each.takes_all]
    world.clock.ahead = timedelta(minutes=57)
    a_look(world, case)
    assert [each for each in tokens(world) if not each.takes_all] == first
    world.clock.ahead = timedelta(minutes=58, seconds=30)
    world.sandbox.calls.reset()
    a_look(world, case)
    assert minted(world) == 1
    assert not [call for call in world.calls() if call.endswith("401")]


@pytest.mark.usefixtures("app")
def test_a_token_that_was_revoked_is_renewed_once_and_a_write_is_made_once(world: GitHubWorld) -> None:
    case = Story(world).incident()
    a_look(world, case)
    world.sandbox.revoke_tokens()
    world.sandbox.calls.reset()
    assert reply(world, case) is Result.CHANGED
    assert minted(world) == 1
    assert len(world.texts(case)) == 1


@pytest.mark.usefixtures("app")
def test_a_token_that_ends_in_the_middle_of_a_look_is_renewed_and_the_look_goes_on(world: GitHubWorld) -> None:
    story = Story(world)
    case = story.incident()
    story.ticket(case)
    world.comment("dana", case, "/verify done")
    before = story.look(case)

    class Ending(Purse):
        def __call__(self, issue: IssueRef) -> None:
            super().__call__(issue)
            world.sandbox.revoke_tokens()

    command = EnsureLabels(case, add=frozenset({"sev1"}), remove=frozenset({"incident"}))
    outcome = world.tracker.apply(command, world.policy, Ending())
    assert (outcome.result, outcome.writes) == (Result.CHANGED, 2)
    assert story.look(case).incident.labels == before.incident.labels - {"incident"} | {"sev1"}


@pytest.mark.usefixtures("app")
def test_a_refusal_that_stays_is_told_and_not_asked_about_again(world: GitHubWorld) -> None:
    case = Story(world).incident()
    a_look(world, case)
    world.sandbox.calls.reset()
    world.sandbox.misbehave.fail_next(9, 401, "issues/1$")
    with pytest.raises(TrackerRefused) as refused:
        a_look(world, case)
    assert refused.value.status == 401
    assert sum(call.path.endswith("/issues/1") for call in world.sandbox.calls.of()) == 2
    assert sum(call.route.endswith("/access_tokens") for call in world.sandbox.calls.of()) == 1


def test_an_app_that_was_taken_off_and_put_on_again_works_at_once(world: GitHubWorld, app: App) -> None:
    case = Story(world).incident()
    a_look(world, case)
    before = world.tracker.account(case)
    world.sandbox.site.installations.clear()
    with pytest.raises(IssueNotFound):
        a_look(world, case)
    world.sandbox.install_app(app, "acme", [PROJECT])
    a_look(world, case)
    assert world.tracker.account(case) != before


@pytest.mark.usefixtures("app")
def test_a_suspended_installation_is_a_refusal(world: GitHubWorld) -> None:
    case = Story(world).incident()
    world.tracker.service()
    next(iter(world.sandbox.site.installations.values())).is_suspended = True
    with pytest.raises(TrackerRefused) as refused:
        a_look(world, case)
    assert refused.value.status == 403


# Ourselves


@pytest.mark.usefixtures("app")
def test_what_the_bot_wrote_is_ours_and_what_another_app_wrote_is_an_apps(world: GitHubWorld) -> None:
    case = Story(world).incident()
    reply(world, case)
    world.sandbox.add_person("other[bot]", "Bot", app="other")
    world.sandbox.set_role(PROJECT, "other[bot]", "write")
    world.comment("other[bot]", case, world.texts(case)[0])
    seen = world.tracker.observe(case, (), world.policy)
    assert [(each.origin, each.purpose) for each in seen.incident.comments] == [
        (CommentOrigin.OURS, "reply:1"),
        (CommentOrigin.APP, None),
    ]
    assert (seen.service.handle, seen.service.kind) == ("followthrough[bot]", PersonKind.BOT)


@pytest.mark.usefixtures("app")
def test_a_label_that_the_bot_set_is_its_own(world: GitHubWorld) -> None:
    case = Story(world).incident()
    world.tracker.apply(EnsureLabels(case, frozenset({"sev1"}), frozenset()), world.policy, Purse())
    facts = world.tracker.look_up(case, FactsNeeded(labellers=frozenset({"sev1"})), world.policy)
    assert facts.labellers["sev1"].person.id == world.tracker.service().id


# Scope


def test_an_app_may_govern_what_its_owner_installed_it_on_and_nobody_elses(world: GitHubWorld, app: App) -> None:
    world.sandbox.add_repository(OTHER, roles=ROLES)
    world.sandbox.add_repository("stranger/thing", private=False)
    world.sandbox.install_app(app, "stranger", ["stranger/thing"])
    assert world.tracker.in_scope() == {PROJECT}


# Redelivering


def test_what_the_apps_webhook_could_not_deliver_is_asked_for_again(world: GitHubWorld) -> None:
    app = world.sandbox.add_app("heard", "acme", hook_url="http://127.0.0.1:9/webhooks/github", hook_secret="x" * 20)
    world.sandbox.add_repository(OTHER, roles=ROLES)
    world.sandbox.install_app(app, "acme", [PROJECT, OTHER])
    world.tracker.close()
    world.tracker = connect(world.sandbox.url, KEY, app=AppAccess(app.id, app.private_key), clock=world.clock)
    Story(world).incident()
    world.sandbox.hooks.wait_idle()
    since = world.clock() - timedelta(hours=1)
    found = world.tracker.failed_deliveries(PROJECT, since)
    assert {each.event for each in found} >= {"issues"}
    assert world.tracker.failed_deliveries(OTHER, since) == ()
    before = len(world.sandbox.hooks.deliveries)
    assert world.tracker.redeliver(PROJECT, found[0])
    world.sandbox.hooks.wait_idle()
    assert len(world.sandbox.hooks.deliveries) == before + 1


@pytest.mark.usefixtures("app")
def test_an_app_without_a_webhook_has_nothing_to_redeliver(world: GitHubWorld) -> None:
    assert world.tracker.failed_deliveries(PROJECT, world.clock() - timedelta(hours=1)) == ()


# The key


def test_a_key_in_one_line_is_read_and_another_apps_key_lets_nobody_in(world: GitHubWorld, app: App) -> None:
    one_line = app.private_key.replace("\n", "\\n")
    tracker = connect(world.sandbox.url, KEY, app=AppAccess(app.id, one_line), clock=world.clock)
    assert tracker.service().handle == "followthrough[bot]"
    tracker.close()
    stranger = connect(world.sandbox.url, KEY, app=AppAccess(app.id + 1, app.private_key), clock=world.clock)
    with pytest.raises(TrackerRefused) as refused:
        stranger.service()
    assert refused.value.status == 401
    stranger.close()


def test_no_error_and_no_repr_shows_the_key_or_a_token(world: GitHubWorld, app: App) -> None:
    case = Story(world).incident()
    a_look(world, case)
    shown = [repr(AppAccess(app.id, app.private_key)), repr(vars(world.tracker)), repr(tokens(world))]
    world.sandbox.site.installations.clear()
    with pytest.raises(TrackerError) as refused:
        a_look(world, case)
    with pytest.raises(ConfigError) as unreadable:
        connect(world.sandbox.url, KEY, app=AppAccess(1, "-----BEGIN RSA PRIVATE KEY-----"))
    for text in (*shown, str(refused.value), str(unreadable.value)):
        assert "PRIVATE KEY" not in text
        assert "ghs_" not in text


# Names of repositories


def test_a_name_in_other_letters_is_the_same_repository(world: GitHubWorld, app: App) -> None:
    del app
    case = Story(world).incident()
    a_look(world, case)
    world.sandbox.calls.reset()
    other = IssueRef(case.key, case.locator.replace("acme/shop", "Acme/Shop"), case.url)
    a_look(world, other)
    assert minted(world) == 0
    assert Repository("acme", "shop") != Repository("Acme", "Shop")
