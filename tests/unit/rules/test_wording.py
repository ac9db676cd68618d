"""Blame is quoted with a better wording, in the details alone; it never holds anything up, and nobody else's words are taken for the author's."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.findings import Finding, Level, open_findings
from integration.postmortem.judgement import judge
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.patterns import tokens_of
from integration.postmortem.reading.wording import LONGEST_SENTENCE, blaming
from mappings.loading import load_texts
from tests.builders import NOW, a_body, a_case, a_memory, a_policy, an_incident, facts

LANGUAGE = load_texts({}).policy.language


def kinds(text: str, language: Any = LANGUAGE) -> list[str]:
    """Return the kinds of wording that blame in a text."""
    return [found.kind for found in blaming(read_markdown(text).blocks, language)]


def said(check: str, severity: str = "SEV1", **sections: str) -> list[Finding]:
    """Return the findings of a check on an incident with these sections."""
    case = a_case(an_incident(severity, body=a_body(**sections)))
    assessment = judge(case, facts(), a_memory(severity=severity), a_policy(), NOW)
    return [finding for finding in assessment.findings if finding.check == check]


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("The engineer carelessly skipped the review.", "careless"),
        ("This was caused by human error.", "human_error"),
        ("It was Tom's fault.", "fault"),
        ("If only the developer had read the runbook, this would not have happened.", "if_only"),
        ("The intern will be disciplined.", "punishment"),
        ("The operator is incompetent.", "competence"),
    ],
)
def test_a_sentence_that_blames_is_found(sentence: str, kind: str) -> None:
    assert kinds(sentence) == [kind]


@pytest.mark.parametrize(
    "sentence",
    [
        "The export dropped the status column, because nobody owns its schema.",
        "The on-call engineer restarted the service after the alert; nothing on the page showed that the index was stale.",
        "The parser should reject rows without a status.",
        "The health check failed to notice the empty index.",
        "We did not know that the filter was off.",
        'Somebody wrote "it was Tom\'s fault" in the chat, and we took that up.',
    ],
)
def test_a_sentence_that_tells_what_happened_is_left_alone(sentence: str) -> None:
    assert kinds(sentence) == []


def test_blame_is_quoted_with_a_better_wording_and_its_line_and_only_advises() -> None:
    (finding,) = said("blameless_wording", lessons="The lead was careless and lazy, as always.")
    assert finding.level is Level.ADVISE
    assert not finding.blocks
    assert "The lead was careless and lazy" in finding.reason
    assert finding.remedy in {blame.instead for blame in LANGUAGE.blame}
    assert finding.line is not None
    assert finding.aside


def test_what_only_advises_on_wording_is_never_among_the_next_steps() -> None:
    (finding,) = said("blameless_wording", lessons="The lead was careless.")
    assert open_findings((finding,)) == ()
    assert open_findings((replace(finding, aside=False),)) == (replace(finding, aside=False),)


def test_a_cause_that_tells_what_might_have_been_is_pointed_out_in_that_section_alone() -> None:
    cause = "1. Retrieval does not filter on product status; it should have been tested\n   - Category: data\n"
    assert said("cause_counterfactual", root_causes=cause)
    assert said("cause_counterfactual", lessons="The filter should have been tested.") == []


def test_at_most_five_sentences_are_quoted() -> None:
    text = "\n".join(f"- The lead was careless on day {day}." for day in range(30))
    assert len(said("blameless_wording", lessons=text)) == 5


def test_a_check_that_is_off_says_nothing() -> None:
    policy = load_texts({"checks.yaml": "checks: {blameless_wording: {levels: {SEV1: 'off'}}}\n"}).policy
    case = a_case(an_incident("SEV1", body=a_body(lessons="The lead was careless.")))
    found = judge(case, facts(), a_memory(), policy, NOW).findings
    assert [each for each in found if each.check == "blameless_wording"] == []


def test_an_admin_adds_a_wording_of_the_house() -> None:
    text = "blame:\n  fault:\n    says: ['{person} ... dropped|drops the ball']\n    instead: Say what was missing.\n"
    language = load_texts({"language.yaml": text}).policy.language
    assert kinds("Our manager really dropped the ball.", language) == ["fault"]


def test_adverbs_and_shortened_words_do_not_hide_what_is_said() -> None:
    assert [token.word for token in tokens_of("She didn't look")] == ["she", "did", "not", "look"]
    assert kinds("He just plainly did not care.") == kinds("He didn't care.") != []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=2_000))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for found in blaming(read_markdown(text).blocks, LANGUAGE):
        assert found.sentence


def test_a_sentence_without_end_is_no_sentence() -> None:
    assert kinds("The lead was careless " + "and so on " * (LONGEST_SENTENCE // 8)) == []
