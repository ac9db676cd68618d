"""Sections are found whatever they are called and however they are set; a template, TBD or a bare link is no answer."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mappings
from integration.postmortem.document import plain_text
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.sections import Section, Sections, find_sections
from mappings.loading import load_policy

HEADINGS = {
    "summary": ("what happened", "overview"),
    "timeline": ("key events",),
    "impact": ("blast radius",),
    "root_causes": ("root cause", "why did it happen"),
    "resolution": ("mitigation",),
    "remediation": ("action items", "review actions"),
}
PROMPTS = (
    "Include when the incident began, when it was detected, and when it was closed.",
    "For each line a number with its unit, or none.\nUsers affected:\n- 10/30 7:27 incident began\n- 10/30 8:30 detected by somebody",
)


def find(text: str, prompts: tuple[str, ...] = ()) -> Sections:
    return find_sections(read_markdown(text), HEADINGS, prompts)


def section(text: str, prompts: tuple[str, ...] = (), name: str = "impact") -> Section:
    found = find(text, prompts).get(name)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("## Impact\n300 users", id="a heading"),
        pytest.param("# 🔥 3. User impact (required):\n\n300 users", id="a decorated heading"),
        pytest.param("### Impact\n\n300 users\n\n### Other\n\nx", id="a field of an issue form"),
        pytest.param("**Impact**\n\n300 users\n\n**Notes**\n\nx", id="a line in bold"),
        pytest.param("Date: today\n**Impact**: 300 users\n**Notes:** x", id="a label in bold"),
        pytest.param("**Impact** – 300 users", id="a label in bold before a dash"),
        pytest.param("- **Date**: today\n- **Impact**:\n  - 300 users\n- **Notes**: x", id="a labelled bullet"),
        pytest.param("- **Context**:\n  - more\n  - **Impact**: 300 users\n", id="a labelled bullet in another"),
        pytest.param("Severity: high\nImpact: 300 users", id="a plain label"),
        pytest.param("Impact\n300 users", id="nothing but the name on a line"),
        pytest.param("| Summary | x |\n|---|---|\n| Impact | 300 users |", id="a row of two cells"),
        pytest.param("<h2>Impact</h2><p>300 users</p>", id="HTML"),
        pytest.param("<details><summary>Everything</summary>\n\n## Impact\n\n300 users\n\n</details>", id="a fold"),
    ],
)
def test_impact_is_found_in(text: str) -> None:
    found = section(text)
    assert found.has_substance, found.why_empty
    assert "300 users" in plain_text(found.blocks)
    assert found.line is not None


def test_impact_is_found_in_what_jira_renders() -> None:
    document = read_html('<h2><a name="Impact"></a>Impact</h2><p>300 users</p><h2>Notes</h2><p>x</p>')
    found = find_sections(document, HEADINGS).get("impact")
    assert found is not None
    assert (plain_text(found.blocks), found.line) == ("300 users", None)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "nothing is written", id="nothing"),
        pytest.param("---", "nothing is written", id="a rule"),
        pytest.param("<!-- How many users? -->", "nothing is written", id="an invisible comment"),
        pytest.param("### Details", "nothing is written", id="a sub-heading alone"),
        pytest.param("_No response_", "“No response”", id="an unanswered form field"),
        pytest.param("TBD", "“TBD”", id="TBD"),
        pytest.param("TODO: write this up", "“TODO", id="a note to oneself"),
        pytest.param("N/A", "“N/A”", id="bare N/A"),
        pytest.param("-", "nothing is written", id="a dash"),
        pytest.param("Still unknown at this time.", "“Still unknown", id="still unknown"),
        pytest.param("Not yet available.", "“Not yet available.”", id="not yet available"),
        pytest.param("No comments added", "“No comments", id="no comments added"),
        pytest.param("Unknown. Likely infra.", "“Unknown. Likely", id="a guess"),
        pytest.param("Under investigation", "“Under", id="under investigation"),
        pytest.param("https://status.example.org/incidents/1", "only a link", id="a bare link"),
        pytest.param("See [report](https://a.b/c)", "only a link", id="a referral"),
        pytest.param(
            "Refer to the security repository for [full details of it](https://a.b).", "only a link", id="refer to"
        ),
        pytest.param("![](https://a.b/c.png)", "only a link", id="a picture"),
        pytest.param("Probably see the internal sev", "only a link", id="a referral without a link"),
        pytest.param("cc @dana @org/team", "only a link", id="people to inform"),
        pytest.param("*How does this affect users?*", "template", id="a question in italics"),
        pytest.param(
            "_A short list of dates,\nwith links._", "template", id="an instruction in italics over two lines"
        ),
        pytest.param("> Describe how many users were affected.", "template", id="an instruction in a quote"),
        pytest.param("What was the impact?", "template", id="a bare question"),
        pytest.param("[fill this in]", "template", id="brackets to fill"),
        pytest.param("{{ number of users }}", "template", id="braces to fill"),
        pytest.param("YYYY-MM-DD", "template", id="a sample date"),
        pytest.param("Users affected:", "nothing is written", id="a label without an answer"),
        pytest.param(
            "- Money lost, the client's and our own:", "nothing is written", id="a long label without an answer"
        ),
        pytest.param("Users affected: TBD", "“TBD”", id="a label with TBD"),
        pytest.param("- [ ] exposed\n- [ ] lost", "no box", id="boxes that nobody ticked"),
        pytest.param("| What | How many |\n|---|---|\n| Users | |\n| 2 | TBD |", "no filled row", id="an empty table"),
        pytest.param("| What |\n|---|\n| TBD |", "no filled row", id="an empty table of one column"),
        pytest.param("```\n# Impact\n## Users\n```", "template", id="a template fenced for copying"),
        pytest.param("```\n\n```", "nothing is written", id="an empty fence"),
        pytest.param(
            "<details><summary>Click for example</summary>\n\n300 users\n\n</details>", "template", id="an example"
        ),
    ],
)
def test_these_are_no_answers(content: str, reason: str) -> None:
    found = section(f"## Impact\n\n{content}\n\n## Root cause\n\nx")
    assert not found.has_substance
    assert reason in found.why_empty


@pytest.mark.parametrize(
    "content",
    [
        "none",
        "No impact.",
        "N/A because no data was stored",
        "*No CI was running at all. No merges were processed.*",
        "*Include when it broke.*\nAt noon it broke.",
        "At noon it broke.\n*How did it break?*",
        "- [x] exposed",
        "| What | How many |\n|---|---|\n| Users | 300 |",
        "| What |\n|---|\n| Users |",
        "> Around 4:40 everything stopped, a user wrote.",
        "```\nError: index has no column status\n```",
        "[PR 7 broke the filter for recalled products](https://a.b/7)",
        "<details><summary>Log</summary>\n\nall of it\n\n</details>",
        "April 5th",
        "Jobs have been marked as unstable for the time being, all of them:\n- https://a.b/1",
        "x",
    ],
)
def test_these_are_answers(content: str) -> None:
    assert section(f"## Impact\n\n{content}").has_substance


def test_the_prompts_of_the_template_do_not_count_wherever_they_stand() -> None:
    for prompt in (
        PROMPTS[0],
        f"> {PROMPTS[0]}",
        f"```\n{PROMPTS[0]}\n```",
        "when the incident began, when it was detected",
        "Users affected:",
    ):
        assert section(f"## Impact\n\n{prompt}", PROMPTS).why_empty == "only the template's own words are here"
    assert section(f"## Impact\n\n{PROMPTS[0]}\n\n300 users", PROMPTS).has_substance
    assert not section("## Impact\n\n10/30 7:27 incident began\nUsers affected:", PROMPTS).has_substance
    assert section(f"## Impact\n\n300 users\n\n{PROMPTS[0]}", PROMPTS).has_substance


def test_an_example_that_somebody_changed_was_filled_in() -> None:
    fold = "## Timeline\n\n<details><summary>Click for example</summary>\n\n- 10/30 7:27 incident began\n- {}\n\n</details>"
    filled = fold.format("4/4 15:00 detected by its queue")
    assert section(filled, PROMPTS, "timeline").has_substance
    assert not section(fold.format("10/30 8:30 detected by somebody"), PROMPTS, "timeline").has_substance
    assert not section(fold.format("```\n4/4\n```"), (), "timeline").has_substance


def test_in_a_list_of_actions_an_open_box_is_a_thing_to_do() -> None:
    assert section("## Action items\n- [ ] A1: block recalled products", name="remediation").has_substance


def test_sub_headings_stay_inside_and_recognised_ones_do_not() -> None:
    found = find(
        "## Resolution\n\nfixed\n\n### How\n\nby hand\n\n### Action items\n\n- test it\n\n### Notes\n\nmore\n\n## Other\n\nx"
    )
    resolution, actions = found.get("resolution"), found.get("remediation")
    assert resolution is not None
    assert actions is not None
    assert plain_text(resolution.blocks) == "fixed\nHow\nby hand\nNotes\nmore"
    assert plain_text(actions.blocks) == "test it"


def test_a_sub_heading_of_the_same_name_stays_inside() -> None:
    found = find("## Root causes\n\n### Root cause 1\n\na\n\n### Root cause 2\n\nb")
    assert len(found.all("root_causes")) == 1
    assert "Root cause 2" in plain_text(found.found[0].blocks)


def test_headings_in_the_answers_of_a_form_end_nothing() -> None:
    found = section("### Impact\n\n## Users\n\n300\n\n### Other\n\nx")
    assert plain_text(found.blocks) == "Users\n300"


def test_one_heading_can_name_several_sections() -> None:
    found = find("**Context/Resolution/Review actions**\n\nRolled back.")
    assert {part.id for part in found.found} == {"resolution", "remediation"}


def test_of_two_sections_of_one_name_the_filled_one_counts() -> None:
    found = find("## Impact\n\nTBD\n\n## Impact\n\n300 users\n\n## Impact\n\n400 users")
    assert found.get("impact") == found.all("impact")[1]
    assert "impact" in found
    assert "timeline" not in found
    assert found.get("timeline") is None


def test_an_empty_section_is_rescued_by_a_label_elsewhere() -> None:
    assert section("## Notes\n\nImpact: 300 users\n\n## Impact\n\nTBD").has_substance


def test_a_label_without_an_answer_is_shown_as_empty() -> None:
    assert not section("- **Impact**:\n- **Notes**: x").has_substance


def test_plain_labels_below_a_plain_label_belong_to_it() -> None:
    assert "300" in plain_text(section("Impact:\nUsers: 300\nMoney: none").blocks)


def test_labels_inside_a_filled_section_leave_it_whole() -> None:
    assert (
        plain_text(section("## Summary\n\n**Impact**: 300\n\nThe end.", name="summary").blocks)
        == "Impact: 300\nThe end."
    )


def test_headings_in_code_quotes_and_templates_are_not_sections() -> None:
    text = "```\n## Impact\n300\n```\n\n> ## Impact\n> 300\n\n<details><summary>Template</summary>\n\n## Impact\n\n300\n\n</details>"
    assert "impact" not in find(text)


@pytest.mark.parametrize("level", ["##", "###"])
def test_the_shipped_sections_left_as_they_were_asked_are_all_empty(level: str) -> None:
    asked = load_policy(Path(mappings.__file__).parent).policy.postmortem.sections
    text = "\n\n".join(
        "\n".join((f"{level} {part.title}\n", *part.prompt, *(f"\n- {question.title}:" for question in part.parts)))
        for part in asked
    )
    names = {part.id: (part.title, *part.headings) for part in asked}
    found = find_sections(read_markdown(text), names, tuple(prompt for part in asked for prompt in part.prompt))
    assert {part.id for part in found.found} == set(names)
    assert [part.id for part in found.found if part.has_substance] == []


def test_an_empty_document_has_no_sections() -> None:
    assert find("").found == ()


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "## Impact",
                "**Impact**: x",
                "- Impact:",
                "  - a",
                "",
                "TBD",
                "> q",
                "| Impact | x |",
                "|---|---|",
                "*what?*",
            ]
        ),
        max_size=25,
    )
)
def test_any_order_of_lines_is_read_without_a_crash(lines: list[str]) -> None:
    for found in find("\n".join(lines)).found:
        assert found.has_substance == (found.why_empty == "")
