"""Root causes are read with their category, phase, chain of whys and evidence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.document import Link
from integration.postmortem.reading.categories import Category, Thread, cause_names
from integration.postmortem.reading.causes import MAX_CAUSES, Cause, read_causes
from integration.postmortem.reading.chains import Step
from integration.postmortem.reading.markdown import read_markdown
from mappings.loading import load_texts

hostile_text = st.lists(
    st.sampled_from(
        [
            "- ",
            "  - ",
            "1. ",
            "Why? ",
            "Why was it not caught?",
            "Category: data",
            "### ",
            "**Data**",
            "| a | b |",
            "|---|---|",
            "→",
            "Evidence: x",
            "\n",
            "\n\n",
        ]
    )
    | st.text(max_size=12),
    max_size=60,
).map("".join)
NAMES = cause_names(load_texts({}).policy)


def read(text: str) -> tuple[Cause, ...]:
    return read_causes(read_markdown(text).blocks, NAMES)


def test_each_sub_heading_is_a_cause() -> None:
    first, second = read(
        "There are two.\n\n### Root cause 1: Retrieval does not filter on product status\n\nCategory: data\nPhase: deployment\n\n"
        "#### 5 whys\n\n1. Why did it recommend them? The index has no status.\n2. Why not? Nobody asked → the contract is silent\n\n"
        "Evidence: [replay](https://a.b/c)\n\n**Cause 2 – No test**\n\n- Category: process\n- Why: tests cover speed only\n"
    )[1:]
    assert first == Cause(
        title="Retrieval does not filter on product status",
        category=Category.DATA,
        category_text="data",
        phase="deployment",
        steps=(
            Step("Why did it recommend them? The index has no status.", line=10),
            Step("Why not? Nobody asked", line=11),
            Step("the contract is silent", line=11),
        ),
        evidence=(Link("replay", "https://a.b/c"),),
        evidence_text="replay",
        line=3,
        phase_id="deployment",
    )
    assert (second.title, second.category, second.whys) == ("No test", Category.PROCESS, ("tests cover speed only",))


def test_each_row_is_a_cause() -> None:
    (cause,) = read(
        "| Root cause | Category | Phase | Why 1 | Why 2 | Evidence |\n|---|---|---|---|---|---|\n"
        "| RC1: No filter | data | build | no status | nobody asked | [x](https://a.b) |\n| | TBD | | | | |"
    )
    assert (cause.title, cause.phase, cause.whys) == ("No filter", "build", ("no status", "nobody asked"))
    assert cause.evidence == (Link("x", "https://a.b"),)


def test_each_item_is_a_cause() -> None:
    causes = read(
        "Two things:\n\n- No filter on status (category: data)\n  - Why? The index has none.\n- C2) No review"
    )
    assert [(cause.title, cause.category, cause.whys) for cause in causes] == [
        ("No filter on status", Category.DATA, ("Why? The index has none.",)),
        ("No review", None, ()),
    ]


def test_a_list_of_whys_or_labels_is_one_cause() -> None:
    assert [cause.whys for cause in read("1. Why? a\n2. Why? b")] == [("Why? a", "Why? b")]
    assert [cause.title for cause in read("- Category: data\n- Cause: no filter")] == ["no filter"]


def test_prose_is_one_cause_with_a_chain_drawn_in_arrows() -> None:
    (cause,) = read(
        "Recalled products came back → the index has no status → nobody asked\nCategory: data\n\n> quoted\n\n- a detail"
    )
    assert cause.title == "Recalled products came back"
    assert cause.whys == ("the index has no status", "nobody asked")


def test_a_chain_may_follow_its_label() -> None:
    (cause,) = read(
        "Cause: no filter\nWhy: a -> b\nCategory: TBD\nEvidence: https://a.b/c\n\n<details><summary>More</summary>\n\nBecause of c.\n\n</details>"
    )
    assert (cause.title, cause.whys, cause.category_text) == ("no filter", ("a", "b", "Because of c."), "")
    assert cause.evidence_text == "https://a.b/c"


def test_what_is_said_twice_is_taken_once() -> None:
    (cause,) = read("Cause: no filter\nCategory: data\nCategory: code")
    assert cause.category is Category.DATA


def test_templates_and_nothing_are_no_cause() -> None:
    assert read("<details><summary>Example</summary>\n\nNo filter.\n\n</details>") == ()
    assert read("TBD\n\n-\n") == ()
    assert read("| A | B |\n|---|---|\n| x | y |") == ()


@pytest.mark.parametrize(
    ("text", "category", "sub"),
    [
        ("Data quality", Category.DATA, "quality"),
        ("data: drift", Category.DATA, "drift"),
        ("Data (concept drift)", Category.DATA, "drift"),
        ("Configuration", Category.CODE, "configuration"),
        ("prompt injection", Category.MODEL, "evasion"),
        ("Hallucination", Category.MODEL, "accuracy"),
        ("third-party", Category.VENDOR, ""),
        ("a bug in our software", Category.CODE, "bug"),
        ("data / process", None, ""),
        ("weather", None, ""),
        ("", None, ""),
        ("x " * 50_000, None, ""),
    ],
)
def test_a_category_is_one_of_six_and_may_name_its_sort(text: str, category: Category | None, sub: str) -> None:
    assert NAMES.category(text) == (category, sub)


def test_a_sub_category_may_have_its_own_label_and_stand_for_its_category() -> None:
    (first,) = read("Cause: no filter\nCategory: data\nSub-category: concept drift\nSystem: search\nVersion: index 41")
    assert (first.category, first.sub_category, first.system, first.version) == (
        Category.DATA,
        "drift",
        "search",
        "index 41",
    )
    (second,) = read("Cause: no filter\nSub-category: prompt injection")
    assert (second.category, second.sub_category) == (Category.MODEL, "evasion")


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("deployment", "deployment"),
        ("Data preparation", "data_collection"),
        ("in production", "operation"),
        ("during the training of the ranker", "training"),
        ("design / validation", "design"),
        ("not known", "unknown"),
        ("Tuesday", ""),
    ],
)
def test_a_phase_is_one_of_the_mappings(text: str, phase: str) -> None:
    assert NAMES.phase(text) == phase


@pytest.mark.parametrize(
    ("label", "thread"),
    [
        ("Why did it happen?", Thread.HAPPENED),
        ("Why was it not caught?", Thread.NOT_CAUGHT),
        ("Why wasn't it caught", Thread.NOT_CAUGHT),
        ("Why did no test catch it?", Thread.NOT_CAUGHT),
        ("Why did it go unnoticed for five days?", Thread.NOT_CAUGHT),
        ("Why was it let through?", Thread.LET_THROUGH),
        ("Why did it reach customers?", Thread.LET_THROUGH),
        ("Why was the impact not limited?", Thread.LET_THROUGH),
        ("What made it likely?", Thread.MADE_LIKELY),
        ("Why?", None),
        ("Why did the column vanish?", None),
        ("Not caught by whom", None),
    ],
)
def test_the_questions_about_a_cause_are_told_apart(label: str, thread: Thread | None) -> None:
    assert NAMES.thread(label) is thread


def threads(cause: Cause) -> list[tuple[str, str]]:
    return [(step.thread.value, step.text) for step in cause.steps]


def test_what_answers_a_question_is_told_apart_in_lines_headings_and_columns() -> None:
    (lines,) = read(
        "- No filter\n  - Why? no status\n  - Why was it not caught? no such test\n  - Why was it let through: nobody looks"
    )
    expected = ["happened", "not_caught", "let_through"]
    assert [thread for thread, _ in threads(lines)] == expected
    (heading,) = read(
        "### Why did it happen?\n\nNo status.\n\n### Why was it not caught?\n\nNo test.\n\n### Why was it let through?\n\nNo gate."
    )
    assert threads(heading) == [("happened", "No status."), ("not_caught", "No test."), ("let_through", "No gate.")]
    (row,) = read(
        "| Cause | Category | Why 1 | Why was it not caught? | Let through? |\n|---|---|---|---|---|\n"
        "| No filter | data | [no status](https://a.b) | no test | no gate |"
    )
    assert [(step.thread.value, step.evident) for step in row.steps] == [
        ("happened", True),
        ("not_caught", False),
        ("let_through", False),
    ]


def test_questions_below_a_list_of_causes_are_answered_for_each_of_them() -> None:
    first, second = read("- No filter\n- No owner\n\n**Why was it not caught?**\n\n- no test\n- no alert")
    assert threads(first) == threads(second) == [("not_caught", "no test"), ("not_caught", "no alert")]
    one, two = read(
        "### Cause 1: a b\n\nWhy? c\n\n### Cause 2: d e\n\nWhy? f\n\n### Why was it not caught?\n\nNo test."
    )
    assert threads(one)[1:] == threads(two)[1:] == [("not_caught", "No test.")]


def test_a_question_may_have_its_answers_in_a_list_below_it() -> None:
    (cause,) = read("- No filter\n  - Why was it not caught?\n    - no test\n    - no alert\n  - Category: data")
    assert (threads(cause), cause.category) == ([("not_caught", "no test"), ("not_caught", "no alert")], Category.DATA)


@pytest.mark.parametrize(
    "text",
    [
        "- No filter\n  - the column was dropped\n    - nobody owns the schema\n      - it was a one-off",
        "### No filter\n\n1. the column was dropped\n2. nobody owns the schema\n3. it was a one-off",
        "Cause: No filter\n\n#### 5 whys\n\n- the column was dropped\n- nobody owns the schema\n- it was a one-off",
        "- No filter\n  - Whys:\n    - the column was dropped\n    - nobody owns the schema\n    - it was a one-off",
        "No filter → the column was dropped → nobody owns the schema → it was a one-off",
        "| Cause | Category | Whys |\n|---|---|---|\n| No filter | data | the column was dropped → nobody owns the schema → it was a one-off |",
    ],
)
def test_a_chain_is_nested_numbered_headed_labelled_or_drawn(text: str) -> None:
    (cause,) = read(text)
    assert (cause.title, cause.whys) == (
        "No filter",
        ("the column was dropped", "nobody owns the schema", "it was a one-off"),
    )


def test_details_below_a_cause_are_no_chain() -> None:
    assert [
        cause.whys for cause in read("- No filter\n  - seen on 12 of 40 questions\n  - and on the mail assistant")
    ] == [()]


@pytest.mark.parametrize(
    "text",
    [
        "### Data\n\n- no status column\n- no owner\n\n### Process\n\n- no review of exports",
        "**Data**\n\n- no status column\n- no owner\n\n**Process**\n\nno review of exports",
        "- **Data**:\n  - no status column\n  - no owner\n- **Process**: no review of exports",
        "| Data | Process |\n|---|---|\n| no status column | no review of exports |\n| no owner | |",
    ],
)
def test_a_fishbone_groups_causes_by_category(text: str) -> None:
    found = {(cause.category, cause.title) for cause in read(text)}
    assert found == {
        (Category.DATA, "no status column"),
        (Category.DATA, "no owner"),
        (Category.PROCESS, "no review of exports"),
    }
    assert all(cause.fishbone for cause in read(text))


def test_a_branch_of_a_fishbone_keeps_what_is_said_of_it() -> None:
    first, second = read(
        "### Data\n\n- no status column (phase: deployment)\n  - Why? the export\n\n### Code\n\n- cache"
    )
    assert (first.phase_id, first.whys, second.category) == ("deployment", ("Why? the export",), Category.CODE)


def test_evidence_stands_with_a_step_as_link_issue_or_code() -> None:
    (cause,) = read(
        "- No filter\n  - Why? see [log](https://a.b)\n  - Why? told in acme/shop#7\n  - Why? `status` is null\n  - Why? so"
    )
    assert [step.evident for step in cause.steps] == [True, True, True, False]
    (below,) = read("### Cause 1: no filter\n\nWhy? so\n\n#### Evidence\n\nThe export of May.")
    assert below.evidence_text == "The export of May."


def test_the_answer_of_a_step_is_what_follows_its_question() -> None:
    said = ("Why? The column was dropped", "2. Why not: nobody asked", "because it was late", "the export", "Who? we")
    assert [Step(text).answer for text in said] == [
        "The column was dropped",
        "nobody asked",
        "it was late",
        "the export",
        "Who? we",
    ]


@given(hostile_text)
@settings(max_examples=150, deadline=None)
def test_any_text_is_read(text: str) -> None:
    for cause in read(text):
        assert cause.title or cause.steps


def test_a_flood_of_causes_is_capped() -> None:
    assert len(read("- x1 y\n" * 200)) == MAX_CAUSES
