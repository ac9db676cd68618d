"""Configures structured logging: one JSON object a line, or lines for people on a terminal; known secrets are masked.

Libraries that use the standard ``logging`` go through the same processors. Nothing here decides what is logged; payload
bodies and secrets are not to be logged at all, and the masking is the net below that rule (S22).
"""

import logging
import sys
from typing import Any, TextIO

import structlog

from integration.redaction import masking, redact
from integration.settings import Settings

bound = structlog.contextvars.bound_contextvars
bind = structlog.contextvars.bind_contextvars


def configure(
    settings: Settings, *, level: int = logging.INFO, stream: TextIO | None = None, is_json: bool | None = None
) -> None:
    """Send all logging to ``stream`` (default: standard error), as JSON unless that is a terminal.

    Call it once in each process before anything logs. ``bound(case=…)`` then binds values to everything logged inside a
    ``with`` block.
    """
    out = stream or sys.stderr
    as_json = not out.isatty() if is_json is None else is_json
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redaction(settings.secret_values()),
    ]
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.ExtraAdder(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(as_json)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _renderer(as_json: bool) -> structlog.typing.Processor:
    if as_json:
        return structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    return structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def redaction(secrets: frozenset[str]) -> structlog.typing.Processor:
    """Return a processor that masks every one of ``secrets`` in any value, at any depth, and whatever is named like a
    secret."""
    mask = masking(secrets)

    def process(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        # Names with an underscore are structlog's own bookkeeping, removed before anything is written.
        return {name: value if name.startswith("_") else redact(name, value, mask) for name, value in event.items()}

    return process
