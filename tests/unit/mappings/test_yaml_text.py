"""One YAML text becomes plain values with lines, or is refused before it can do harm (SECURITY.md S19)."""

from itertools import pairwise
from typing import Any

import pytest

from mappings.errors import MappingErrors
from mappings.yaml_text import MAX_DEPTH, MAX_VALUES, read_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", {}),
        ("# only a comment\n", {}),
        ("a: off\nb: yes\nc: no\n", {"a": "off", "b": "yes", "c": "no"}),
        ("a: true\nb: false\nc: null\nd: ~\ne:\n", {"a": True, "b": False, "c": None, "d": None, "e": None}),
        (
            "a: 7\nb: -7\nc: 1.5\nd: '7'\ne: 0x10\nf: 1_000\n",
            {"a": 7, "b": -7, "c": 1.5, "d": "7", "e": "0x10", "f": "1_000"},
        ),
        ("a: 2026-12-25\nb: 12:30\n", {"a": "2026-12-25", "b": "12:30"}),
        ("a: [1, [2, {b: 3}]]\n", {"a": [1, [2, {"b": 3}]]}),
        ("1: x\ntrue: y\n", {"1": "x", "true": "y"}),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
        ("a: 99999999999999999999\n", {"a": "99999999999999999999"}),
    ],
)
def test_scalars_follow_yaml_1_2_and_dates_are_texts(text: str, value: Any) -> None:
    assert read_yaml("a.yaml", text).value == value


def test_every_key_and_list_item_has_its_line() -> None:
    text = "a:\n  b:\n    - 1\n    - c: 2\n  d: {e: 3}\n"
    assert read_yaml("a.yaml", text).lines == {
        "a": 1,
        "a.b": 2,
        "a.b[0]": 3,
        "a.b[1]": 4,
        "a.b[1].c": 4,
        "a.d": 5,
        "a.d.e": 5,
    }


def refusal_of(text: str) -> str:
    with pytest.raises(MappingErrors) as caught:
        read_yaml("a.yaml", text)
    (error,) = caught.value.errors
    assert error.remedy
    return error.problem


def test_a_bomb_of_aliases_is_refused_at_its_first_anchor() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{k}: &{k} [{', '.join(['*' + p] * 9)}]\n" for p, k in pairwise("abcdefgh"))
    assert refusal_of(bomb) == "An anchor (&) is not read here."


@pytest.mark.parametrize("nest", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000, "[" * 20 + "]" * 20])
def test_deep_nesting_is_refused(nest: str) -> None:
    assert refusal_of(nest) == f"This is nested more than {MAX_DEPTH} deep."


def test_too_many_values_are_refused() -> None:
    assert refusal_of("a: [" + "1," * MAX_VALUES + "]\n") == f"The file holds more than {MAX_VALUES} values."


@pytest.mark.parametrize(
    "text",
    ["a: !!python/name:os.system x\n", "a: !ours [1]\n", "!!map {a: b}\n", "a: !!binary aGk=\n"],
)
def test_tags_are_refused(text: str) -> None:
    assert refusal_of(text).startswith("The tag ")


@pytest.mark.parametrize(
    "text",
    [
        "a: [\n",
        "a: b: c\n",
        "'",
        "\t- a",
        "%YAML 9.9\n---\na: b\n",
        "a: \x07\n",
        'a: "\\UFFFFFFFF"\n',
        "a: b\n...\nc: d\n",
        "{,}",
    ],
)
def test_what_is_not_yaml_is_told_in_a_sentence(text: str) -> None:
    with pytest.raises(MappingErrors) as caught:
        read_yaml("a.yaml", text)
    for error in caught.value.errors:
        assert error.problem.endswith(".")
        assert "\n" not in str(error)
