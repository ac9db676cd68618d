"""Whether an answer gives a number, and whether the number says what it counts."""

import pytest

from integration.postmortem.reading.units import has_number, has_number_with_unit


@pytest.mark.parametrize(
    ("text", "number", "with_unit"),
    [
        ("1,240 sessions", True, True),
        ("about 300+ users", True, True),
        ("10-20 users", True, True),
        ("10–20 users", True, True),
        ("100 (of 400) users", True, True),
        ("30,5 %", True, True),
        ("3%", True, True),
        ("USD 4,000", True, True),
        ("4.000,50 EUR", True, True),
        ("€40k", True, True),
        ("5,000-6,000 USD for the client, ours is small", True, True),
        ("₹3000", True, True),
        ("~1.2M requests", True, True),
        ("2 days of logs", True, True),
        ("two days of our own work", True, True),
        ("a dozen customers", True, True),
        ("half of the sessions", True, True),
        ("4,000", True, False),
        ("about 300, we think", True, True),
        ("31", True, False),
        ("312 in Bremen", True, False),
        ("some of them", False, False),
        ("hundreds of customers", False, False),
        ("all customers", False, False),
        ("see the report", False, False),
        ("since 09:00 UTC on 2026-11-18, see #12", False, False),
        ("from 18 November on", False, False),
        ("version 1.2.3", False, False),
        ("", False, False),
        ("9" * 100_000, True, False),
        ("one " * 100_000, True, False),
        ("1 (" * 100_000, True, False),
    ],
)
def test_a_number_and_its_unit_are_found(text, number, with_unit):
    assert (has_number(text), has_number_with_unit(text)) == (number, with_unit)
