"""Root causes are read with their category, phase, chain of whys and evidence."""

import pytest

from integration.postmortem.document import Link
from integration.postmortem.reading.causes import MAX_CAUSES, Category, Cause, read_category, read_causes
from integration.postmortem.reading.markdown import read_markdown


def read(text: str) -> tuple[Cause, ...]:
    return read_causes(read_markdown(text).blocks)


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
        whys=("Why did it recommend them? The index has no status.", "Why not? Nobody asked", "the contract is silent"),
        evidence=(Link("replay", "https://a.b/c"),),
        evidence_text="replay",
        line=3,
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
    ("text", "category"),
    [
        ("Data quality", Category.DATA),
        ("Configuration", Category.CODE),
        ("data / process", None),
        ("weather", None),
        ("", None),
    ],
)
def test_a_category_is_one_of_six(text: str, category: Category | None) -> None:
    assert read_category(text) is category


def test_a_flood_of_causes_is_capped() -> None:
    assert len(read("- x1 y\n" * 200)) == MAX_CAUSES
