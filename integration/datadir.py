"""The data directory, ours alone, and in it the key that signs markers and keys the audit chain. Knows no settings."""

import os
import secrets
import stat
from pathlib import Path

from integration.errors import ConfigError

KEY_BYTES = 32


def prepare(path: Path) -> None:
    """Create the data directory as 0700, or check that an existing one is ours and closed to others (S21).

    Raises :class:`ConfigError`: whoever can write here can forge decisions, so a doubtful directory is never mended
    silently.
    """
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = path.stat()
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be used as data directory: {error.strerror}.",
            where="FOLLOWTHROUGH_DATA_DIR",
            remedy="Name a directory that this user may create or owns.",
        ) from None
    if found.st_uid != os.geteuid():
        raise ConfigError(
            f"{path} belongs to user {found.st_uid}, the service runs as {os.geteuid()}.",
            where="FOLLOWTHROUGH_DATA_DIR",
            remedy=f"Run `chown -R {os.geteuid()} {path}`, or name another directory.",
        )
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigError(
            f"{path} is open to other users (mode {stat.S_IMODE(found.st_mode):04o}).",
            where="FOLLOWTHROUGH_DATA_DIR",
            remedy=f"Run `chmod 700 {path}`.",
        )


def read_or_make_key(path: Path) -> bytes:
    """Return the 32 bytes in ``path``, made once with mode 0600.

    Raises :class:`ConfigError` when the file is not as we left it.
    """
    if not path.exists():
        _make_key(path)
    found = path.stat()
    key = path.read_bytes()
    if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077 or len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path} should be 32 bytes that only this user may read.",
            where="FOLLOWTHROUGH_KEY",
            remedy=f"Run `chmod 600 {path}`, or restore it from the backup; a new key disowns every marker so far.",
        )
    return key


def _make_key(path: Path) -> None:
    """Write a new key beside its place, then link it there.

    Of two processes that start together one key wins, and none is half written.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.hardlink_to(draft)
    except FileExistsError:
        return  # Another process was first; its key is the one.
    finally:
        draft.unlink()
