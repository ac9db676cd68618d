"""Adversaries on the stage: each test is one thing that must hold against them, tagged with its line (S1 … S29)."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from rq.job import Job
from rq.serializers import JSONSerializer

from integration import wakeups
from integration.work.jobs import bind, run
from integration.work.worker import LookWorker, looks_queue
from tests.e2e.attack import LINK, SERVICE, Attacked, incident, label_as, post_mortem
from tests.e2e.stage import REPOSITORY, SECRET, Stage, stage
from tests.receiver.deliveries import sign


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with a path short enough for a socket."""
    return tmp_path_factory.mktemp("s", numbered=True) / "d"


@pytest.fixture
def it(folder: Path) -> Iterator[Stage]:
    """A service that governs a private repository."""
    with stage(folder) as running:
        yield running


@pytest.fixture
def public(folder: Path) -> Iterator[Stage]:
    """A service that governs a repository that everybody can read."""
    with stage(folder, private=False) as running:
        yield running


def prove(a: Attacked, ticket: int, by: str = "omar") -> None:
    """Give evidence for an action of @dana."""
    a.say(by, f"/evidence tested {LINK}", ticket)


def deliver(it: Stage, event: str, payload: dict[str, Any], delivery: str = "1") -> int:
    """Send a delivery that is signed with our secret, whatever it says; returns the answer's status."""
    body = json.dumps(payload).encode()
    url = it.github.hooks.deliveries[0].hook.url
    headers = {
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": delivery,
        "X-Hub-Signature-256": sign(body, SECRET),
        "Content-Type": "application/json",
    }
    return requests.post(url, data=body, headers=headers, timeout=10).status_code


def test_a_ticket_closes_with_evidence_and_an_independent_verification_only(it: Stage) -> None:
    """What honest people do, so that the refusals below mean something."""
    a = incident(it)
    ticket = a.ticket("A1")
    assert not a.close("dana", ticket)
    prove(a, ticket)
    assert not a.close("dana", ticket)
    a.say("vic", "/verify I ran the replay", ticket)
    assert a.close("dana", ticket)


def test_a_signed_payload_that_lies_about_state_labels_actor_and_deletion_changes_nothing(it: Stage) -> None:
    """S2"""
    plain = it.github.as_person("dana").open_issue(REPOSITORY, "A question", "How?")
    it.settle()
    writes = it.writes()
    lie = {
        "action": "deleted",
        "issue": {**plain, "state": "closed", "labels": [{"name": "incident"}, {"name": "sev1"}]},
        "repository": it.github.as_person("dana").ask("GET", f"/repos/{REPOSITORY}").json(),
        "sender": {"login": "gina", "id": 1, "type": "User"},
    }
    assert deliver(it, "issues", lie) == 202
    it.settle()
    assert it.writes() == writes


def test_two_different_deliveries_under_one_id_are_both_looked_at(it: Stage) -> None:
    """S3"""
    a = incident(it)
    repository = a.as_("dana").ask("GET", f"/repos/{REPOSITORY}").json()
    for action in ("edited", "labeled"):
        told = {"action": action, "issue": a.as_("dana").issue(REPOSITORY, a.number), "repository": repository}
        assert deliver(it, "issues", told) == 202
        assert it.settle() == ["unchanged"]


def test_strangers_who_command_on_a_public_incident_get_no_answer_and_the_gate_still_holds(public: Stage) -> None:
    """S4"""
    a = incident(public)
    public.github.calls.reset()
    for number in range(12):
        a.as_("stranger").comment(
            REPOSITORY, a.number, f"/verify it is fine {number}\n/waive summary no\n/verfy x\n/status"
        )
    public.settle()
    written = public.github.calls.of(account=SERVICE, writes_only=True)
    assert [call.path for call in written] == []
    assert not a.close("dana")


def test_somebody_who_commands_without_the_right_is_answered_once_a_day(it: Stage) -> None:
    """S4"""
    a = incident(it)
    before = len(a.ours())
    for number in range(5):
        a.as_("tom").comment(REPOSITORY, a.number, f"/waive summary because {number}")
    it.settle()
    assert len(a.ours()) == before + 1


def test_a_flood_of_lines_in_code_does_not_keep_a_look_busy(it: Stage) -> None:
    """S4, S16: a comment is read once, and so many lines of it, however many look like commands."""
    a = incident(it)
    for _ in range(5):
        a.as_("rita").comment(REPOSITORY, a.number, "```\n" + "/note x\n" * 7_500 + "```")
    assert "parked" not in it.settle()
    assert not a.close("dana")


def test_outside_of_the_scope_nothing_is_written_whatever_was_signed(folder: Path) -> None:
    """S5"""
    with stage(folder, environment={"FOLLOWTHROUGH_SCOPE": "github:acme/other"}) as it:
        a = incident(it)
        a.close("dana")
        assert a.is_closed()
        assert it.writes() == 0


def test_a_display_name_decides_nothing(it: Stage) -> None:
    """S6"""
    it.github.add_person("mallory", name="Vic")
    it.github.set_role(REPOSITORY, "mallory", "triage")
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("mallory", "/verify I ran it", ticket)
    assert not a.close("dana", ticket)


def test_a_right_that_was_taken_away_is_gone_in_the_next_look(it: Stage) -> None:
    """S7"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    it.github.set_role(REPOSITORY, "vic", "read")
    a.say("vic", "/verify I ran it", ticket)
    assert not a.close("dana", ticket)


def test_a_bot_with_write_rights_verifies_nothing(it: Stage) -> None:
    """S7"""
    it.github.add_person("helper[bot]", "Bot")
    it.github.set_role(REPOSITORY, "helper[bot]", "write")
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("helper[bot]", "/verify I ran it", ticket)
    assert not a.close("dana", ticket)


def test_a_comment_that_somebody_else_rewrote_grants_nothing(it: Stage) -> None:
    """S8"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    said = a.say("vic", "I will look at it tomorrow.", ticket)
    it.clock.forward(seconds=2)  # GitHub tells instants to the second.
    a.as_("dana").edit_comment(REPOSITORY, said["id"], "/verify I ran it")
    it.settle()
    assert not a.close("dana", ticket)


def test_a_comment_that_somebody_else_rewrote_within_its_first_second_grants_nothing(it: Stage) -> None:
    """S8: to the second, such a comment was never changed; who changed it last is asked."""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    said = a.as_("vic").comment(REPOSITORY, ticket, "I will look at it tomorrow.")
    a.as_("dana").edit_comment(REPOSITORY, said["id"], "/verify I ran it")
    it.settle()
    assert not a.close("dana", ticket)
    a.say("vic", "/verify I ran it", ticket)
    assert a.close("dana", ticket)


def test_a_refused_command_stays_refused_when_its_author_is_promoted_or_edits_it(it: Stage) -> None:
    """S8, S9"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    said = a.say("tom", "/verify I ran it", ticket)
    it.github.set_role(REPOSITORY, "tom", "admin")
    a.as_("tom").edit_comment(REPOSITORY, said["id"], "/verify I ran it again")
    it.settle()
    assert not a.close("dana", ticket)


def test_a_past_owner_neither_verifies_nor_accepts_the_risk(it: Stage) -> None:
    """S10"""
    it.github.set_role(REPOSITORY, "dana", "admin")
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.as_("vic").unassign(REPOSITORY, ticket, "dana")
    a.as_("vic").assign(REPOSITORY, ticket, "vic")
    it.settle()
    until = it.clock().date() + timedelta(days=30)
    a.say("dana", f"/verify I ran it\n/accept-risk until:{until} it is small", ticket)
    assert not a.close("dana", ticket)


def test_nobody_verifies_evidence_of_their_own(it: Stage) -> None:
    """S10"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket, "vic")
    a.say("vic", "/verify I ran it", ticket)
    assert not a.close("dana", ticket)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("no recalled product among 1,000 replayed questions", "it compiles"),
        ("| technical |", "| process |"),
        ("Filter recalled products at query time", "Filter recalled products some day"),
        ("| @dana |", "| @rita |"),
    ],
    ids=["criteria", "kind", "description", "owner"],
)
def test_a_verification_lapses_when_what_it_is_about_changes(it: Stage, old: str, new: str) -> None:
    """S10"""
    it.github.set_role(REPOSITORY, "rita", "write")
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("vic", "/verify I ran it", ticket)
    a.rewrite("dana", old, new)
    assert not a.close("dana", ticket)


def test_the_same_evidence_after_a_rejection_needs_a_verification_of_its_own(it: Stage) -> None:
    """S10: the digest of what was rejected and given again is the same, the verification before it is not of it."""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("vic", "/verify I ran it", ticket)
    a.say("gina", "/reject it tests something else", ticket)
    prove(a, ticket, "dana")
    assert not a.close("dana", ticket)


def test_a_ticket_whose_proof_was_refused_later_does_not_stay_closed(it: Stage) -> None:
    """S10: closing stays closed, but not against somebody who refuses the evidence."""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("vic", "/verify I ran it", ticket)
    assert a.close("dana", ticket)
    a.as_("gina").reopen(REPOSITORY, ticket)
    a.say("gina", "/reject it does not hold", ticket)
    assert not a.close("dana", ticket)


def test_locking_the_conversation_is_no_way_past_the_gate(it: Stage) -> None:
    """S4, S13"""
    a = incident(it)
    ticket = a.ticket("A1")
    assert a.as_("dana").ask("PUT", f"/repos/{REPOSITORY}/issues/{ticket}/lock", {}).status_code == 204
    assert not a.close("dana", ticket)


def test_an_incident_that_hangs_on_another_one_is_governed_all_the_same(it: Stage) -> None:
    """S4, S18"""
    a = incident(it)
    other = a.as_("dana").open_issue(REPOSITORY, "Another one", "It fails, too.")
    a.as_("dana").ask("POST", f"/repos/{REPOSITORY}/issues/{a.number}/sub_issues", {"sub_issue_id": other["id"]})
    it.settle()
    a.as_("dana").label(REPOSITORY, other["number"], "incident", "sev1")
    it.settle()
    assert a.ours(other["number"])
    assert not a.close("dana", other["number"])


def test_swapped_rows_take_no_proof_along(it: Stage) -> None:
    """S10"""
    a = incident(it)
    proven, unproven = a.ticket("A1"), a.ticket("A2")
    prove(a, proven)
    a.say("vic", "/verify I ran it", proven)
    a.rewrite("dana", "| A1 | Filter", "| A9 | Filter")
    a.rewrite("dana", "| A2 | Alert", "| A1 | Alert")
    assert not a.close("dana", unproven)


def test_a_forged_status_comment_and_copied_markers_have_no_effect(it: Stage) -> None:
    """S9, S15"""
    a = incident(it)
    ticket = a.ticket("A1")
    status = next(text for text in a.ours())
    a.say("dana", f"{status}\n\nSEV1 · complete, may be closed", ticket)
    a.say("dana", a.as_("dana").issue(REPOSITORY, ticket)["body"], a.number)
    assert not a.close("dana", ticket)
    assert not a.close("dana")


def outsiders(it: Stage, title: str = "It fails", body: str | None = None) -> Attacked:
    """Open an incident as a stranger through a form that sets labels, the one of adoption among them."""
    for name in ("incident", "sev1", "followthrough-adopt"):
        it.github.as_person("gina").ask("POST", f"/repos/{REPOSITORY}/labels", {"name": name, "color": "ededed"})
    opened = it.github.as_person("stranger").open_issue(REPOSITORY, title, post_mortem(it) if body is None else body)
    label_as(it, "stranger", opened["number"], "incident", "sev1", "followthrough-adopt")
    it.settle()
    return Attacked(it, int(opened["number"]))


def test_an_outsiders_incident_creates_assigns_and_mentions_nothing_until_it_is_adopted(public: Stage) -> None:
    """S12: the labels of an issue form are set in the outsider's name, the one of adoption too."""
    a = outsiders(public)
    assert len(a.as_("gina").issues(REPOSITORY)) == 1
    assert all("@" not in text for text in a.ours())
    assert "Waiting to be taken on" in a.ours()[0]
    assert len(a.ours()) == 1


def test_what_an_outsider_writes_after_the_adoption_creates_nothing(folder: Path) -> None:
    """S12: an adoption is of the text that was there."""
    with stage(folder) as it:
        it.github.set_role(REPOSITORY, "stranger", "read")
        a = outsiders(it, body="It fails.")
        a.as_("tom").unlabel(REPOSITORY, a.number, "followthrough-adopt")
        a.as_("tom").label(REPOSITORY, a.number, "followthrough-adopt")
        it.settle()
        assert "Waiting" not in a.ours()[0]
        a.as_("stranger").edit(REPOSITORY, a.number, body=post_mortem(it))
        it.settle()
        assert len(a.as_("gina").issues(REPOSITORY)) == 1


HOSTILE = "@gina #1 acme/shop#1 https://evil.example <img src=x> <!-- --> [x](https://evil.example) ```mermaid ``` | \u202egpj"


def test_no_text_of_people_mentions_or_links_from_what_the_service_writes(it: Stage) -> None:
    """S15: action, criteria, note, reasons, client, and the title of a ticket."""
    hostile = HOSTILE.replace("|", "").replace("`", "'")
    body = post_mortem(it).replace("Filter recalled products at query time", f"Filter {hostile}")
    body = body.replace("no recalled product among 1,000 replayed questions", f"none {hostile}")
    a = incident(it, body=body, title=f"It fails {hostile}")
    a.say("dana", f"/note {HOSTILE}\n/client {HOSTILE}\n/severity sev1 {HOSTILE}\n/waive {HOSTILE}\n/lead {HOSTILE}")
    assert not a.close("dana", a.ticket("A1"))
    assert not a.close("dana")
    texts = [*a.ours(), *a.ours(a.ticket("A1")), a.as_("gina").issue(REPOSITORY, a.ticket("A1"))["body"]]
    assert any("evil" in text for text in texts)
    for text in texts:
        assert "@gina" not in text.replace("`@gina", "")
        assert "https://evil.example" not in text.replace("`", " ") or "](https://evil" not in text
        assert "<img" not in text.replace("\\<img", "")
        assert "\u202e" not in text
    title = a.as_("gina").issue(REPOSITORY, a.ticket("A1"))["title"]
    assert "\n" not in title
    assert len(title) <= 200


@pytest.mark.parametrize(
    "comment",
    [
        "> /verify it works",
        "```\n/verify it works\n```",
        "<!--\n/verify it works\n-->",
        "<details>\n<summary>more</summary>\n\n/verify it works\n\n</details>",
        "<details>\n<summary>more</summary>\n\n/verify it works\n\n</details>\n\nverify it works",
        "\u200b/verify it works",
        "/verify \u202eskrow ti",
        "    /verify it works",
        "- /verify it works",
    ],
    ids=["quote", "fence", "comment", "fold", "fold, words shown", "invisible", "reordered", "indented", "item"],
)
def test_what_people_do_not_read_as_a_command_is_none(it: Stage, comment: str) -> None:
    """S16"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("vic", comment, ticket)
    assert not a.close("dana", ticket)


def test_names_and_links_in_text_reach_no_other_address(it: Stage) -> None:
    """S17, S20: what a person writes becomes no path and no request."""
    a = incident(it, body=post_mortem(it).replace("@omar", "@../../user").replace("@dana", "@dana/../gina"))
    it.github.calls.reset()
    a.say(
        "dana", "/lead @../../user\n/participants @dana/../gina\n/client ../../x\n/evidence tested http://127.0.0.1:1/x"
    )
    asked = [call.path for call in it.github.calls.of(account=SERVICE)]
    assert not [path for path in asked if ".." in path or "%2E" in path.upper()]
    assert len(a.as_("gina").issues(REPOSITORY)) == 1


def test_a_job_that_names_another_function_is_never_run(it: Stage, tmp_path: Path) -> None:
    """S21"""
    bind(it.parts.engine)
    queue, made = looks_queue(it.parts.client), tmp_path / "made"
    queue.enqueue("os.system", f"touch {made}")
    hidden = queue.enqueue("integration.work.jobs.look_at", "github:1")
    it.parts.client.hset(f"rq:job:{hidden.id}", "success_callback_name", "os.system")
    broken = queue.enqueue("integration.work.jobs.look_at", "github:1")
    it.parts.client.hset(f"rq:job:{broken.id}", "data", b"\x80\x04no json")
    good = queue.enqueue("integration.work.jobs.look_at", "github:1", result_ttl=60)
    worker = LookWorker([queue], connection=it.parts.client, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR", with_scheduler=False)
    assert not made.exists()
    done = Job.fetch(good.id, connection=it.parts.client, serializer=JSONSerializer)
    assert done.return_value() == "nothing"


@pytest.mark.parametrize(
    "text",
    [
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"site":"github","id":"\\ud800","locator":"","event":"","at":1}',
        b'{"site":"github","id":"1/../2","locator":"acme/shop#1","event":"","at":1}',
        b'{"site":"github","id":"1","locator":"acme/shop#1","event":"","at":NaN}',
        b'{"site":"github","id":"1","locator":"acme/shop#1","event":"","at":1e999}',
    ],
    ids=["deep", "no text", "half a character", "a path", "no number", "endless"],
)
def test_a_wakeup_that_cannot_be_one_is_forgotten_and_harms_nothing(it: Stage, text: bytes) -> None:
    """S21: whoever can write to Redis stops no worker with it."""
    client = it.parts.client
    client.hset(wakeups.WANTED, "github:1", 1)
    client.hset(wakeups.WAKEUPS, "github:1", text)
    client.rpush(wakeups.INBOX, "github:1")
    assert it.settle() == ["nothing"]
    assert it.writes() == 0


def test_a_wakeup_dated_long_ago_does_not_make_old_issues_governed(it: Stage) -> None:
    """S21"""
    opened = it.github.as_person("gina").open_issue(REPOSITORY, "Old", "It failed.", labels=["incident", "sev1"])
    it.github.hooks.wait_idle(5)
    it.clock.forward(days=30)
    object_ = f"github:{opened['id']}"
    old = wakeups.WakeUp("github", str(opened["id"]), f"{REPOSITORY}#{opened['number']}", "x", 1.0)
    it.parts.client.hset(wakeups.WAKEUPS, object_, old.to_json())
    it.settle()
    assert it.writes() == 0


def test_the_chain_of_what_was_decided_under_attack_is_whole(it: Stage) -> None:
    """S25"""
    a = incident(it)
    ticket = a.ticket("A1")
    prove(a, ticket)
    a.say("tom", "/verify I ran it", ticket)
    assert it.parts.engine.ledger.verify_audit().problems == ()


def test_a_public_incident_gets_checks_only_and_no_name_of_what_is_private(public: Stage) -> None:
    """S27"""
    public.github.add_repository("acme/secret-client", private=True, roles={"gina": "admin", SERVICE: "write"})
    a = incident(public)
    hidden = a.as_("gina").open_issue("acme/secret-client", "Hidden", "x")
    a.as_("gina").ask("POST", f"/repos/{REPOSITORY}/issues/{a.number}/sub_issues", {"sub_issue_id": hidden["id"]})
    public.settle()
    a.close("dana")
    assert len(a.as_("gina").issues(REPOSITORY)) == 1
    assert not [text for text in a.ours() if "secret-client" in text]


def test_two_workers_at_once_say_everything_once(it: Stage) -> None:
    """S4: the lock of a case is one; whoever finds it held leaves."""
    opened = it.github.as_person("gina").open_issue(
        REPOSITORY, "It fails", post_mortem(it), labels=["incident", "sev1"]
    )
    it.github.hooks.wait_idle(5)
    with ThreadPoolExecutor(6) as pool:
        outcomes = list(pool.map(run, [it.parts.engine] * 6, [f"github:{opened['id']}"] * 6))
    it.settle()
    assert outcomes.count("changed") == 1
    a = Attacked(it, int(opened["number"]))
    assert len(a.ours()) == 1
    assert len(a.as_("gina").issues(REPOSITORY)) == 3


@pytest.mark.parametrize(
    "body",
    [
        "> " * 30_000 + "x",
        "- " * 20_000,
        "[" * 60_000,
        "<details>" * 6_000,
        "|a" * 15_000 + "\n" + "|-" * 15_000,
        "\n".join(["## Summary"] * 5_000),
    ],
    ids=["quotes", "lists", "brackets", "folds", "cells", "headings"],
)
def test_a_hostile_text_is_read_within_its_look(it: Stage, body: str) -> None:
    """S16: no text of the length that a tracker takes makes a look fail."""
    a = incident(it, body=body)
    assert a.ours()
    assert not a.close("dana")
