"""What an auditor is handed: everything that is held of an incident, and whether the chain vouches for it (S25)."""

import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text

from integration.commands.auditing import as_plain
from integration.commands.pages import page
from integration.ledger import engine as databases
from integration.ledger.ledger import Ledger
from integration.ledger.records import KeptCause, KeptOutcome
from integration.postmortem.decisions import NOT_INDEPENDENT, IntentState
from integration.postmortem.dossier import Dossier
from integration.postmortem.incident import IssueKey
from integration.postmortem.precedents import Learned
from integration.postmortem.reading.spans import Spans
from integration.postmortem.writing.dossier import dossier_title, dossier_tree
from tests.ledger.builders import CASE, DANA, LATER, NOW, VIC, a_decision, a_look, a_ticket, an_action

EVIL = '<img src=x onerror=alert(1)> & "quoted"'


@pytest.fixture
def told(ledger: Ledger) -> Ledger:
    """Give a ledger that holds an incident with causes, an action, evidence, a waiver, an accepted risk, and a look at its own work."""
    ledger.project("github", "acme/shop", NOW)
    ledger.open_intent(CASE, "ticket:A1", CASE.key, NOW)
    ledger.settle_intent(CASE, "ticket:A1", IntentState.DONE, "acme/shop#13", NOW, ticket=a_ticket())
    ledger.record_look(
        CASE,
        a_look(spans=Spans(began=NOW, detected=LATER), causes=(KeptCause("data", "deployment", "stale", "search"),)),
        NOW,
    )
    ledger.remember_decisions(
        CASE,
        [
            a_decision(
                comment_id="70",
                word="evidence",
                args="tested https://github.example/acme/shop/pull/7",
                actor=DANA,
                reason="evidence",
            ),
            a_decision(comment_id="71", args=EVIL, authority=f"write on acme/shop; {NOT_INDEPENDENT}"),
            a_decision(
                comment_id="72",
                word="waive",
                issue=CASE.key,
                args="timeline_order it was one minute",
                reason="timeline_order",
            ),
            a_decision(
                comment_id="73", word="accept-risk", args="until:2027-02-01 the vendor stops then", reason="2027-02-01"
            ),
            a_decision(
                comment_id="74",
                word="severity",
                issue=CASE.key,
                args="sev4 no",
                accepted=False,
                authority="",
                reason="they have no rights here",
            ),
        ],
        NOW,
    )
    ledger.record_look(
        CASE,
        a_look(
            title=EVIL,
            actions=(an_action(due=date(2026, 12, 8)),),
            outcomes=(KeptOutcome("A1", "risk accepted", LATER, until=date(2027, 2, 1)),),
            causes=(KeptCause("data", "deployment", "stale", "search"),),
            spans=Spans(began=NOW, detected=LATER),
            learned=Learned("Nordlicht", True, ("Filter before retrieval",)),
            words="recalled products",
            people=(VIC, DANA),
        ),
        LATER,
    )
    return ledger


def dossier_of(ledger: Ledger, head: str | None = None) -> Dossier:
    found = ledger.dossier(CASE.key, head)
    assert found is not None
    return found


def test_of_an_incident_never_met_there_is_no_dossier(ledger: Ledger) -> None:
    assert ledger.dossier(IssueKey("jira", "1")) is None
    assert ledger.called("github", "acme/shop#99") is None


def test_an_incident_is_found_by_its_name_or_that_of_its_ticket(told: Ledger) -> None:
    assert told.called("github", "ACME/shop#12") == CASE
    assert told.called("github", "acme/shop#13") == CASE
    assert told.called("jira", "acme/shop#12") is None


def test_a_dossier_holds_facts_causes_actions_and_decisions_with_the_entry_that_vouches_for_each(told: Ledger) -> None:
    found = dossier_of(told)
    assert (found.severity, found.kind, found.client, found.is_confidential) == ("SEV1", "full", "Nordlicht", True)
    assert [cause.category for cause in found.causes] == ["data"]
    assert found.lessons == ("Filter before retrieval",)
    (action,) = found.actions
    assert action.dates == (date(2026, 12, 1), date(2026, 12, 8))
    assert [owner.handle for owner in action.owners] == ["dana"]
    assert action.ticket == a_ticket()
    assert [each.decision.word for each in found.decisions] == [
        "evidence",
        "verify",
        "waive",
        "accept-risk",
        "severity",
    ]
    by_seq = {link.seq: link for link in found.chain.links}
    for each in found.decisions:
        said = json.loads(by_seq[each.entry].body)
        assert (said["word"], said["comment"]) == (each.decision.word, each.decision.comment_id)
    assert [each.where for each in found.decisions][:3] == ["acme/shop#13", "acme/shop#13", "acme/shop#12"]
    assert [each.purpose for each in found.made] == ["ticket:A1"]


def test_what_somebody_decided_about_their_own_work_is_shown_as_not_independent(told: Ledger) -> None:
    found = dossier_of(told)
    (alone,) = found.not_independent
    plain = as_plain(found, LATER)
    assert plain["not_independent"] == [alone.entry]
    assert [each["independent"] for each in plain["decisions"]] == [True, False, True, True, True]
    shown = page(dossier_title(found), dossier_tree(found, LATER))
    assert "1 decision was not independent" in shown
    assert f"Vic Verhoeven, {NOT_INDEPENDENT}" in shown


def test_the_page_stands_alone_and_shows_what_people_wrote_as_text(told: Ledger) -> None:
    found = dossier_of(told)
    shown = page(dossier_title(found), dossier_tree(found, LATER))
    assert "<img" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &quot;quoted&quot;" in shown
    assert "<script" not in shown
    assert "default-src &#x27;none&#x27;" in shown
    assert " src=" not in shown.replace("&lt;img src=", "")
    assert 'href="https://github.example/acme/shop/issues/12"' in shown
    for section in (
        "Facts",
        "Root causes",
        "Actions",
        "Evidence and verifications (2)",
        "Waivers (1)",
        "Accepted risks (1)",
        "The audit chain",
    ):
        assert f"<h2>{section}</h2>" in shown
    assert "refused: they have no rights here" in shown
    assert "This incident is confidential" in shown


def test_a_link_that_is_no_web_address_is_shown_as_text(told: Ledger) -> None:
    found = dossier_of(told)
    odd = replace(found, ref=replace(found.ref, url="javascript:alert(1)"))
    assert "javascript:" not in page(dossier_title(odd), dossier_tree(odd, LATER))


def test_an_export_says_that_the_chain_is_whole_and_that_it_holds_the_head_known_outside(told: Ledger) -> None:
    head = told.verify_audit().head
    found = dossier_of(told, head)
    assert found.chain.is_whole
    assert found.chain.head == head
    assert as_plain(found, LATER)["chain"]["whole"] is True


def test_an_export_says_what_is_amiss_where_the_chain_is_broken(told: Ledger, database: str) -> None:
    engine = databases.connect(databases.database_of(database))
    with databases.writing(engine) as connection:
        connection.execute(text("UPDATE decisions SET args = 'all of it' WHERE comment_id = '72'"))
    engine.dispose()
    found = dossier_of(told)
    assert not found.chain.is_whole
    shown = page(dossier_title(found), dossier_tree(found, LATER))
    assert "The audit chain is not whole: 1 finding" in shown
    assert "was changed after it was taken" in shown
