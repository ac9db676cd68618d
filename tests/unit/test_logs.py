"""Logs: every line is JSON, and no known secret is in one."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from integration import logs
from integration.redaction import masking, redact
from integration.settings import Settings

SENTINEL = "sentinel-secret-0123456789"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that is logged while the test runs; logging is as before afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.configure(Settings.load({"GITHUB_TOKEN": SENTINEL}, None), stream=stream)
    yield stream
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_line_is_one_json_object_with_what_was_bound(lines: io.StringIO):
    with logs.bound(case="github:12"):
        structlog.get_logger("engine").info("looked", outcome="changed")
    line = json.loads(lines.getvalue())
    assert {name: line[name] for name in ("event", "case", "outcome", "level", "logger")} == {
        "event": "looked",
        "case": "github:12",
        "outcome": "changed",
        "level": "info",
        "logger": "engine",
    }
    assert line["timestamp"].endswith("Z")


def test_a_known_secret_is_masked_wherever_it_hides(lines: io.StringIO):
    log = structlog.get_logger("engine")
    log.info(f"saw {SENTINEL}", nested={"list": [SENTINEL, ValueError(SENTINEL)], SENTINEL: 1}, raw=SENTINEL.encode())
    logging.getLogger("library").warning("library says %s", SENTINEL, extra={"url": f"https://x/{SENTINEL}"})
    try:
        raise RuntimeError(f"told {SENTINEL}")
    except RuntimeError:
        log.exception("went wrong")
        logging.getLogger("library").exception("went wrong, too")
    written = lines.getvalue()
    assert len(written.splitlines()) == 4
    assert SENTINEL not in written
    assert "told ***" in written


def test_values_named_like_a_secret_are_masked_even_if_unknown():
    mask = masking(frozenset())
    assert redact("", {"Authorization": "Bearer x", "count": 3, "token_count": 7}, mask) == {
        "Authorization": "***",
        "count": 3,
        "token_count": 7,
    }


def test_a_longer_secret_that_holds_a_shorter_one_goes_whole():
    assert masking(frozenset({"abcd", "abcdefgh"}))("x abcdefgh y abcd") == "x *** y ***"


def test_people_get_lines_instead_of_json():
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure(Settings.load({}, None), stream=stream, is_json=False)
    structlog.get_logger("engine").info("looked", outcome="changed")
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)
    assert "looked" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
