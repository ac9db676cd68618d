"""The receiver's log lines: the same JSON as elsewhere, with secrets masked, by the standard library alone."""

import json
import logging
import sys

import pytest

from integration.settings import Settings
from webhooks import logs

SENTINEL = "sentinel-secret-0123456789"


def format_line(record: logging.LogRecord) -> dict[str, object]:
    line: dict[str, object] = json.loads(logs.JsonLines(frozenset({SENTINEL})).format(record))
    return line


def test_a_line_has_the_usual_keys_and_what_was_given_as_extra():
    record = logging.makeLogRecord(
        {
            "name": "webhooks",
            "levelname": "WARNING",
            "msg": "refused %s",
            "args": ("it",),
            "created": 0.5,
            "site": "jira",
        }
    )
    assert format_line(record) == {
        "event": "refused it",
        "logger": "webhooks",
        "level": "warning",
        "timestamp": "1970-01-01T00:00:00.500000Z",
        "site": "jira",
    }


def test_a_secret_in_the_text_in_an_extra_or_in_a_trace_is_masked():
    try:
        raise RuntimeError(f"told {SENTINEL}")
    except RuntimeError:
        trace = sys.exc_info()
    line = format_line(logging.makeLogRecord({"msg": f"saw {SENTINEL}", "url": f"x/{SENTINEL}", "exc_info": trace}))
    assert SENTINEL not in json.dumps(line)
    assert "told ***" in str(line["exception"])


def test_configuring_sends_everything_to_standard_error_as_json(capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logs.configure(Settings.load({"GITHUB_TOKEN": SENTINEL}, env_file=None))
        logging.getLogger("library").info("saw %s", SENTINEL)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    assert json.loads(capsys.readouterr().err)["event"] == "saw ***"
