"""The agenda of the meeting, and what somebody tells openly: answered once for each request, and never repeated."""

from datetime import timedelta

from integration.postmortem.commands import EnsureReply
from integration.postmortem.judgement import judge
from integration.postmortem.plan import plan
from tests.builders import (
    NOW,
    RITA,
    STAMP,
    STRAY,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_memory,
    a_policy,
    an_incident,
    facts,
)

SECRET = "I had switched the alert off"


def replies(comment, body=None):
    """Return the decisions and the replies of one look at an incident with this comment, and those of a second look."""
    case = a_case(an_incident(body=a_body() if body is None else body, comments=(comment,)))
    memory = a_memory(looked_at=NOW - timedelta(hours=1))
    first = judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP)
    memory = a_memory(*first.decisions, looked_at=NOW - timedelta(hours=1))
    said = [c for c in plan(first, case, memory, a_policy(), STAMP) if isinstance(c, EnsureReply)]
    memory = a_memory(*first.decisions, looked_at=NOW, said=frozenset(c.purpose for c in said))
    again = plan(judge(case, facts(), memory, a_policy(), NOW, stamp=STAMP), case, memory, a_policy(), STAMP)
    assert not [c for c in again if isinstance(c, EnsureReply)], "each request is answered once"
    return first.decisions, said


def test_the_agenda_begins_with_the_ground_rules_and_asks_what_is_still_open_in_its_order() -> None:
    _, (reply,) = replies(a_comment("/agenda", VIC), a_body(summary="", lessons=""))
    text = repr(reply.tree)
    assert text.index("We look at systems") < text.index("not for performance evaluation or discipline")
    assert text.index("not for performance evaluation") < text.index("Summary") < text.index("Lessons learned")
    assert "who attends in which role" in text
    assert "review" not in text.casefold(), "approvals come after the meeting"


def test_what_is_told_openly_is_thanked_for_and_its_words_are_kept_nowhere() -> None:
    decisions, (reply,) = replies(a_comment(f"/disclose {SECRET}", RITA))
    assert "Thank you for telling this" in repr(reply.tree)
    assert SECRET not in repr(reply.tree)
    assert [(d.word, d.accepted) for d in decisions] == [("disclose", True)]
    assert SECRET not in repr(decisions)


def test_nothing_told_is_asked_for_and_a_stranger_is_not_answered() -> None:
    _, (reply,) = replies(a_comment("/disclose", VIC))
    assert "it needs what you want to tell" in repr(reply.tree)
    stranger = a_comment(f"/disclose {SECRET}", STRAY)
    assert replies(stranger)[1] == []
