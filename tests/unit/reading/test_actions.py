"""Remediation actions are read from tables and lists, as people write them."""

from datetime import date

import pytest

from integration.postmortem.reading.actions import MAX_ROWS, read_actions
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.remediation import ActionKind, ActionRow, Horizon


def read(text: str, **columns: tuple[str, ...]) -> tuple[ActionRow, ...]:
    document = read_markdown(text)
    return read_actions(document.blocks, columns) if columns else read_actions(document.blocks)


def test_a_table_row_becomes_an_action_with_all_its_values() -> None:
    (row,) = read(
        "| # | Action | Owner | Due date | Horizon | Kind | Verification criteria | Priority | Ticket | Cause | Notes |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|\n"
        "| A1 | Block **recalled** products | @dana | 2026-12-01 | Immediate | technical | replay is empty | high | #12 | RC1 | |"
    )
    assert row == ActionRow(
        description="Block recalled products",
        id="A1",
        owner="@dana",
        due=date(2026, 12, 1),
        due_text="2026-12-01",
        horizon=Horizon.IMMEDIATE,
        kind=ActionKind.TECHNICAL,
        criteria="replay is empty",
        priority="high",
        ticket="#12",
        fields=(("Cause", "RC1"),),
        line=3,
    )


def test_a_list_item_becomes_the_same_action() -> None:
    (row,) = read(
        "- [ ] A1: Block recalled products — owner: @dana, due: 2026-12-01, kind: technical, "
        "verify: replay the query, see nothing, horizon: short-term"
    )
    assert (row.id, row.description, row.owner, row.due) == (
        "A1",
        "Block recalled products",
        "@dana",
        date(2026, 12, 1),
    )
    assert (row.kind, row.criteria, row.horizon) == (
        ActionKind.TECHNICAL,
        "replay the query, see nothing",
        Horizon.SHORT_TERM,
    )


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("- Block them (owner: @dana, due: 2026-12-01)", id="in brackets"),
        pytest.param("- Block them\n  - Owner: @dana\n  - Due: 2026-12-01", id="in a list below"),
        pytest.param("- Block them\n  Owner: @dana\n  Due: 2026-12-01", id="on lines below"),
        pytest.param("1. Block them; Owner: @dana | Due: 2026-12-01.", id="in a numbered list"),
        pytest.param("A1: Block them - owner: @dana - due: 2026-12-01", id="in plain lines with ids"),
    ],
)
def test_owner_and_date_may_stand(text: str) -> None:
    (row,) = read(text)
    assert (row.description, row.owner, row.due) == ("Block them", "@dana", date(2026, 12, 1))


def test_the_only_person_mentioned_owns_and_the_date_after_by_is_due() -> None:
    (row,) = read("- Tell the support team (@omar) by Dec 3, 2026.")
    assert (row.owner, row.due, row.due_text) == ("@omar", date(2026, 12, 3), "Dec 3, 2026")


def test_two_people_mentioned_own_nothing_by_themselves() -> None:
    assert read("- @dana and @omar will talk by next week, before 2026-12-01")[0].owner == ""
    assert read("- @dana and @omar will talk by next week, before 2026-12-01")[0].due == date(2026, 12, 1)


def test_a_date_in_passing_is_not_due() -> None:
    assert read("- Undo the release of 2026-11-18")[0].due_text == ""


@pytest.mark.parametrize(
    ("cell", "owner"),
    [
        ("@dana", "@dana"),
        ("Dana Fox", "Dana Fox"),
        ("@dana and @omar", "@dana, @omar"),
        ("[Dana](https://github.com/dana)", "Dana"),
        ("[~dana]", "[~dana]"),
        ("TBD", ""),
        ("-", ""),
        ("nobody", ""),
        ("@owner", ""),
    ],
)
def test_an_owner_is_read_as_written(cell: str, owner: str) -> None:
    (row,) = read(f"| Action | Owner |\n|---|---|\n| Do it | {cell} |")
    assert row.owner == owner


def test_on_jira_the_owner_is_the_account_behind_the_name() -> None:
    person = '<a class="user-hover" accountid="5:a" href="/p?accountId=5:a">Dana Fox</a>'
    rows = read_actions(
        read_html(
            f"<table><tbody><tr><td>ID</td><td>Action</td><td>Owner</td></tr><tr><td>A1</td><td>Do it</td><td>{person}</td></tr>"
            f"</tbody></table><ul><li>A2: Do more — owner: {person}, due: 2026-12-01</li></ul>"
        ).blocks
    )
    assert [(row.id, row.description, row.owner) for row in rows] == [
        ("A1", "Do it", "[~accountid:5:a]"),
        ("A2", "Do more", "[~accountid:5:a]"),
    ]


@pytest.mark.parametrize("cell", ["01/02/2026", "next week", "2026-12-01 or 2026-12-02", "2026-02-30", "TBD"])
def test_a_date_in_doubt_is_kept_as_text(cell: str) -> None:
    (row,) = read(f"| Action | Due |\n|---|---|\n| Do it | {cell} |")
    assert (row.due, row.due_text) == (None, cell)


def test_rows_of_placeholders_are_left_out_and_others_are_not() -> None:
    rows = read(
        "| ID | Action | Owner | Due | Kind |\n|---|---|---|---|---|\n| A1 | TBD | @owner | YYYY-MM-DD | technical |\n"
        "| A2 | | | | |\n| A3 | *What will be done?* | - | | |\n| A4 | | @dana | | |\n\n- TBD\n-\n- [ ]\n- We need better alerting."
    )
    assert [(row.id, row.description) for row in rows] == [("A4", ""), (None, "We need better alerting.")]


def test_kind_and_horizon_in_doubt_stay_open() -> None:
    (row,) = read("| Action | Kind | Horizon |\n|---|---|---|\n| Do it | process and training | some day |")
    assert (row.kind, row.horizon) == (None, None)


def test_the_mapping_names_columns_and_may_add_some() -> None:
    (row,) = read(
        "| Aufgabe | Wer | Cause | Cause |\n|---|---|---|---|\n| Do it | @dana | RC1 | RC2 |",
        description=("Aufgabe",),
        owner=("wer",),
        cause=("cause",),
    )
    assert (row.description, row.owner, row.fields) == ("Do it", "@dana", (("cause", "RC1"), ("Cause", "RC2")))


def test_a_ticket_is_the_reference_that_people_wrote() -> None:
    rows = read(
        "| Action | Ticket |\n|---|---|\n| a | #12 |\n| b | https://a.b/c/issues/7 |\n| c | [KEY-3](https://a.b) |\n| d | |\n| e | ![](https://a.b/p) |"
    )
    assert [row.ticket for row in rows] == ["#12", "https://a.b/c/issues/7", "KEY-3", "", "https://a.b/p"]


def test_other_tables_prose_and_questions_are_no_actions() -> None:
    assert read("| Name | Weight |\n|---|---|\n| a | 2 |\n\nWe will think about it.\n\n> - quoted") == ()
    assert read("<table></table>") == ()


def test_actions_in_a_fold_count_and_rows_longer_than_the_header_are_read() -> None:
    (row,) = read(
        "<details><summary>All</summary>\n\n<table><tr><th>Action</th><th>Owner</th></tr><tr><td>Do</td><td>@d</td><td>extra</td></tr></table>\n\n</details>"
    )
    assert (row.description, row.fields) == ("Do", (("", "extra"),))


def test_a_bracket_of_its_own_stays() -> None:
    assert read("- Filter them (all of them) — owner: Dana (a team)")[0].owner == "Dana (a team)"


def test_a_flood_of_rows_is_capped() -> None:
    assert len(read("- Do it\n" * (MAX_ROWS + 100))) == MAX_ROWS


def test_a_list_item_that_begins_with_a_list_or_code_is_read() -> None:
    assert [row.description for row in read("- - inner\n- ```\n  code\n  ```")] == ["inner"]
