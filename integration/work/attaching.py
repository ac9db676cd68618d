"""Reaching the Redis that the settings name. Apart from the embedded server, because the receiver reaches it, too, and has to stay small."""

import os
import stat
from pathlib import Path

import redis

from integration.errors import ConfigError
from integration.settings import Settings


def attach(settings: Settings) -> "redis.Redis":
    """Return a client of the Redis that the settings name, after it has answered. Raises :class:`ConfigError` if it does not.

    An embedded Valkey is never started here; its socket is only used if it belongs to this user (S21).
    """
    if settings.is_redis_embedded and settings.valkey_socket.exists():
        check_ours(settings.valkey_socket)
    client = redis.Redis.from_url(settings.redis_url, socket_connect_timeout=5)
    try:
        client.ping()
    except redis.RedisError as error:
        client.close()
        if settings.is_redis_embedded:
            remedy = (
                "Start it with `followthrough up`, or set FOLLOWTHROUGH_REDIS_URL to a Redis or Valkey of your own."
            )
            message = f"No embedded Valkey answers on {settings.valkey_socket}."
        else:
            remedy = "Check that the server runs, and the address and password."
            message = f"Redis does not answer ({type(error).__name__})."
        raise ConfigError(message, where="FOLLOWTHROUGH_REDIS_URL", remedy=remedy) from None
    return client


def check_ours(path: Path) -> None:
    """Raise :class:`ConfigError` unless ``path`` is a socket of this user (S21)."""
    found = path.lstat()
    if not stat.S_ISSOCK(found.st_mode) or found.st_uid != os.geteuid():
        raise ConfigError(
            f"{path} is not a socket of this user, and may be somebody else's server.",
            where="FOLLOWTHROUGH_DATA_DIR",
            remedy="Remove it, or choose another data directory.",
        )
