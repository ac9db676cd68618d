"""What is said once: an opening again, a hand-over, a refusal, a question, and a ticket's own text, word for word."""

from dataclasses import replace

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.reading.commands import Suggestion
from integration.postmortem.writing.replies import (
    breaker_reply,
    closed_too_early,
    handed_over,
    refusal_reply,
    status_reply,
    suggestion_reply,
)
from integration.postmortem.writing.rules import page_of
from integration.postmortem.writing.ticket import ticket_tree
from integration.postmortem.writing.tree import Heading, Link, Paragraph, Small, Tree, line
from integration.postmortem.writing.wording import capital, day, moment, sentence, stop
from mappings.models import Level
from tests.builders import (
    DUE,
    NOW,
    OMAR,
    TOM,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)
from tests.unit.writing.plain import plain

LED = a_decision("lead", TOM, issue=a_ref(12).key, reason="tom", subject=TOM.id)
TESTED = a_decision("evidence", OMAR, reason="tested", subject="e1")


def judged(*decisions, body=None, ticket=None, policy=None, **incident):
    case = a_case(an_incident(body=body or a_body(), **incident), ticket or a_ticket(closed=True))
    memory = a_memory(LED, *decisions, actions=(an_action(),))
    return case, judge(case, facts(), memory, policy or a_policy(), NOW)


def said_of(gate, *decisions, **changes):
    _, assessment = judged(*decisions, **changes)
    return plain(closed_too_early(assessment.gates[gate], assessment))


@pytest.mark.parametrize(
    ("story", "text"),
    [
        (
            (),
            "I have opened this again, because nothing shows yet that it works. It needs: a test that shows that the failure can no longer "
            "happen.\n`/evidence tested <link>` by anyone who takes part, then `/verify <what you looked at>` by someone other than @dana. "
            "If it will not be done: `/accept-risk until:YYYY-MM-DD <why>`.",
        ),
        (
            (TESTED,),
            "I have opened this again, because the evidence is there (on omar's word), nobody independent has looked at it yet.\n"
            "`/verify <what you looked at>` by someone other than @dana. "
            "If it will not be done: `/accept-risk until:YYYY-MM-DD <why>`.",
        ),
        (
            (TESTED, a_decision("reject", VIC, reason="rejected", args="It shows nothing.")),
            "I have opened this again, because the evidence was not accepted: It shows nothing. It needs: a test that shows that the failure "
            "can no longer happen.\n`/evidence tested <link>` by anyone who takes part, then `/verify <what you looked at>` by someone other "
            "than @dana. If it will not be done: `/accept-risk until:YYYY-MM-DD <why>`.",
        ),
    ],
    ids=["no evidence", "not verified", "rejected"],
)
def test_a_ticket_closed_too_early_is_told_why_and_the_line_to_copy(story, text):
    assert said_of(1, *story) == text


def test_a_ticket_that_nobody_owns_names_nobody():
    assert "by someone. If it" in said_of(1, ticket=a_ticket(closed=True, assignees=()))


def test_a_process_needs_three_things_and_says_all():
    assert (
        "`/evidence documented <link>` and `/evidence communicated <link>` and `/evidence followed <link>` by anyone"
        in said_of(1, body=a_body(a_line(kind="process")))
    )


def test_an_incident_closed_too_early_is_told_what_is_missing():
    assert said_of(0, TESTED, body=a_body(lessons=""), closed=True) == (
        "I have opened this again: 4 things are still missing before it can close.\n"
        "1. *Lessons learned*: no such heading yet. Write what others can learn from this, beyond this incident. One line is a good "
        "start.\n"
        "2. *Technical review*: not approved yet. `/approve technical` by somebody with write rights who does not lead the post-mortem.\n"
        "3. *Governance review*: not approved yet. `/approve governance` by an administrator who does not lead the post-mortem.\n"
        "4. *Action A1*: the evidence is there (on omar's word), nobody independent has looked at it yet. `/verify <what you looked at>` by somebody with "
        "write rights who did not work on it."
    )


@pytest.mark.parametrize(
    ("left_out", "more"), [(("lessons", "where_else"), ""), (("lessons", "where_else", "summary"), "And 2 more things")]
)
def test_more_than_five_things_are_counted(left_out, more):
    text = said_of(0, body=a_body(**dict.fromkeys(left_out, "")), closed=True)
    assert len([line for line in text.splitlines() if line[1:2] == "."]) == 5
    assert text.endswith(f"\n{more}; the status comment above lists them all.") if more else "more" not in text


def test_one_thing_is_missing_in_the_singular():
    body = a_body()
    digest = an_incident(body=body).body_digest
    approved = [
        a_decision("approve", VIC, issue=a_ref(12).key, reason=scope, subject=digest)
        for scope in ("technical", "governance")
    ]
    assert said_of(0, *approved, closed=True).startswith("I have opened this again: 1 thing is still missing before")


def test_a_hand_over_says_what_it_means_and_what_is_missing():
    _, assessment = judged()
    assert plain(handed_over(assessment.gates[1], assessment, a_policy())) == (
        "I have opened this 3 times and will leave it closed now. It counts as open everywhere until it is shown to work, and the "
        "governance reviewers see it. What is still missing: *Action A1*, nothing shows yet that it works.\n"
        "`/evidence tested <link>` (a test that shows that the failure can no longer happen) by anyone who takes part, then "
        "`/verify <what you looked at>` by somebody with write rights who did not work on it."
    )
    once = a_policy(remediation="reopening: {rounds: 1}")
    assert plain(handed_over(assessment.gates[1], assessment, once)).startswith("I have opened this 1 time and")


def test_a_refusal_says_why_and_what_would_do():
    refused = a_decision(
        "severity", TOM, accepted=False, reason="form: it needs a reason. For example: `/severity sev2 x`"
    )
    assert (
        plain(refusal_reply(refused))
        == "`/severity` has not taken effect: it needs a reason. For example: `/severity sev2 x`"
    )


def test_a_near_miss_is_a_question():
    assert (
        plain(suggestion_reply(Suggestion("verfy", "verify", 1))) == "Did you mean `/verify`? I do not know `/verfy`."
    )


def test_a_status_shows_every_check_and_every_action():
    case, assessment = judged()
    text = plain(status_reply(assessment, case, a_policy()))
    assert text.startswith("Everything that I look at, as it stands:\n| Part | State | What I see | What to do |\n")
    assert "| Action | What | Ticket | Owner | Due | State |" in text
    public = replace(case, incident=replace(case.incident, public=True))
    assert "| Ticket |" not in plain(status_reply(assessment, public, a_policy()))


def test_a_status_names_each_failing_check_with_its_page():
    case, assessment = judged()
    text = plain(status_reply(assessment, case, a_policy()))
    failing = [finding for finding in assessment.everything if not finding.passed and finding.level is not Level.OFF]
    assert failing
    assert all(f" (`{finding.check}`) |" in text for finding in failing)
    linked = a_policy(service="wording:\n  rules_at: https://docs.acme.example/rules/\n")
    shown = status_reply(assessment, case, linked).blocks[1]
    links = {part for row in shown.rows for part in row[-1] if isinstance(part, Link)}
    assert links == {
        Link(finding.check, f"https://docs.acme.example/rules/{page_of(finding.check)}.md") for finding in failing
    }


def test_a_page_belongs_to_a_check_and_the_parts_of_a_section_share_one():
    assert [page_of(check) for check in ("part.impact.money", "section.impact", "action.due", "in_time")] == [
        "section.impact",
        "section.impact",
        "action.due",
        "in_time",
    ]


def test_a_stop_of_all_writing_asks_a_person():
    assert plain(breaker_reply("21 reopenings were wanted within an hour")) == (
        "I have stopped writing in this project for now, because more was wanted than usual: 21 reopenings were wanted within an hour.\n"
        "Is it meant to be so? Then whoever runs Followthrough can let me go on with `followthrough resume`. Until then I read along and "
        "write nothing."
    )


def test_a_ticket_says_what_is_to_be_done_and_how_one_will_know():
    case, assessment = judged()
    assert plain(ticket_tree(assessment.actions[0], case.incident, a_policy()), unfolded=True) == (
        "Filter recalled products at query time\n"
        "- *Kind:* technical\n"
        "- *It works when:* no recalled product among 1,000 replayed questions\n"
        "It comes from the post-mortem of #12.\n"
        "> When it is done\n"
        "- `/evidence tested <link>`: a test that shows that the failure can no longer happen\n"
        "Then `/verify <what you looked at>` by somebody with write rights who did not work on it.\n"
        "If it will not be done: `/accept-risk until:YYYY-MM-DD <why>` by somebody with the right to accept it.\n"
        "(Made by Followthrough from the post-mortem's table; owner and due date are kept in step with it.)"
    )


def test_a_ticket_whose_row_names_no_criteria_says_so():
    case, assessment = judged(body=a_body(a_line(criteria="")))
    text = plain(ticket_tree(assessment.actions[0], case.incident, a_policy()))
    assert "- *It works when:* not stated in the post-mortem" in text


# Small pieces.


def test_moments_are_absolute_and_name_their_zone():
    assert moment(NOW, "UTC") == "2026-11-24 15:02 UTC"
    assert moment(NOW, "Europe/Berlin") == "2026-11-24 16:02 CET"
    assert (day(DUE), day(None)) == ("2026-11-30", "–")


@pytest.mark.parametrize(
    ("text", "stopped"),
    [
        ("", ""),
        ("it works", "It works."),
        ("Ask.", "Ask."),
        ("why?", "Why?"),
        ("so:", "So:"),
        ("`/x`", "`/x`"),
        ("and…", "And…"),
    ],
)
def test_a_sentence_ends_once(text, stopped):
    assert capital(text) == stopped
    assert stop(stopped) == stopped


@pytest.mark.parametrize("text", ["say `/x` now", "`/x`", "`/x` now", "say `/x`", "no line", "", "one ` alone"])
def test_lines_to_copy_stand_out_and_nothing_is_lost(text):
    assert plain(Tree((Paragraph(sentence(text)),))) == text


def test_volatile_small_print_is_no_news_and_all_else_is():
    said = Tree((Heading(line("Timeline")), Paragraph(line("see ", Link("the run", "https://ci.example/7")))))
    assert plain(said) == "# Timeline\nsee the run <https://ci.example/7>"
    assert replace(said, blocks=(*said.blocks, Small(line("today"), volatile=True))).digest == said.digest
    assert replace(said, blocks=(*said.blocks, Small(line("today")))).digest != said.digest
