"""What the first questions of the form were answered with is known, and not asked again (issue 4, "How it must feel")."""

import pytest

from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.rules.answered import Answers, read_answers
from integration.sandbox.jira.wiki import html_of
from integration.sandbox.jira.wiki_inline import Names as Site
from integration.trackers.github.templates import markdown
from integration.trackers.jira.templates import descriptions
from tests.builders import (
    DANA,
    NOW,
    OMAR,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_policy,
    an_incident,
    facts,
    nothing_remembered,
)

NOBODY = Site(lambda _: None, lambda _: None, "https://jira.example", is_cloud=True)


def form(lead="_No response_", began="_No response_", client="_No response_"):
    return (
        f"### Who leads the post-mortem?\n\n{lead}\n\n### When did it begin, if you know?\n\n{began}\n\n"
        f"### Which client?\n\n{client}\n\n### Summary\n\n_No response_\n"
    )


def judged(body, *comments, policy=None, **known):
    case = a_case(an_incident(body=body, comments=comments))
    return judge(case, facts(**known), nothing_remembered(), policy or a_policy(), NOW)


def reasons(assessment):
    checks = ("lead_named", "began_known", "client_known")
    return [f.reason for check in checks for f in assessment.findings if f.check == check and f.passed]


def test_what_was_answered_in_the_form_is_known():
    assert reasons(judged(form("@vic", "2026-11-18 09:00 UTC", "Nordlicht"))) == [
        "led by vic",
        "it is in the first answers",
        "it is Nordlicht",
    ]
    assert judged(form(began="18 November 2026, about 9 am")).timeline.began.hour == 9


def test_a_beginning_without_a_clear_time_is_an_answer_and_no_entry():
    assessment = judged(form(began="some day last week"))
    assert reasons(assessment) == ["it is in the first answers"]
    assert assessment.timeline.entries == ()


@pytest.mark.parametrize("answer", ["_No response_", "TBD", "unknown", "we do not know yet", "none"])
def test_no_answer_is_none(answer):
    assert reasons(judged(form(answer, answer, answer))) == []


def test_commands_win_over_what_the_form_says():
    said = a_comment("/lead @omar\n/client Hansen", VIC)
    assert reasons(judged(form("@vic", client="Nordlicht"), said)) == ["led by omar", "it is Hansen"]


def test_a_client_that_the_mapping_does_not_list_is_asked_for():
    policy = a_policy(service="clients: [Nordlicht, Hansen]")
    assert reasons(judged(form(client="nordlicht"), policy=policy)) == ["it is Nordlicht"]
    assert reasons(judged(form(client="Acme"), policy=policy)) == []


@pytest.mark.parametrize("lead", ["Dana", "@dana and @omar", "@stranger"])
def test_a_lead_that_is_not_one_account_is_asked_for(lead):
    assert reasons(judged(form(lead))) == []


def test_whom_the_form_names_is_looked_up():
    incident = an_incident(body=form("@vic"))
    assert "@vic" in facts_needed(a_case(incident), nothing_remembered(), a_policy()).names


def test_whoever_the_form_names_as_lead_gets_no_right_by_it_and_does_not_approve():
    body = form("@vic") + a_body()
    (own, other) = judged(body, a_comment("/approve technical", VIC), a_comment("/approve technical", OMAR)).decisions
    assert (own.accepted, own.reason.partition(":")[0], other.accepted) == (False, "own_work", True)
    (given,) = judged(form("@dana"), a_comment("/lead @omar", DANA), roles={DANA: "read"}).decisions
    assert given.reason.startswith("not_authorised")


@pytest.mark.parametrize(
    "document",
    [
        *(read_markdown(text) for text in markdown(a_policy()).values()),
        *(read_html(html_of(text, NOBODY)) for text in descriptions(a_policy()).values()),
    ],
)
def test_a_template_as_it_comes_answers_nothing(document):
    assert read_answers(document, a_policy()) == Answers()


def test_an_answer_below_the_hints_of_a_jira_description_is_found():
    text = descriptions(a_policy())["incident.jira.txt"]
    hint = "_Or later, in a comment: /client <name>_"
    assert hint.replace("<", "\\<") in text or hint in text
    filled = text.replace("h3. Which client?", "h3. Which client?\n\nNordlicht")
    below = "\n\nHansen\n\n----"
    assert read_answers(read_html(html_of(filled, NOBODY)), a_policy()).client == "Nordlicht"
    assert read_answers(read_html(html_of(text.replace("\n\n----", below, 1), NOBODY)), a_policy()).client == "Hansen"


@pytest.mark.parametrize(
    "body",
    [
        "### Which client?\n\n_No response_\n\n## Summary\n\nThe client called us.\n",
        "**Which client?**\n\n## Summary\n\nWhat the client saw: nothing.\n",
        "## Timeline\n\n- 09:00 the client called\n- 10:00 production was stopped\n",
    ],
)
def test_what_stands_below_another_heading_is_no_answer(body):
    assert read_answers(read_markdown(body), a_policy()) == Answers()


@pytest.mark.parametrize(
    "body", ["- Which client? Nordlicht\n", "**Which client?**\n\nNordlicht\n", "Which client? Nordlicht"]
)
def test_an_answer_is_found_in_the_usual_forms(body):
    assert read_answers(read_markdown(body), a_policy()).client == "Nordlicht"
