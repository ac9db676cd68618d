"""The three-way merge of one value, told from the row's side and the ticket's; and what holds for any history."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.postmortem.rules.merging import Merged, merge


@pytest.mark.parametrize(
    ("story", "row", "ticket", "bases", "merged"),
    [
        ("nothing changed", "dana", "dana", ("dana", "dana"), Merged("dana", "dana", "dana")),
        ("the row changed", "omar", "dana", ("dana", "dana"), Merged("omar", "dana", "dana", write_ticket=True)),
        ("the ticket changed", "dana", "omar", ("dana", "dana"), Merged("omar", "dana", "omar")),
        ("both changed alike", "omar", "omar", ("dana", "dana"), Merged("omar", "omar", "omar")),
        ("each changed", "omar", "gina", ("dana", "dana"), Merged("gina", "dana", "dana", conflict=True)),
        ("the row names nobody any more", None, "dana", ("dana", "dana"), Merged("dana", "dana", "dana")),
        ("the ticket was unassigned", "dana", None, ("dana", "dana"), Merged(None, "dana", None)),
        ("the ticket got what the row says", "dana", "dana", ("dana", "omar"), Merged("dana", "dana", "dana")),
        ("the row got what the ticket says", "omar", "omar", ("dana", "omar"), Merged("omar", "omar", "omar")),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else None,
)
def test_what_holds_when(story, row, ticket, bases, merged):
    assert merge(row, ticket, *bases) == merged


values = st.sampled_from([None, "dana", "omar", "gina"])


@given(values, values, values, values)
def test_a_conflict_means_that_both_changed_to_different_things(row, ticket, row_base, ticket_base):
    merged = merge(row, ticket, row_base, ticket_base)
    both = row not in (None, row_base) and ticket != ticket_base and row != ticket
    assert merged.conflict is both


@given(values, values, values, values)
def test_one_look_settles_it_and_the_next_wants_nothing(row, ticket, row_base, ticket_base):
    first = merge(row, ticket, row_base, ticket_base)
    ticket_then = first.value if first.write_ticket else ticket
    again = merge(row, ticket_then, first.row_base, first.ticket_base)
    assert not again.write_ticket
    assert (again.value, again.conflict) == (first.value, first.conflict)
    assert merge(row, ticket_then, again.row_base, again.ticket_base) == again


@given(values, values, values, values, values)
def test_a_conflict_ends_as_soon_as_both_sides_say_the_same(row, ticket, row_base, ticket_base, agreed):
    first = merge(row, ticket, row_base, ticket_base)
    later = merge(agreed, agreed, first.row_base, first.ticket_base)
    assert (later.value, later.conflict, later.write_ticket) == (agreed, False, False)


@given(values, values)
def test_where_only_one_side_changes_it_does_not_matter_which(base, new):
    """The same change made in the table or on the ticket ends in the same owner on the ticket."""
    if base is None or new is None:
        return
    by_row, by_ticket = merge(new, base, base, base), merge(base, new, base, base)
    assert by_row.value == by_ticket.value == new
    assert not (by_row.conflict or by_ticket.conflict)


@given(values)
def test_the_ticket_is_written_only_to_say_what_the_row_says(row):
    for ticket in ("dana", "omar", None):
        for bases in (("dana", "dana"), ("omar", "dana"), (None, None)):
            merged = merge(row, ticket, *bases)
            if merged.write_ticket:
                assert merged.value == row != ticket
