"""What is asked of Impact is answered by a figure, by words, by a stated none, by "unknown", or not at all."""

import pytest

from integration.postmortem.reading.impact import Dimension, Quantity, Said, read_impact, read_quantities
from integration.postmortem.reading.markdown import read_markdown


def read(text: str) -> dict[str, Dimension]:
    return {dimension.id: dimension for dimension in read_impact(read_markdown(text).blocks)}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- Users affected: 1,240 sessions", id="a bullet"),
        pytest.param("- **Users affected**:\n  - 1,240 sessions", id="a list below a label"),
        pytest.param("- **Users affected**:\n\n  1,240 sessions", id="a paragraph below a label"),
        pytest.param("Users affected: 1,240 sessions", id="a line"),
        pytest.param("- Users, transactions or sessions affected: 1,240 sessions", id="a label with a comma"),
        pytest.param("Users affected? 1,240 sessions", id="a question"),
        pytest.param("### Users affected\n\n1,240 sessions", id="a sub-heading"),
        pytest.param("### Users affected\n\n- 1,240 sessions", id="a list below a sub-heading"),
        pytest.param("**Users affected**\n\n1,240 sessions", id="a line in bold"),
        pytest.param("| What | How many |\n|---|---|\n| Users affected | 1,240 sessions |", id="a row"),
        pytest.param("| What | Us | Them |\n|---|---|---|\n| Users affected | | 1,240 sessions |", id="a row of three"),
        pytest.param(
            "| What | Us | Them |\n|---|---|---|\n| Users affected | 1,240 sessions | few |", id="a row of answers"
        ),
        pytest.param("<details><summary>All</summary>\n\nUsers affected: 1,240 sessions\n\n</details>", id="a fold"),
        pytest.param("Users affected: unknown\n\nUsers affected: 1,240 sessions", id="a second, better answer"),
        pytest.param(
            "Users affected: TBD\n\nUsers affected: 1,240 sessions\n\nUsers affected: none",
            id="the first that says something",
        ),
    ],
)
def test_the_number_of_users_is_read_from(text: str) -> None:
    users = read(text)["users"]
    assert (users.said, users.quantities) == (Said.ANSWERED, (Quantity(1240, "sessions"),))
    assert users.line is not None


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("none", Said.NONE),
        ("No impact.", Said.NONE),
        ("0 records", Said.NONE),
        ("N/A because nothing is stored", Said.NONE),
        ("Nobody noticed", Said.NONE),
        ("no more than 300 users", Said.ANSWERED),
        ("some of them", Said.ANSWERED),
        ("[report on the exposed records](https://a.b)", Said.ANSWERED),
        ("Unknown. Likely few.", Said.UNKNOWN),
        ("TBD", Said.UNKNOWN),
        ("N/A", Said.MISSING),
        ("", Said.MISSING),
        ("-", Said.MISSING),
        ("none yet", Said.MISSING),
    ],
)
def test_an_answer_is_what_it_says(answer: str, said: Said) -> None:
    assert read(f"- Data exposed: {answer}")["data"].said is said


def test_what_nobody_mentions_is_missing_and_the_order_is_that_of_the_questions() -> None:
    dimensions = read_impact(
        read_markdown("It was bad.\n\n> Users affected: 3\n\n- > q").blocks, {"b": ("users affected",), "a": ()}
    )
    assert [(dimension.id, dimension.said) for dimension in dimensions] == [("b", Said.MISSING), ("a", Said.MISSING)]


def test_a_row_of_one_cell_and_an_empty_item_answer_nothing() -> None:
    assert read("<table><tr><td>Users affected</td></tr></table>\n\n-\n- ```\n  x\n  ```")["users"].said is Said.MISSING


@pytest.mark.parametrize(
    ("text", "quantities"),
    [
        ("1,240 sessions, 3 % of all", (Quantity(1240, "sessions"), Quantity(3, "%"))),
        ("USD 4k and €1.5 million", (Quantity(4000, "USD"), Quantity(1_500_000, "€"))),
        ("2 bn rows", (Quantity(2e9, "rows"),)),
        ("17", (Quantity(17, ""),)),
        ("version 1.2.3 on 2026-11-18 at 09:00, see #12", ()),
    ],
)
def test_figures_come_with_their_units(text: str, quantities: tuple[Quantity, ...]) -> None:
    assert read_quantities(text) == quantities
