"""Keeps the policy in force: the folder is read as one set, published with its hash, and a broken edit leaves the last good one in force (issue text
"Policy"; DESIGN 6). Works across restarts and processes, since what is in force stands in the ledger.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog

from integration.errors import ConfigError
from integration.ledger.ledger import Ledger
from mappings.errors import MappingErrors
from mappings.folder import locked
from mappings.loading import LoadedPolicy, load_policy, load_texts
from mappings.models import Policy
from mappings.weakening import weakenings

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class InForce:
    """The policy in force and its content hash."""

    policy: Policy
    stamp: str


def loaded_in_force(ledger: Ledger, folder: Path) -> LoadedPolicy:
    """Return the policy in force with its files; before any was published, the one of the folder. Raises ``MappingErrors``."""
    active = ledger.active_policy()
    return load_texts(active[1]) if active else load_policy(folder)


class PolicyKeeper:
    """Publishes edits of the folder and gives each look the policy that it pins."""

    def __init__(
        self,
        ledger: Ledger,
        folder: Path,
        clock: Callable[[], datetime],
        refused: Callable[[], None] = lambda: None,
    ) -> None:
        """Take where the policy lies and what to call when an edit is refused for the first time."""
        self._ledger, self._folder, self._clock, self._refused = ledger, folder, clock, refused
        self._kept: InForce | None = None
        self._looked_at: tuple[tuple[str, int, int], ...] = ()

    def publish(self) -> bool:
        """Read the folder if it changed since the last time; publish a good edit, remember why a broken one was refused. Returns whether it changed."""
        if self._fingerprint() == self._looked_at:
            return False
        if not self._folder.is_dir():
            return self._publish()  # Says that it is not there.
        # Whoever writes several files on the admin page holds the folder meanwhile.
        with locked(self._folder, exclusive=False):
            return self._publish()

    def _publish(self) -> bool:
        self._looked_at = self._fingerprint()
        active = self._ledger.active_policy()
        try:
            loaded = load_policy(self._folder)
        except MappingErrors as broken:
            lines = tuple(str(error) for error in broken.errors)
            if self._ledger.reject_policy(hashlib.sha256("\n".join(lines).encode()).hexdigest(), lines, self._clock()):
                self._refused()
                log.error("policy_refused", errors=lines, in_force=active[0] if active else None)
            if active is None:
                raise ConfigError(
                    str(broken),
                    where=str(self._folder),
                    remedy="Mend the mappings; there is no earlier policy to go on with.",
                ) from None
            return False
        if active is not None and active[0] == loaded.content_hash:
            self._ledger.publish_policy(loaded.content_hash, loaded.files, self._clock(), "service")
            return False
        weaker = (
            tuple(found.sentence for found in weakenings(load_texts(active[1]).policy, loaded.policy)) if active else ()
        )
        changed = self._ledger.publish_policy(
            loaded.content_hash, loaded.files, self._clock(), "service", weakenings=weaker
        )
        log.info("policy_published", policy=loaded.content_hash, weakened=weaker)
        return changed

    def in_force(self) -> InForce:
        """Return the policy that looks pin now; read from the ledger only when its hash is another one. Raises ``ConfigError`` before any was published."""
        active = self._ledger.active_policy()
        if active is None:
            raise ConfigError(
                "No policy was published yet.", where=str(self._folder), remedy="Run `followthrough mappings validate`."
            )
        if self._kept is None or self._kept.stamp != active[0]:
            self._kept = InForce(load_texts(active[1]).policy, active[0])
        return self._kept

    def _fingerprint(self) -> tuple[tuple[str, int, int], ...]:
        files = sorted(self._folder.rglob("*.yaml"))
        return tuple((str(file), file.stat().st_mtime_ns, file.stat().st_size) for file in files)
