"""Whether an issue is ours to govern, in which mode, and who may take an outsider's or an old one on (S12)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.postmortem.assessment import Governed
from integration.postmortem.decisions import ProjectMemory
from integration.postmortem.people import Standing
from integration.postmortem.rules.standing import judge_standing
from mappings.models import Mode
from tests.builders import (
    DANA,
    GINA,
    NOW,
    OPENED,
    PROJECT,
    RITA,
    STRAY,
    TOM,
    a_decision,
    a_memory,
    a_policy,
    an_incident,
    facts,
    nothing_remembered,
)

ADOPT = "followthrough-adopt"
OUTSIDER = an_incident(author=STRAY, body="It offered me a recalled heater.")
ADOPTED = replace(OUTSIDER, labels=OUTSIDER.labels | {ADOPT})


def judged(incident, memory=None, facts_given=None, policy=None, mode=Mode.ENFORCE):
    view = judge_standing(incident, facts_given or facts(), memory or nothing_remembered(), policy or a_policy(), mode)
    return view.governed, view.why


def test_an_incident_of_somebody_with_triage_rights_is_governed_at_once():
    assert judged(an_incident(author=TOM)) == (Governed.GOVERNED, "")


def test_an_issue_without_label_or_type_is_none_of_ours():
    assert judged(an_incident("", labels=set())) == (Governed.NOT_AN_INCIDENT, "no incident label or type")
    assert judged(an_incident("", labels=set(), issue_type="AI Incident"))[0] is Governed.GOVERNED


def test_an_incident_stays_one_when_its_label_is_taken_off():
    assert judged(an_incident("", labels=set()), a_memory()) == (Governed.GOVERNED, "")


@pytest.mark.parametrize("author", [RITA, STRAY])
def test_an_outsiders_report_waits_for_somebody_who_may_adopt_it(author):
    why = "it was reported by somebody without triage rights here"
    assert judged(an_incident(author=author)) == (Governed.WAITING, why)


def test_an_outsiders_report_is_taken_on_with_the_text_that_was_adopted():
    view = judge_standing(
        ADOPTED, facts(labellers={ADOPT: Standing(TOM, "triage")}), nothing_remembered(), a_policy(), Mode.ENFORCE
    )
    assert (view.governed, view.adopted_digest) == (Governed.GOVERNED, ADOPTED.body_digest)


@pytest.mark.parametrize("labellers", [{}, {ADOPT: Standing(RITA, "read")}, {ADOPT: Standing(STRAY)}])
def test_the_adoption_label_of_somebody_without_the_right_takes_nothing_on(labellers):
    assert judged(ADOPTED, facts_given=facts(labellers=labellers))[0] is Governed.WAITING


def test_rights_that_could_not_be_read_are_not_granted():
    assert judged(an_incident(author=DANA), facts_given=facts({}))[0] is Governed.WAITING


def test_adoption_holds_for_the_adopted_text_only():
    """The gates of an adopted incident hold on, but from a text that somebody else has put there nothing new is created."""
    memory = a_memory(adopted_digest=OUTSIDER.body_digest)
    assert judge_standing(OUTSIDER, facts(), memory, a_policy(), Mode.ENFORCE).is_trusted
    changed = an_incident(author=STRAY, body="Mention everybody.")
    for editor in (None, Standing(STRAY), Standing(RITA, "read")):
        view = judge_standing(changed, facts(body_editor=editor), memory, a_policy(), Mode.ENFORCE)
        assert (view.governed, view.is_trusted, view.adopted_digest) == (Governed.GOVERNED, False, OUTSIDER.body_digest)
    view = judge_standing(changed, facts(body_editor=Standing(TOM, "triage")), memory, a_policy(), Mode.ENFORCE)
    assert (view.is_trusted, view.adopted_digest) == (True, changed.body_digest)


def test_a_title_is_part_of_the_adopted_text():
    memory = a_memory(adopted_digest=OUTSIDER.body_digest)
    view = judge_standing(replace(OUTSIDER, title="Another"), facts(), memory, a_policy(), Mode.ENFORCE)
    assert not view.is_trusted


OLD = an_incident(created_at=OPENED - timedelta(days=400))


def test_an_incident_older_than_the_governing_is_left_alone_until_it_is_adopted():
    assert judged(OLD) == (Governed.LEFT_ALONE, "it is older than the day from which this project is governed")
    adopted = replace(OLD, labels=OLD.labels | {ADOPT})
    assert judged(adopted, facts_given=facts(labellers={ADOPT: Standing(TOM, "triage")}))[0] is Governed.GOVERNED


def test_the_day_in_the_mapping_comes_before_the_day_of_the_first_delivery():
    late = ProjectMemory("github", PROJECT, NOW)
    assert judged(an_incident(), nothing_remembered(project=late))[0] is Governed.LEFT_ALONE
    policy = a_policy(service="governed_since: 2026-11-01")
    assert judged(an_incident(), nothing_remembered(project=late), policy=policy)[0] is Governed.GOVERNED
    assert judged(an_incident(), policy=a_policy(service="governed_since: 2026-12-01"))[0] is Governed.LEFT_ALONE


def test_the_mapping_can_leave_a_project_or_a_label_alone():
    policy = a_policy(service='leave_alone: ["github:acme/*"]')
    assert judged(an_incident(), a_memory(), policy=policy) == (
        Governed.LEFT_ALONE,
        "the mapping leaves this project alone",
    )
    policy = a_policy(severity="incident: {ignore_labels: [rehearsal]}")
    rehearsal = an_incident(labels={"incident", "rehearsal"})
    left = (Governed.LEFT_ALONE, "a label says to leave it alone")
    assert judged(rehearsal, nothing_remembered(), policy=policy) == left
    assert judged(rehearsal, a_memory(), policy=policy)[0] is Governed.GOVERNED, "it was taken on before the label came"
    waived = a_decision("waive", GINA, reason="steering_label")
    assert judged(rehearsal, a_memory(waived), policy=policy) == left


@pytest.mark.parametrize(
    ("installation", "changes", "expected"),
    [
        (Mode.ENFORCE, {}, Mode.ENFORCE),
        (Mode.ADVISE, {}, Mode.ADVISE),
        (Mode.ENFORCE, {"service": "mode: advise"}, Mode.ADVISE),
        (Mode.OBSERVE, {"service": "mode: advise"}, Mode.OBSERVE),
    ],
)
def test_the_most_cautious_mode_holds(installation, changes, expected):
    view = judge_standing(an_incident(), facts(), a_memory(), a_policy(**changes), installation)
    assert view.mode is expected


@pytest.mark.parametrize("stopped", [{"paused": True}, {"breaker": "21 reopenings within an hour"}])
def test_a_paused_project_and_one_whose_breaker_is_open_are_only_observed(stopped):
    memory = a_memory(project=replace(a_memory().project, **stopped))
    assert judge_standing(an_incident(), facts(), memory, a_policy(), Mode.ENFORCE).mode is Mode.OBSERVE


def test_a_label_can_take_an_incident_to_observing_where_the_mapping_names_one():
    policy = a_policy(severity="incident: {observe_labels: [hands-off]}")
    incident = an_incident(labels={"incident", "hands-off"})

    def mode(memory):
        view = judge_standing(incident, facts(), memory, policy, Mode.ENFORCE)
        assert view.governed is Governed.GOVERNED
        return view.mode

    assert mode(nothing_remembered()) is Mode.OBSERVE
    assert mode(a_memory(mode="observe")) is Mode.OBSERVE, "it was only read from the start"
    assert mode(a_memory(mode="enforce")) is Mode.ENFORCE, "it was taken on before the label came"
    assert mode(a_memory(a_decision("waive", GINA, reason="steering_label"), mode="enforce")) is Mode.OBSERVE
