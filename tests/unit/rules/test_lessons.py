"""What a launch is told of earlier incidents: which, in which order, under which number, and what may cross a border."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration.postmortem.assessment import Assessment
from integration.postmortem.commands import EnsureOpen, EnsureReply, EnsureStatusComment
from integration.postmortem.facts import Facts
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.judgement import judge
from integration.postmortem.precedents import Learned, Measure, Precedent, Precedents
from integration.postmortem.rules.crossing import Border, leak_in
from integration.postmortem.rules.lessons import Offer
from mappings.loading import load_texts
from mappings.models import Mode, Policy
from tests.builders import (
    DANA,
    GINA,
    NOW,
    a_body,
    a_case,
    a_comment,
    a_memory,
    a_policy,
    an_incident,
    facts,
    nothing_remembered,
)
from tests.unit.tracker_of_values import look, wants_nothing

ELSEWHERE = IssueRef(IssueKey("github", "900"), "acme/hansen#9", "https://github.example/acme/hansen/9")
HERE = IssueRef(IssueKey("github", "901"), "acme/shop#4", "https://github.example/acme/shop/4")
LESSON = "A filter that everybody assumes has to be tested where the answer leaves the house."
DONE = (Measure("A1", "Filter recalled products", "verified"),)


def earlier(ref: IssueRef = ELSEWHERE, **changes: object) -> Precedent:
    given: dict[str, object] = {
        "ref": ref,
        "severity": "SEV1",
        "categories": ("data",),
        "lessons": (LESSON,),
        "shared": 9,
    }
    return Precedent(**(given | changes))  # type: ignore[arg-type]


def launch(*found: Precedent, memory=None, policy: Policy | None = None, names=(), **changes: object) -> Assessment:
    issue = an_incident("", **({"labels": {"launch"}, "body": "Goes live."} | changes))
    given = replace(facts(), precedents=Precedents(found, 40, frozenset(names)))
    return judge(a_case(issue), given, memory or nothing_remembered(), policy or a_policy(), NOW)


def offers(*found: Precedent, **given: object) -> list[Offer]:
    view = launch(*found, **given).launch  # type: ignore[arg-type]
    assert view is not None
    return list(view.offers)


def told(*found: Precedent, **given: object) -> list[str]:
    return [offer.text for offer in offers(*found, **given)]


def test_what_is_not_proven_comes_first_and_then_what_is_nearest() -> None:
    near, far = earlier(actions=DONE, lessons=("near",)), earlier(HERE, lessons=("far",))
    assert told(near, far) == ["far", "near"]


def test_at_most_seven_are_told_and_of_one_incident_two() -> None:
    many = [
        earlier(IssueRef(IssueKey("github", str(n)), f"acme/x#{n}"), lessons=("one", "two", "three")) for n in range(9)
    ]
    assert len(told(*many)) == 7
    assert told(many[0]) == ["one", "two"]


def test_what_shares_too_few_words_is_not_told() -> None:
    assert told(earlier(shared=2)) == []
    assert told(earlier(shared=3)) == [LESSON]


def test_actions_are_told_within_the_project_alone() -> None:
    action = Measure("A1", "Filter recalled products", "evidence wanted")
    assert told(earlier(HERE, actions=(action,))) == [LESSON, "Filter recalled products"]
    assert told(earlier(actions=(action,))) == [LESSON]


@pytest.mark.parametrize(
    ("lesson", "gives_away"),
    [
        ("Nordlicht has to be asked first.", "a client or a person"),
        ("NORDLICHT has to be asked first.", "a client or a person"),
        ("Ask Dana before a release.", "a client or a person"),
        ("Ask @dana before a release.", "somebody"),
        ("See https://wiki.example/filters for the rule.", "an address"),
        ("Mail ops@example.org before.", "an address"),
        ("Host 10.0.0.7 has no filter.", "an address"),
        ("As in #12, test the filter.", "an issue"),
        ("As in SHOP-12, test the filter.", "an issue"),
        ("It cost 25,000 USD to skip the test.", "a sum of money"),
        ("It cost €4000 to skip the test.", "a sum of money"),
        ("The token ghp_a1b2c3d4e5f6g7h8i9j0k1 was in the log.", "something like a secret"),
        (LESSON, ""),
        ("Replay 1,000 questions, ten of them about recalled products, before each release.", ""),
    ],
)
def test_a_lesson_that_names_somebody_or_something_stays_with_its_incident(lesson: str, gives_away: str) -> None:
    names = {"Dana"}
    assert leak_in(lesson, {"Nordlicht", "NORDLICHT", *names}) == gives_away
    found = earlier(lessons=(lesson,), client="Nordlicht")
    assert told(found, names=names) == ["" if gives_away else lesson]
    assert told(replace(found, ref=HERE), names=names) == [lesson]


def test_another_client_in_the_same_project_is_another_side_of_the_border() -> None:
    border = Border("github", "acme/shop", "Hansen")
    assert border.holds(earlier(HERE))
    assert border.holds(earlier(HERE, client="hansen"))
    assert not border.holds(earlier(HERE, client="Nordlicht"))
    assert not border.holds(earlier(ELSEWHERE, client="Hansen"))


def test_a_confidential_incident_is_only_counted() -> None:
    view = launch(earlier(confidential=True)).launch
    assert view is not None
    assert (view.offers, view.confidential) == ((), 1)


def test_numbers_stay_and_what_is_new_comes_after_them() -> None:
    memory = replace(a_memory(severity=""), kind="launch", offered=((f"{HERE.key}:lesson:1", 1),))
    found = offers(earlier(lessons=("new",)), earlier(HERE, lessons=("old",), shared=0), memory=memory)
    assert [(offer.number, offer.text) for offer in found] == [(1, "old"), (2, "new")]


def test_a_lesson_whose_incident_is_gone_holds_nothing_up() -> None:
    memory = replace(a_memory(severity=""), kind="launch", offered=((f"{HERE.key}:lesson:1", 1),))
    assert launch(memory=memory).gates[0].may_close


@pytest.mark.parametrize(("severity", "holds"), [("SEV1", True), ("SEV2", True), ("SEV3", False), ("SEV4", False)])
def test_how_grave_the_earlier_incident_was_decides_whether_closing_waits(severity: str, holds: bool) -> None:
    assert launch(earlier(severity=severity)).gates[0].may_close is not holds


def test_an_answer_counts_for_what_stood_under_its_number() -> None:
    memory = replace(a_memory(severity=""), kind="launch", offered=((f"{HERE.key}:lesson:1", 1),))
    comments = (a_comment("/applied 1 a replay\n/not-applicable 1\n/applied 2 too early", DANA),)
    assessment = launch(earlier(HERE), earlier(), memory=memory, comments=comments)
    assert [d.accepted for d in assessment.decisions] == [True, False, False]
    view = assessment.launch
    assert view is not None
    assert [offer.answer is not None for offer in view.offers] == [True, False]


def test_an_incident_is_no_launch_and_a_launch_no_incident() -> None:
    assert launch(earlier(), labels={"launch", "incident"}).launch is None
    assert launch(earlier()).severity.severity is None


def test_a_launch_stays_one_without_its_label() -> None:
    memory = replace(a_memory(severity=""), kind="launch")
    assert launch(earlier(), memory=memory, labels=set()).launch is not None


def settled(*found: Precedent, mode: Mode = Mode.ENFORCE, memory=None, **changes: object):
    """Look at a launch once, and hold that nothing more is wanted until something turns by itself."""
    issue = an_incident("", **({"labels": {"launch"}, "body": "Goes live."} | changes))
    given: Facts = replace(facts(), precedents=Precedents(found, 40))
    looked = look(a_case(issue), given, memory or nothing_remembered(), a_policy(), NOW, mode)
    assert wants_nothing(looked, given, a_policy(), NOW, mode)
    until = looked.assessment.next_look or NOW + timedelta(days=400)
    assert wants_nothing(looked, given, a_policy(), until - timedelta(microseconds=1), mode)
    return looked


@pytest.mark.parametrize(
    ("circumstances", "kinds"),
    [
        ({}, {EnsureStatusComment}),
        ({"closed": True}, {EnsureStatusComment, EnsureReply, EnsureOpen}),
        ({"closed": True, "mode": Mode.ADVISE}, {EnsureStatusComment}),
        ({"mode": Mode.OBSERVE}, set()),
        ({"public": True}, set()),
        ({"comments": (a_comment("/severity sev1 no", GINA),)}, {EnsureStatusComment, EnsureReply}),
    ],
    ids=["open", "closed too early", "advising", "observing", "in public", "a command about incidents"],
)
def test_one_look_is_enough(circumstances: dict[str, object], kinds: set[type]) -> None:
    looked = settled(earlier(), **circumstances)  # type: ignore[arg-type]
    assert {type(command) for command in looked.commands} == kinds


def test_an_incident_leaves_its_lessons_its_client_and_the_words_of_its_causes() -> None:
    body = a_body(lessons="- Test the filter where the answer leaves.\n- Ask the catalogue.")
    policy = load_texts(
        {"service.yaml": "client: Nordlicht", "learning.yaml": "kind_of_project: shop assistant"}
    ).policy
    labels = {"incident", "Confidential"}
    case = a_case(an_incident(body=body, labels=labels))
    assert judge(case, facts(), a_memory(), policy, NOW).learned == Learned(
        client="Nordlicht",
        confidential=True,
        lessons=("Test the filter where the answer leaves.", "Ask the catalogue."),
        words="Retrieval does not filter on product status\nshop assistant\nNordlicht",
    )
