"""Teams of one, two and three bring an incident to its end without deadlock and without a way round; reviews have their clock (issue 5; S11)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from integration.wakeups import WakeUp
from tests.e2e.attack import Attacked, incident, post_mortem
from tests.e2e.stage import REPOSITORY, Stage, stage
from tests.e2e.story import OnGitHub, OnJira, Told, _mention


@contextmanager
def team(folder: Path, people: str = "") -> Iterator[Stage]:
    """Run a service whose people.yaml has these lines."""
    mappings = folder / "mappings"
    mappings.mkdir()
    (mappings / "people.yaml").write_text(people or "team: normal\n")
    with stage(folder / "d", environment={"FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}) as running:
        yield running


def link(a: Attacked, rest: str) -> str:
    return str(a.as_("gina").issue(REPOSITORY, a.number)["html_url"]).replace(f"issues/{a.number}", rest)


def prove(a: Attacked, action: str, claim: str, verifier: str) -> bool:
    """Give evidence that the service can look up, have it verified, and tell whether the ticket closes."""
    run, ticket = a.it.github.add_run(REPOSITORY), a.ticket(action)
    a.say("omar", f"/evidence {claim} {link(a, f'actions/runs/{run}')}", ticket)
    a.say(verifier, "/verify I read the replay", ticket)
    return a.close(verifier, ticket)


@pytest.mark.parametrize("tracker", [OnGitHub, OnJira], ids=["github", "jira"])
def test_a_team_of_three_needs_each_of_them_and_closes_a_sev1(tmp_path: Path, tracker: type) -> None:
    with team(tmp_path) as it:
        told: Told = tracker(it)

        def name(who: str) -> str:
            return f"@{who}" if isinstance(told, OnGitHub) else _mention(told, who)

        def say(who: str, text: str, on: str = "") -> None:
            told.say(who, text, on)
            it.settle()

        told.report()
        it.settle()
        told.write_up()
        say("dana", f"/lead {name('omar')}\n/client Nordlicht\n/resolved")
        for action, claim, by, other in (("A1", "tested", "dana", "gina"), ("A2", "detected", "dana", "gina")):
            say(by, f"/evidence {claim} https://example.org/run/1", action)
            say(other, "/verify read the replay", action)
            told.close(other, action)
            it.settle()
        say("omar", "/approve technical")
        assert "whoever leads the post-mortem does not approve it" in _last(told)
        say("omar", f"/reviewer technical {name('dana')}")
        say("gina", "/approve technical")
        assert "was asked to review this" in _last(told)
        say("dana", "/approve technical")
        say("gina", "/approve governance")
        told.close("gina")
        it.settle()
        assert _is_closed(told)
        status = "\n".join(_ours(told)).casefold()
        assert "post-mortem approved by dana (technical) and gina (governance)" in status


def _ours(told: Told) -> list[str]:
    if isinstance(told, OnGitHub):
        comments = told.stage.github.as_person("gina").comments(told.place, told.number)
        return [each["body"] for each in comments if each["user"]["login"] == "followthrough"]
    assert isinstance(told, OnJira)
    comments = told.stage.jira.as_person("gina").comments(told.key)
    return [each["body"] for each in comments if each["author"]["displayName"].casefold() == "followthrough"]


def _last(told: Told) -> str:
    return _ours(told)[-1]


def _is_closed(told: Told) -> bool:
    if isinstance(told, OnGitHub):
        return bool(told.stage.github.as_person("gina").issue(told.place, told.number)["state"] == "closed")
    assert isinstance(told, OnJira)
    return any(state[0] == "The shop assistant recommends recalled products" and state[1] for state in told.state())


def test_a_team_of_two_closes_a_sev1_once_the_mapping_says_that_it_is_small(tmp_path: Path) -> None:
    with team(tmp_path, "team: small\n") as it:
        a = incident(it, who="omar")
        a.say("omar", "/lead @omar\n/participants @omar @gina\n/client Nordlicht")
        assert prove(a, "A1", "tested", "gina")
        assert prove(a, "A2", "detected", "gina")
        a.say("gina", "/approve technical\n/approve governance")
        assert not a.close("omar"), "whoever leads was involved"
        a.say("omar", "/waive lead_apart nobody independent was available")
        assert not a.close("omar"), "not by the lead, nor without the right"
        a.say("gina", "/waive lead_apart nobody independent was available")
        assert not a.close("omar"), "what was set aside is of the governance review"
        assert "Waivers: “lead" in a.ours()[0]
        a.say("gina", "/approve governance")
        assert a.close("omar")
        assert "set aside by gina" in a.ours()[0]


def test_in_a_team_that_is_not_small_one_person_does_not_give_both_approvals(tmp_path: Path) -> None:
    with team(tmp_path) as it:
        a = incident(it, who="omar")
        a.say("gina", "/approve technical\n/approve governance")
        assert "an administrator sets `team: small`" in a.ours()[-1]


def test_a_team_of_one_closes_a_sev3_after_a_while_and_it_is_shown(tmp_path: Path) -> None:
    with team(tmp_path, "team: solo\n") as it:
        a = incident(it, "incident", "sev3", who="gina", body=_small(post_mortem(it)))
        a.say("gina", "/lead @gina\n/client Nordlicht\n/criteria none")
        tickets = [a.ticket("A1"), a.ticket("A2")]
        for ticket, claim in zip(tickets, ("tested", "detected"), strict=True):
            a.say("gina", f"/evidence {claim} {link(a, f'actions/runs/{it.github.add_run(REPOSITORY)}')}", ticket)
            a.say("gina", "/verify I read the replay", ticket)
            assert "In a team of one you can all the same, from" in a.ours(ticket)[-1]
            assert not a.close("gina", ticket)
        a.say("gina", "/approve technical")
        it.clock.forward(hours=73)
        for ticket in tickets:
            a.say("gina", "/verify I read the replay once more", ticket)
            assert a.close("gina", ticket)
        a.say("gina", "/approve technical\n/approve governance")
        assert a.close("gina")
        assert "approved by gina, not independent" in a.ours()[0].lower()
        assert "2 of 2 actions verified (2 of them not independent)" in a.ours()[0]


def _small(body: str) -> str:
    """Return the post-mortem of something that few people saw, with all actions in one hand."""
    return body.replace("@dana", "@gina").replace("@omar", "@gina").replace("Users affected: 312", "Users affected: 3")


def test_a_team_of_one_needs_somebody_else_for_a_sev1(tmp_path: Path) -> None:
    with team(tmp_path, "team: solo\n") as it:
        a = incident(it, who="gina")
        a.say("gina", "/lead @gina\n/client Nordlicht")
        it.clock.forward(hours=100)
        a.say("gina", "/approve technical\n/approve governance")
        assert "whoever leads the post-mortem does not approve it" in a.ours()[-1]
        a.say("gina", "/severity sev3 it was not so bad\n/criteria none")
        it.clock.forward(hours=100)
        a.say("gina", "/approve technical")
        assert not a.close("gina"), "what they lowered themselves stays for somebody else"
        assert "approved by gina" not in a.ours()[0].lower()


def _wake(it: Stage, a: Attacked) -> None:
    issue = a.as_("gina").issue(REPOSITORY, a.number)
    found = it.parts.engine.trackers["github"].locate("", f"{REPOSITORY}#{issue['number']}")
    now = it.clock().timestamp()
    it.parts.engine.outstanding.wake([WakeUp("github", found.key.id, found.locator, "test", now)], now)
    it.settle()


def test_a_review_is_reminded_of_once_and_then_passes_to_the_deputy(tmp_path: Path) -> None:
    with team(tmp_path) as it:
        a = incident(it, who="gina")
        a.say("gina", "/lead @tom\n/client Nordlicht\n/reviewer technical @vic deputy @omar\n/approve governance")
        assert "`/approve technical` by vic, please by" in a.ours()[0]
        for _ in range(8):
            it.clock.forward(days=1)
            _wake(it, a)
        said = [each for each in a.ours() if "technical review of this post-mortem" in each]
        assert [("@vic" in each, "@omar" in each) for each in said] == [(True, False), (False, True)]
        a.say("omar", "/approve technical")
        assert "approved by omar" in a.ours()[0].lower()


def test_a_change_voids_only_its_own_approval_and_shows_the_line(tmp_path: Path) -> None:
    with team(tmp_path) as it:
        a = incident(it, who="gina")
        a.say("gina", "/lead @tom\n/client Nordlicht\n/approve governance")
        a.say("vic", "/approve technical")
        a.rewrite("dana", "@omar", "@dana")
        assert "it changed after it was approved" not in a.ours()[0]
        a.rewrite("dana", "Users affected:", "Users affected (about):")
        assert "it changed after it was approved: Impact: “" in a.ours()[0]
        assert "approved by vic" in a.ours()[0].lower()


def test_an_accepted_risk_comes_back_after_everything_was_closed(tmp_path: Path) -> None:
    with team(tmp_path) as it:
        a = incident(it, who="gina")
        a.say("gina", "/lead @tom\n/client Nordlicht")
        until = (it.clock() + timedelta(days=20)).date()
        a.say("gina", f"/accept-risk until:{until} the vendor replaces it", a.ticket("A1"))
        assert a.close("gina", a.ticket("A1"))
        assert prove(a, "A2", "detected", "gina") or prove(a, "A2", "detected", "vic")
        a.say("vic", "/approve technical")
        a.say("gina", "/approve governance")
        assert a.close("gina")
        it.clock.forward(days=22)
        _wake(it, a)
        assert not a.is_closed(a.ticket("A1"))
        assert "which has passed" in a.ours(a.ticket("A1"))[-1]
