"""Earlier incidents of the same kind: which are shown, when it is asked whether one came back, and what follows for the earlier one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import EnsureReply
from integration.postmortem.decisions import Memory
from integration.postmortem.facts import Facts
from integration.postmortem.findings import Finding
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.kinship import CauseKind, Likeness, likeness
from integration.postmortem.precedents import Measure, Precedent, Precedents, Recurred
from integration.postmortem.rules.evidence import ProofState, subject_of
from mappings.loading import load_texts
from mappings.models import Policy
from tests.builders import (
    ACTION,
    CRITERIA,
    DANA,
    NOW,
    VIC,
    a_body,
    a_case,
    a_comment,
    a_decision,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
)
from tests.unit.tracker_of_values import look, wants_nothing
from tests.unit.writing.plain import plain

SYSTEM = "\n   - System: product search\n"
CAUSES = (
    "1. Retrieval does not filter on product status\n   - Category: data, rows that should be excluded\n"
    "   - Phase: deployment\n   - Why? The index has no status"
)
BODY = a_body(root_causes=CAUSES + SYSTEM)
SAME = CauseKind("data", "exclusion", "product search")
HERE = IssueRef(IssueKey("github", "300"), "acme/shop#3", "https://github.example/acme/shop/issues/3")
ELSEWHERE = IssueRef(IssueKey("github", "900"), "acme/hansen#9", "https://github.example/acme/hansen/issues/9")
EARLIER = NOW - timedelta(days=180)
LESSON = "A filter that everybody assumes has to be tested where the answer leaves the house."


def earlier(ref: IssueRef = HERE, **changes: Any) -> Precedent:
    given: dict[str, Any] = {
        "ref": ref,
        "severity": "SEV1",
        "opened_at": EARLIER,
        "resolved_at": EARLIER + timedelta(hours=4),
        "categories": ("data",),
        "kinds": (SAME,),
        "lessons": (LESSON,),
        "actions": (Measure("A1", "Filter recalled products", "verified"), Measure("A2", "Alert", "")),
    }
    return Precedent(**(given | changes))


def judged(
    *found: Precedent, memory: Memory | None = None, policy: Policy | None = None, **incident: Any
) -> Assessment:
    case = a_case(an_incident(**({"body": BODY} | incident)))
    given = replace(facts({VIC: "write"}), precedents=Precedents(found, len(found)))
    return judge(case, given, memory or a_memory(severity="SEV1"), policy or a_policy(), NOW)


def question(assessment: Assessment) -> Finding | None:
    return next((f for f in assessment.findings if f.check == "recurrence_answered"), None)


def test_the_sub_category_of_these_tests_is_one_of_the_mapping() -> None:
    assert SAME.sub_category in {entry.id for entry in a_policy().causes.category("data").sub_categories}


@pytest.mark.parametrize(
    ("mine", "theirs", "alike"),
    [
        (SAME, SAME, Likeness.SAME),
        (SAME, replace(SAME, system="chat"), Likeness.SORT),
        (SAME, replace(SAME, sub_category=""), Likeness.SYSTEM),
        (SAME, replace(SAME, category="model"), Likeness.NONE),
        (replace(SAME, sub_category="", system=""), replace(SAME, sub_category="", system=""), Likeness.NONE),
        (CauseKind(system="product search"), SAME, Likeness.SYSTEM),
        (CauseKind(system="product search"), CauseKind(system="chat"), Likeness.NONE),
    ],
)
def test_two_incidents_are_alike_by_what_people_wrote(mine: CauseKind, theirs: CauseKind, alike: Likeness) -> None:
    assert likeness((mine,), (theirs,)) is alike


def test_the_nearest_comes_first_and_of_those_as_near_the_latest() -> None:
    same = earlier()
    old = earlier(a_ref(4), kinds=(replace(SAME, sub_category=""),), opened_at=EARLIER - timedelta(days=9))
    new = earlier(a_ref(5), kinds=(replace(SAME, sub_category="quality"),))
    other = earlier(a_ref(6), kinds=(replace(SAME, category="model"),))
    shown = [each.earlier.ref for each in judged(old, other, new, same).recurrence.alike]
    assert shown == [same.ref, new.ref, old.ref]


def test_the_same_sort_in_another_system_is_shown_only_where_the_mapping_says_so() -> None:
    chat = earlier(kinds=(replace(SAME, system="chat"),))
    assert judged(chat).recurrence.alike == ()
    policy = load_texts({"learning.yaml": "recurrence: {any_system: true}"}).policy
    assert len(judged(chat, policy=policy).recurrence.alike) == 1


def test_the_mapping_names_the_system_where_nobody_else_does() -> None:
    body = a_body(root_causes=CAUSES)
    assert question(judged(earlier(), body=body)) is None
    policy = load_texts({"learning.yaml": "kind_of_project: Product search"}).policy
    assert question(judged(earlier(), body=body, policy=policy))


def test_no_more_are_shown_than_the_mapping_says_and_none_where_it_says_so() -> None:
    many = [earlier(a_ref(number)) for number in range(20, 26)]
    assert len(judged(*many).recurrence.alike) == 3
    none = load_texts({"learning.yaml": "recurrence: {most: 0}"}).policy
    assert judged(*many, policy=none).recurrence.alike == ()
    assert question(judged(*many, policy=none)), "it is asked all the same"


def test_what_was_called_resolved_and_is_the_very_same_kind_is_asked_about_and_holds_the_closing() -> None:
    asked = question(judged(earlier()))
    assert asked is not None
    assert asked.blocks
    assert "`/recurrence-of acme/shop#3`, or `/not-recurrence <reason>`" in asked.remedy
    assert "data, rows that should be excluded, product search" in asked.reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"kinds": (replace(SAME, system="chat"),)}, "another system"),
        ({"kinds": (replace(SAME, sub_category="quality"),)}, "another sort"),
        ({"resolved_at": None}, "not over when this one was opened"),
        ({"confidential": True}, "of a confidential one nothing is said"),
    ],
)
def test_nothing_is_asked_where_it_is_not_the_very_same_kind_or_was_not_resolved(
    changes: dict[str, Any], why: str
) -> None:
    assert question(judged(earlier(**changes))) is None, why


def test_no_score_asks_anything() -> None:
    assert question(judged(earlier(kinds=(), shared=99))) is None


def said(text: str, *found: Precedent, memory: Memory | None = None) -> Assessment:
    case = a_case(an_incident(body=BODY, comments=(a_comment(text),)))
    given = replace(facts({VIC: "write"}), precedents=Precedents(found, len(found)))
    looked = look(case, given, memory or a_memory(severity="SEV1"), a_policy(), NOW)
    assert wants_nothing(looked, given, a_policy(), NOW) if memory is None else True
    return looked.assessment


def test_an_answer_is_remembered_and_frees_the_closing() -> None:
    of = question(said("/recurrence-of #3", earlier()))
    assert of is not None
    assert of.passed
    assert of.reason == f"acme/shop#3 has come back, says {VIC.called}"
    none = question(said("/not-recurrence another export dropped the column", earlier()))
    assert none is not None
    assert none.passed
    assert none.reason == f"it is no recurrence, says {VIC.called}"


def test_an_answer_needs_a_reason_and_an_earlier_incident_that_is_known() -> None:
    assert "it needs a reason" in refused("/not-recurrence", earlier())
    assert "I know no earlier incident of that name here" in refused("/recurrence-of #77", earlier())
    assert "I know no earlier incident of that name here" in refused(
        "/recurrence-of acme/hansen#9", earlier(ELSEWHERE, confidential=True)
    )
    assert "I know no earlier incident of that name here" in refused(
        "/recurrence-of #3", earlier(opened_at=NOW + timedelta(days=1))
    )
    assert "nothing here asks" in refused("/not-recurrence surely not", earlier(resolved_at=None))


def refused(text: str, *found: Precedent) -> str:
    case = a_case(an_incident(body=BODY, comments=(a_comment(text),)))
    given = replace(facts({VIC: "write"}), precedents=Precedents(found, len(found)))
    [decision] = judge(case, given, a_memory(severity="SEV1"), a_policy(), NOW).decisions
    assert not decision.accepted
    return decision.reason


def test_a_denial_holds_for_this_kind_of_cause_alone() -> None:
    answered = said("/not-recurrence another export", earlier())
    memory = a_memory(*answered.decisions, severity="SEV1")
    other = replace(SAME, sub_category="quality")
    both = (
        CAUSES
        + SYSTEM
        + "2. Rows are missing\n   - Category: data, quality\n   - Why? The export dropped them"
        + SYSTEM
    )
    again = judged(earlier(), earlier(a_ref(4), kinds=(other,)), memory=memory, body=a_body(root_causes=both))
    asked = question(again)
    assert asked is not None
    assert not asked.passed


def test_across_a_border_an_earlier_incident_has_letters_for_a_name_and_says_its_lesson_alone() -> None:
    assessment = judged(earlier(ELSEWHERE, client="Hansen", title="Hansen recalled heaters"))
    asked = question(assessment)
    assert asked is not None
    assert "hansen" not in asked.remedy.casefold()
    code = asked.remedy.split("`/recurrence-of ")[1].split("`")[0]
    answered = question(said(f"/recurrence-of {code}", earlier(ELSEWHERE)))
    assert answered is not None
    assert answered.passed
    assert "hansen" not in answered.reason


def test_elsewhere_is_not_looked_at_where_the_mapping_says_so() -> None:
    policy = load_texts({"learning.yaml": "recurrence: {across_projects: false}"}).policy
    assessment = judged(earlier(ELSEWHERE), policy=policy)
    assert question(assessment) is None
    assert assessment.recurrence.alike == ()


def test_confidential_ones_are_counted_alone_and_in_public_nothing_is_said() -> None:
    view = judged(earlier(confidential=True), earlier(ELSEWHERE)).recurrence
    assert (len(view.alike), view.confidential) == (1, 1)
    public = judged(earlier(), public=True)
    assert question(public) is None
    assert public.recurrence.alike == ()


def test_what_was_closed_in_order_is_not_asked_afterwards() -> None:
    closed = {"closed": True, "closed_at": NOW}
    in_order = a_memory(severity="SEV1", satisfied=frozenset({a_ref().key}))
    assert question(judged(earlier(), memory=in_order, **closed)) is None
    assert question(judged(earlier(), **closed))


def back(*, at: Any = NOW, policy: Policy | None = None, verified_at: Any = EARLIER, **later: Any) -> Any:
    """Look at an earlier incident of which a later one is the recurrence; its one action was verified before."""
    ticket = a_ticket(closed=True, closed_at=EARLIER)
    action = an_action(ticket=ticket.ref)
    evidence = a_decision(
        "evidence", DANA, issue=ticket.ref.key, reason="tested", args="tested https://ci.example/1", at=EARLIER
    )
    subject = subject_of(DANA.id, "technical", CRITERIA, ACTION, (evidence,))
    verified = a_decision("verify", VIC, issue=ticket.ref.key, subject=subject, at=verified_at, comment_id="78")
    memory = a_memory(evidence, verified, actions=(action,), severity="SEV1", satisfied=frozenset({ticket.ref.key}))
    given: Facts = replace(facts({VIC: "write"}), recurred=(Recurred(earlier(**later), at, "vic"),))
    case = a_case(an_incident(body=a_body()), ticket)
    return look(case, given, memory, policy or a_policy(), NOW)


def test_an_incident_that_came_back_is_asked_about_its_actions_once_and_what_was_verified_lapses() -> None:
    looked = back()
    [asked] = [c for c in looked.commands if isinstance(c, EnsureReply) and c.purpose.startswith("came-back:")]
    text = plain(asked.tree)
    assert "This has come back, in #3 (data)." in text
    assert "Asked about again: A1" in text
    [view] = looked.assessment.actions
    assert view.proof.state is ProofState.LAPSED
    assert "it came back in a later incident" in view.proof.why
    assert wants_nothing(
        looked, replace(facts({VIC: "write"}), recurred=(Recurred(earlier(), NOW, "vic"),)), a_policy(), NOW
    )


def test_what_is_verified_afterwards_counts_and_the_policy_may_let_all_of_it_stand() -> None:
    [after_it] = back(at=EARLIER, verified_at=NOW).assessment.actions
    assert after_it.proof.state is ProofState.VERIFIED
    policy = load_texts({"learning.yaml": "recurrence: {evidence_lapses: false}"}).policy
    [stands] = back(policy=policy).assessment.actions
    assert stands.proof.state is ProofState.VERIFIED


def test_a_later_incident_that_is_confidential_is_not_named() -> None:
    looked = back(confidential=True)
    [asked] = [c for c in looked.commands if isinstance(c, EnsureReply) and c.purpose.startswith("came-back:")]
    assert "another incident" in plain(asked.tree)
    assert "#3" not in plain(asked.tree)
