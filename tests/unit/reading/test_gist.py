"""With which verb a text begins."""

import pytest

from integration.postmortem.reading.gist import begins_with, words_from_its_verb


@pytest.mark.parametrize(
    ("text", "phrases", "begins"),
    [
        ("Add a filter", ("add",), True),
        ("Adding a filter", ("add",), True),
        ("We will also immediately add a filter", ("drop", "add"), True),
        ("Dropped the column", ("drop",), True),
        ("Set up an alert", ("set up",), True),
        ("Sets up an alert", ("set up",), True),
        ("Set an alert", ("set up",), False),
        ("Set", ("set up", "set"), True),
        ("A filter is added", ("add",), False),
        ("", ("add",), False),
        ("!", ("", "!"), False),
        ("Add a filter", (), False),
    ],
)
def test_a_text_begins_with_a_phrase_whatever_the_ending_of_its_verb(text, phrases, begins):
    assert begins_with(words_from_its_verb(text), phrases) is begins
