"""Every other system is affected with an incident of its own, not affected and checked, or being checked by somebody."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration.postmortem.commands import EnsureLinkedIncident
from integration.postmortem.decisions import Intent, IntentState
from integration.postmortem.findings import Level
from integration.postmortem.incident import IssueKey
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from integration.postmortem.rules.elsewhere import purpose_of
from mappings.models import Mode
from tests.builders import (
    NOW,
    STAMP,
    STRAY,
    a_body,
    a_case,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.writing.plain import plain

AFFECTED = "- Hansen mail: affected"
KEY = a_ref(12).key


def judged(
    where_else: str,
    *tickets: Any,
    severity: str = "SEV1",
    memory: Any = None,
    mode: Mode = Mode.ENFORCE,
    **incident: Any,
):
    case = a_case(an_incident(severity, **{"body": a_body(where_else=where_else), **incident}), *tickets)
    memory = memory or a_memory(severity=severity)
    policy = incident.pop("policy", a_policy())
    assessment = judge(case, facts(), memory, policy, NOW, mode=mode)
    return case, memory, assessment


def found(where_else: str, *tickets: Any, **given: Any) -> list[tuple[bool, str]]:
    """Return (passed, reason) of each finding on another system."""
    _, _, assessment = judged(where_else, *tickets, **given)
    return [(f.passed, f.reason) for f in assessment.findings if f.check == "where_else_known"]


def wanted(where_else: str, *tickets: Any, **given: Any) -> list[EnsureLinkedIncident]:
    case, memory, assessment = judged(where_else, *tickets, **given)
    commands = plan(assessment, case, memory, a_policy(), STAMP)
    return [command for command in commands if isinstance(command, EnsureLinkedIncident)]


@pytest.mark.parametrize(
    ("text", "passed", "reason"),
    [
        ("- Hansen: not affected, checked by query", True, "Hansen: not affected, checked"),
        ("- Hansen: not affected", False, "“not affected”, and not yet how that was checked"),
        ("- Hansen: not yet checked, @dana by 2026-12-01", True, "Hansen: @dana checks it by 2026-12-01"),
        ("- Hansen: not yet checked, @dana", False, "not checked yet, and no day is named by which it is checked"),
        ("- Hansen: it is unclear", False, "not checked yet, and nobody is named who checks it"),
        ("- Hansen reads the same index", False, "it does not say whether it is affected"),
        ("- Hansen: affected, see #14", True, "Hansen: affected, see #14"),
        ("- Hansen: affected, see #12", True, "Hansen: affected; an incident of its own is opened for it"),
        ("- Hansen GPT-4: affected", True, "Hansen GPT-4: affected; an incident of its own is opened for it"),
        ("None.", False, "it says that there is none, not yet how that was checked"),
        (
            "None, the catalogue of services lists no other reader.",
            True,
            "no other system, it says, and how that is known",
        ),
        ("We have looked around a little.", False, "no system is named with its state"),
    ],
)
def test_what_is_said_of_a_system_suffices_or_says_what_is_missing(text: str, passed: bool, reason: str) -> None:
    assert found(text) == [(passed, reason)]


def test_it_blocks_the_severe_and_advises_the_others_and_every_refusal_has_a_remedy() -> None:
    rows = "- A: not affected\n- B: unclear\n- C: same index"
    for severity, level in (("SEV1", Level.BLOCK), ("SEV2", Level.BLOCK), ("SEV3", Level.ADVISE)):
        findings = [f for f in judged(rows, severity=severity)[2].findings if f.check == "where_else_known"]
        assert [(f.about, f.level) for f in findings] == [(f"Where else?: {name}", level) for name in "ABC"]
        assert all(f.remedy for f in findings)
    assert found("") == []


def test_an_affected_system_gets_an_incident_of_its_own() -> None:
    [command] = wanted(AFFECTED, memory=nothing_remembered())
    assert (command.case, command.project, command.labels) == (
        a_ref(12),
        "acme/shop",
        frozenset({"incident", "sev1"}),
    )
    assert command.title == "Hansen mail: also affected (Assistant recommends recalled products)"
    assert command.purpose == purpose_of("Hansen mail", KEY)
    text = plain(command.tree)
    assert "It was found while looking into #12 (SEV1)." in text
    assert "It starts as SEV1. If it is less severe here: `/severity sevN <why>`" in text
    assert "/lead @name" in text


@pytest.mark.parametrize(
    "given",
    [
        {"public": True},
        {"mode": Mode.OBSERVE},
        {"closed": True},
        {"memory": nothing_remembered(), "author": STRAY},
        {"memory": a_memory(adopted_digest="another")},
    ],
    ids=["in public", "observing", "closed", "an outsider's report", "a text that an outsider changed"],
)
def test_nothing_is_opened(given: dict[str, Any]) -> None:
    assert wanted(AFFECTED, **given) == []


def test_where_nothing_is_opened_a_person_is_asked_to() -> None:
    assert found(AFFECTED, public=True) == [(False, "affected, and no incident is named for it yet")]


def test_it_is_opened_once_however_the_name_is_written_and_however_it_is_remembered() -> None:
    assert len(wanted("- Hansen mail: affected\n- **hansen Mail** is affected")) == 1
    seen = a_ticket(44, purpose=purpose_of("hansen mail", KEY))
    assert wanted(AFFECTED, seen) == []
    assert found(AFFECTED, seen) == [(True, "Hansen mail: affected, see acme/shop#44")]
    done = Intent(purpose_of("Hansen mail", KEY), KEY, IntentState.DONE, NOW - timedelta(days=1), "acme/shop#45")
    assert wanted(AFFECTED, memory=a_memory(intents=(done,))) == []
    assert found(AFFECTED, memory=a_memory(intents=(done,))) == [(True, "Hansen mail: affected, see acme/shop#45")]
    failed = replace(done, state=IntentState.FAILED, created="")
    assert len(wanted(AFFECTED, memory=a_memory(intents=(failed,)))) == 1


def test_no_more_are_opened_than_the_mapping_says() -> None:
    rows = "\n".join(f"- System {n}: affected" for n in range(8))
    assert len(wanted(rows)) == a_policy().postmortem.linked_incidents.most
    assert [passed for passed, _ in found(rows)].count(False) == 3
    earlier = tuple(Intent(f"incident:{n}", KEY, IntentState.DONE, NOW, f"acme/shop#{n}") for n in range(4))
    assert len(wanted(rows, memory=a_memory(intents=earlier))) == 1


@pytest.mark.parametrize(
    ("first", "label"),
    [("SEV1", "sev1"), ("SEV3", "sev3"), ("SEV4", "sev2"), ("", "sev2")],
    ids=["critical", "minor", "a near-miss says nothing about harm elsewhere", "unclassified"],
)
def test_it_starts_as_severe_as_the_first_one_or_with_the_provisional_severity(first: str, label: str) -> None:
    [command] = wanted(AFFECTED, severity=first, memory=a_memory(severity=first))
    assert command.labels == {"incident", label}


@pytest.mark.parametrize(
    ("origin", "governed"), [(a_ref(7).key, "governed"), (None, "waiting for adoption")], ids=["marked", "not marked"]
)
def test_an_incident_that_we_opened_for_a_system_is_governed_and_another_by_our_account_waits(
    origin: IssueKey | None, governed: str
) -> None:
    case = a_case(an_incident("", body=""))
    ours = replace(case, incident=replace(case.incident, author=case.service, origin=origin))
    assert judge(ours, facts(), nothing_remembered(), a_policy(), NOW).governed == governed


def test_the_mark_of_another_persons_issue_governs_nothing() -> None:
    copied = a_case(an_incident("", body="", author=STRAY, origin=a_ref(7).key))
    assert judge(copied, facts(), nothing_remembered(), a_policy(), NOW).governed == "waiting for adoption"
