"""Reads the environment, a ``.env`` file and files that hold secrets into one mapping, and parses single values.

The environment wins over ``.env``. A variable set to nothing counts as not set, since Compose files pass empty values
on. Each secret ``X`` may come as ``X_FILE``, the path of a file that holds it.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from integration.errors import ConfigError

PREFIX = "FOLLOWTHROUGH_"
REDIS_KINDS = ("redis", "rediss", "unix")
DATABASE_KINDS = ("sqlite", "postgresql", "postgresql+psycopg")
SECRET_FILE_LIMIT = 65_536  # bytes; far above any private key

# `owner/repo` globs for GitHub, project key globs for Jira; an optional `github:` or `jira:` in front says which is
# meant.
_SCOPE_ENTRY = re.compile(r"(?:(github|jira):)?([A-Za-z0-9_.*?\[\]-]+(?:/[A-Za-z0-9_.*?\[\]-]+)?)")


@dataclass(frozen=True)
class Address:
    """Where a server listens. ``str()`` gives ``host:port`` as it would stand in a URL."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def read_environment(
    environ: Mapping[str, str] | None, env_file: str | Path | None, known: frozenset[str], secret: frozenset[str]
) -> dict[str, str]:
    """Return the values of the ``known`` variables, those of ``secret`` also from ``*_FILE``.

    Raises :class:`ConfigError` for an unreadable file, for a secret given in both ways in one place, and for an unknown
    variable that carries our prefix, since a misspelt limit that is silently ignored is no limit.
    """
    values: dict[str, str] = {}
    for where, layer in ((str(env_file), _read_env_file(env_file)), ("", os.environ if environ is None else environ)):
        values |= _read_layer(layer, where, known, secret)
    return values


def _read_layer(layer: Mapping[str, str], where: str, known: frozenset[str], secret: frozenset[str]) -> dict[str, str]:
    given = {name: value for name, value in layer.items() if value.strip()}
    file_names = {f"{name}_FILE": name for name in secret}
    for name in given:
        if name.startswith(PREFIX) and name not in known and name not in file_names:
            close = difflib.get_close_matches(name, known, n=1)
            remedy = f"Did you mean {close[0]}?" if close else "Remove it, or see the list of settings in the README."
            raise ConfigError(f"{name} is not a setting of this version.", where=where, remedy=remedy)
    values = {name: value.strip() for name, value in given.items() if name in known}
    for file_name, name in file_names.items():
        if file_name in given:
            if name in values:
                raise ConfigError(f"{name} and {file_name} are both set.", where=where, remedy="Keep one of the two.")
            values[name] = _read_secret_file(file_name, Path(given[file_name]))
    return values


def _read_env_file(path: str | Path | None) -> dict[str, str]:
    if path is None or not Path(path).is_file():
        return {}
    # Imported here, because most processes of a container run without a file.
    from dotenv import dotenv_values  # noqa: PLC0415

    try:
        found = dotenv_values(path, interpolate=False, encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The file cannot be read: {error}.", where=str(path), remedy="Save it as UTF-8.") from None
    return {name: value for name, value in found.items() if value is not None}


def _read_secret_file(variable: str, path: Path) -> str:
    try:
        raw = path.read_bytes()[: SECRET_FILE_LIMIT + 1]
        text = raw.decode("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        kind = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigError(f"{path} cannot be read: {kind}.", where=variable, remedy="Name a readable file.") from None
    if not text or len(raw) > SECRET_FILE_LIMIT:
        raise ConfigError(f"{path} is empty or over 64 kB.", where=variable, remedy="It should hold only the secret.")
    return text


def parse_address(text: str) -> Address:
    """Return the host and port of ``host:port`` or ``[ipv6]:port``. Raises ``ValueError``."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise ValueError("Write it as host:port, for example 127.0.0.1:8080.")
    return Address(host, int(port))


def parse_loopback(text: str) -> Address:
    """Return the host and port of an address of this machine. Raises ``ValueError`` for any other."""
    address = parse_address(text)
    if not is_loopback(address.host):
        raise ValueError("The admin page answers this machine only. Reach it from elsewhere through a tunnel (ssh -L).")
    return address


def parse_tracker_url(text: str) -> str:
    """Return the base URL of a tracker without a final slash. Raises ``ValueError`` unless it is https, or http on this
    machine (S24)."""
    url = urlsplit(text)
    if url.scheme not in {"http", "https"} or not url.hostname:
        raise ValueError("Write a whole address, for example https://tracker.example.")
    if url.scheme == "http" and not is_loopback(url.hostname):
        raise ValueError("Credentials would travel in clear text. Use https; http is only for this machine.")
    if url.username or url.password or url.query or url.fragment:
        raise ValueError("Leave out user, password, query and fragment; credentials have variables of their own.")
    return text.rstrip("/")


def is_loopback(host: str) -> bool:
    """Return whether ``host`` is this machine, by name or by address; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def check_store_url(variable: str, url: str, kinds: tuple[str, ...]) -> None:
    """Raise :class:`ConfigError` unless the address of a store is of one of these kinds; its address, which may hold a password, is not shown."""
    if urlsplit(url).scheme not in kinds:
        remedy = f"It starts with {' or '.join(f'{kind}:' for kind in kinds)}."
        raise ConfigError("The address has an unknown kind.", where=variable, remedy=remedy)


def parse_webhook_secrets(text: str) -> tuple[bytes, ...]:
    """Return the active secrets of a comma-separated list, at most two. Raises ``ValueError``.

    An empty entry would verify everything that is signed with the empty key, and a short one can be guessed (S1).
    """
    entries = tuple(entry.strip().encode() for entry in text.split(","))
    if any(len(entry) < 16 for entry in entries):
        raise ValueError(
            "An entry is empty or shorter than 16 bytes. Use long random text; a comma separates two secrets."
        )
    if len(entries) > 2:
        raise ValueError("There are more than two entries. Two are enough to rotate: the new one and the old one.")
    return entries


def parse_scope(text: str) -> tuple[str, ...]:
    """Return scope globs as ``github:owner/repo`` and ``jira:KEY``. Raises ``ValueError``.

    Without a site in front, a slash means GitHub, and none means Jira; ``*`` alone means everything.
    """
    globs: list[str] = []
    for entry in (part.strip() for part in text.split(",")):
        found = _SCOPE_ENTRY.fullmatch(entry)
        if entry == "*":
            globs += ["github:*/*", "jira:*"]
        elif (
            found is None or (found[1] == "jira" and "/" in found[2]) or (found[1] == "github" and "/" not in found[2])
        ):
            raise ValueError(f"{entry!r} is no glob of a repository (acme/*) or of a Jira project (PM*).")
        elif "/" in found[2]:
            globs.append(f"github:{found[2].lower()}")
        else:
            globs.append(f"jira:{found[2].upper()}")
    return tuple(globs)
