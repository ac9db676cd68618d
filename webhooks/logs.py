"""The receiver's own logging: one JSON object a line on standard error, secrets masked, by the standard library alone.

``integration.logs`` writes the same lines with structlog, which imports rich and would cost seven megabytes here.
"""

import json
import logging
import sys
from datetime import UTC, datetime

from integration.redaction import masking, redact
from integration.settings import Settings

# What every record carries; anything else was given as ``extra`` and is what the line is about.
_STANDARD = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Formats a record as one JSON object with the keys that ``integration.logs`` uses."""

    def __init__(self, secrets: frozenset[str]) -> None:
        super().__init__()
        self._mask = masking(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as compact JSON, with its exception's trace under ``exception``."""
        line = {name: value for name, value in record.__dict__.items() if name not in _STANDARD}
        line |= {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(redact("", line, self._mask), ensure_ascii=False)


def configure(settings: Settings) -> None:
    """Send all logging of this process to standard error. Call it once, before anything logs."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines(settings.secret_values()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
