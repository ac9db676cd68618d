"""The webhook secret that setting up uses: the one of the settings, else one that is made once and kept in the data directory, and never shown."""

import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from integration import datadir

LENGTH = 32  # bytes of randomness; deliveries are refused under 16


@dataclass(frozen=True, repr=False)
class Secret:
    """A secret, and the file that it lies in where it does not come from the settings."""

    value: str
    file: Path | None = None


def secret_for(site: str, given: tuple[bytes, ...], data_dir: Path, *, only_show: bool) -> Secret:
    """Return the newest secret of the settings, else that of the file, made if need be. Raises ``ConfigError`` for a doubtful data directory."""
    if given:
        return Secret(given[0].decode())
    file = data_dir / f"{site}_webhook_secret"
    if file.exists():
        return Secret(file.read_text("utf-8").strip(), file)
    value = secrets.token_urlsafe(LENGTH)
    if not only_show:
        datadir.prepare(data_dir)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as opened:
            opened.write(value + "\n")
    return Secret(value, file)
