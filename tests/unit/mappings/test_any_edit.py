"""Whatever is written into the mappings, the answer is a policy or a list of errors, and never a traceback."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.errors import MappingErrors
from mappings.loading import load_texts, shipped, shipped_text
from mappings.shape import STEMS
from mappings.weakening import weakenings

SHIPPED = load_texts({})
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.sampled_from(
        ["off", "block", "SEV1", "sev1", "incident", "2026-02-30", "{id", "github:*", "customfield_1", "a.b"]
    ),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=8,
)
FILES = st.sampled_from([f"{stem}.yaml" for stem in STEMS])


def load(files: dict[str, str]) -> None:
    """Load and, if that goes well, use what came of it."""
    try:
        loaded = load_texts(files)
    except MappingErrors as refused:
        assert refused.errors
        assert all(error.file and error.problem and error.remedy and error.line >= 0 for error in refused.errors)
        assert str(refused)
    else:
        weakenings(SHIPPED.policy, loaded.policy)
        assert load_texts(loaded.files).content_hash == loaded.content_hash


@settings(max_examples=150, deadline=None)
@given(name=FILES, text=st.text(max_size=200))
def test_any_text_in_a_file(name: str, text: str) -> None:
    load({name: text})


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_slip_of_the_hand_in_a_shipped_file(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(["severity", "people", "clocks", "service", "remediation"]))
    text = shipped_text(stem)
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 40))
    typed = data.draw(st.text(alphabet=" \n\t:-[]{}'\"#&*!|>,?%@`a1é\u202e\x00", max_size=8))
    load({f"{stem}.yaml": text[:start] + typed + text[start + length :]})


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_value_at_any_place(data: st.DataObject) -> None:
    stem = data.draw(st.sampled_from(STEMS))
    value = json.loads(json.dumps(shipped(stem).value))
    at: Any = value
    while True:
        key = data.draw(st.sampled_from(list(at) if isinstance(at, dict) else range(len(at))))
        if isinstance(at[key], (dict, list)) and at[key] and data.draw(st.integers(0, 4)):
            at = at[key]
            continue
        at[key] = data.draw(VALUES)
        break
    load({f"{stem}.yaml": json.dumps(value)})


@settings(max_examples=100, deadline=None)
@given(change=st.dictionaries(st.sampled_from([*STEMS, "applies_to", "x"]), VALUES, max_size=3))
def test_any_project_file(change: dict[str, Any]) -> None:
    load({"projects/shop.yaml": json.dumps({"applies_to": ["jira:SHOP"], **change})})


@settings(max_examples=100, deadline=None)
@given(stem=st.sampled_from(STEMS), data=st.data())
def test_any_value_at_any_place_of_a_project_file(stem: str, data: st.DataObject) -> None:
    path: list[str] = []
    at: Any = shipped(stem).value
    while isinstance(at, dict) and at and (not path or data.draw(st.booleans())):
        path.append(data.draw(st.sampled_from(list(at))))
        at = at[path[-1]]
    change: Any = data.draw(VALUES)
    for key in reversed([stem, *path]):
        change = {key: change}
    load({"projects/shop.yaml": json.dumps({"applies_to": ["jira:SHOP"], **change})})


@settings(max_examples=100, deadline=None)
@given(name=st.text(min_size=1, max_size=30))
def test_any_file_name(name: str) -> None:
    load({name: "zone: UTC\n"})
