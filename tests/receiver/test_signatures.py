"""Signatures: what verifies and, above all, what does not."""

import hashlib
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.signatures import is_signed, parse_signature

BODY = b"Hello World!"
SECRET = b"It's a Secret to Everybody"
# The test vector of Atlassian's webhook documentation, which GitHub's shares the scheme of.
VECTOR = "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9"


def test_the_documented_vector_verifies():
    signature = parse_signature(VECTOR)
    assert signature is not None
    assert is_signed(BODY, signature, [SECRET])


def test_either_of_two_active_secrets_verifies():
    signature = parse_signature(VECTOR)
    assert signature is not None
    assert is_signed(BODY, signature, [b"another-secret-012345", SECRET])
    assert is_signed(BODY, signature, [SECRET, b"another-secret-012345"])
    assert not is_signed(BODY, signature, [b"another-secret-012345", b"third-secret-01234567"])


def test_another_body_does_not_verify():
    signature = parse_signature(VECTOR)
    assert signature is not None
    assert not is_signed(BODY + b" ", signature, [SECRET])


def test_the_empty_secret_verifies_nothing_even_what_is_signed_with_it():
    signature = hmac.digest(b"", BODY, hashlib.sha256)
    assert not is_signed(BODY, signature, [b""])
    assert not is_signed(BODY, signature, [])


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "sha256=",
        VECTOR.removeprefix("sha256="),
        VECTOR[:-1],
        VECTOR + "0",
        VECTOR + "\n",
        " " + VECTOR,
        VECTOR.replace("sha256", "SHA256"),
        VECTOR.replace("sha256", "sha512"),
        "sha1=" + hmac.new(SECRET, BODY, hashlib.sha1).hexdigest(),
        f"{VECTOR},{VECTOR}",
        f"{VECTOR}, {VECTOR}",
        VECTOR.replace("a", "ä", 1),
        VECTOR.replace("4", "٤"),  # an Arabic-Indic digit, which int() would take
        VECTOR.replace("c9", "zz"),
    ],
)
def test_a_malformed_doubled_or_other_header_is_no_signature(header: str | None):
    assert parse_signature(header) is None


@given(st.text(max_size=90) | st.text(string.hexdigits, min_size=60, max_size=70).map("sha256=".__add__))
def test_only_64_hex_digits_after_sha256_are_a_signature(header: str):
    parsed = parse_signature(header)
    digits = header.removeprefix("sha256=")
    well_formed = header.startswith("sha256=") and len(digits) == 64 and set(digits) <= set(string.hexdigits)
    assert (parsed is not None) == well_formed
    assert parsed is None or len(parsed) == 32


@given(st.binary(max_size=200), st.binary(min_size=16, max_size=40), st.binary(min_size=32, max_size=32))
def test_a_guessed_signature_does_not_verify_and_the_right_one_does(body: bytes, secret: bytes, guess: bytes):
    right = hmac.digest(secret, body, "sha256")
    assert is_signed(body, right, [secret])
    assert is_signed(body, guess, [secret]) == (guess == right)
