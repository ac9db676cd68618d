"""Headers and bytes become a delivery's key, event and payload, or a refusal that shows no content."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integration.errors import DeliveryRejected
from webhooks.deliveries import Payload, Sender, delivery_key, read_event, read_payload

SENDER = Sender("github", "X-Hub-Signature-256", "X-Id", ("X-Target",))


class Example(Payload):
    number: int
    name: str = ""


def refusal_of(body: bytes) -> DeliveryRejected:
    with pytest.raises(DeliveryRejected) as refusal:
        read_payload(Example, body)
    return refusal.value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello",
        b"\xff\xfe",
        b'{"number": 1} trailing',
        b'{"number": 1',
        b'{"number": 1, "deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"number": 1, "deep": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}",
        b"[" * 1_000_000,
        b'{"number": ' + b"9" * 5_000 + b"}",
        b'{"number": 1, "large": ' + b"9" * 100_000 + b"}",
    ],
    ids=lambda body: f"{body[:30]!r}, {len(body)} bytes",
)
def test_what_is_no_readable_json_is_refused_as_such(body: bytes):
    refusal = refusal_of(body)
    assert (refusal.status, refusal.reason) == (400, "not_json")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"{}", "number"),
        (b'{"number": "1"}', "number"),
        (b'{"number": true}', "number"),
        (b'{"number": 1.5}', "number"),
        (b'{"number": null}', "number"),
        (b'{"number": 1, "name": ["secret text"]}', "name"),
    ],
)
def test_a_payload_of_the_wrong_shape_is_refused_with_the_fields_name_alone(body: bytes, field: str):
    refusal = refusal_of(body)
    assert (refusal.status, refusal.reason) == (400, "wrong_shape")
    assert repr(field) in str(refusal)
    assert "secret text" not in str(refusal)


def test_a_list_instead_of_an_object_is_the_wrong_shape():
    assert refusal_of(b"[1, 2]").reason == "wrong_shape"


def test_a_form_is_told_to_become_json():
    assert "application/json" in str(refusal_of(b"payload=%7B%22action%22%3A%22opened%22%7D"))


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_any_json_is_read_or_refused_with_400(value: object):
    try:
        read_payload(Example, json.dumps({"number": value}).encode())
    except DeliveryRejected as refusal:
        assert refusal.status == 400


@given(st.text(max_size=80) | st.none())
def test_an_events_name_is_plain_or_refused(text: str | None):
    try:
        event = read_event(text, "header")
    except DeliveryRejected as refusal:
        assert (refusal.status, refusal.reason) == (400, "no_event")
    else:
        assert event.isascii() and event.replace("_", "a").replace(":", "a").isalpha() and len(event) <= 60


headers = st.fixed_dictionaries({}, optional={"X-Id": st.text(max_size=40), "X-Target": st.text(max_size=40)})


@given(headers, headers, st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_keys_are_equal_only_for_the_same_id_target_and_body(
    one: dict[str, str], other: dict[str, str], first: bytes, second: bytes
):
    same = (one.get("X-Id") or "", one.get("X-Target") or "") == (other.get("X-Id") or "", other.get("X-Target") or "")
    keys_match = delivery_key(SENDER, one, first) == delivery_key(SENDER, other, second)
    assert keys_match == (same and first == second)


def test_what_moves_between_id_and_target_is_told_apart():
    signature = b"0" * 32
    keys = {
        delivery_key(SENDER, {"X-Id": "1", "X-Target": "23"}, signature),
        delivery_key(SENDER, {"X-Id": "12", "X-Target": "3"}, signature),
        delivery_key(
            Sender("jira", "X-Hub-Signature", "X-Id", ("X-Target",)), {"X-Id": "1", "X-Target": "23"}, signature
        ),
    }
    assert len(keys) == 3
