"""Configures structured logging: one JSON object a line, or lines for people on a terminal; known secrets are masked.

Libraries that use the standard ``logging`` go through the same processors. Nothing here decides what is logged; payload
bodies and secrets are not to be logged at all, and the masking is the net below that rule (S22).
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any, TextIO

import structlog

from integration.settings import Settings

MASK = "***"
_SHORTEST_MASKED = 4  # characters; masking shorter texts would tear up ordinary words
_SECRET_NAMES = re.compile(r"authorization|password|secret|token|private_key|cookie", re.IGNORECASE)

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

    def redact(_logger: Any, _method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {name: _redact(name, value, mask) for name, value in event.items()}

    return redact


def masking(secrets: frozenset[str]) -> Callable[[str], str]:
    """Return a function that replaces every one of ``secrets`` in a text; longer ones first, so that none is left in
    part."""
    texts = sorted((text for text in secrets if len(text) >= _SHORTEST_MASKED), key=len, reverse=True)
    if not texts:
        return lambda text: text
    pattern = re.compile("|".join(re.escape(text) for text in texts))
    return lambda text: pattern.sub(MASK, text)


def _redact(name: str, value: Any, mask: Callable[[str], str]) -> Any:
    if _SECRET_NAMES.search(name) and isinstance(value, str | bytes) and value:
        return MASK
    match value:
        case str():
            return mask(value)
        case bytes() | BaseException():
            return mask(repr(value))
        case Mapping():
            return {mask(str(key)): _redact(str(key), item, mask) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_redact("", item, mask) for item in value]
        case bool() | int() | float() | None:
            return value
        case _ if name.startswith("_"):
            return value  # structlog's own bookkeeping, removed before anything is written
        case _:
            return mask(str(value))
