"""Signed markers: how our own comments and tickets are found again. They find; the ledger decides (DESIGN 4.7). Pure.

A marker names a purpose and carries an HMAC-SHA-256 (128 bits shown) over site, the issue that it belongs to, and the purpose, with the
installation's key. A marker copied to another issue, edited, or made up does not verify and has no effect.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass

from integration.postmortem.incident import IssueKey

_OPENED = re.compile(r"incident:[0-9a-f]{16}:([A-Za-z0-9._-]{1,40})")
"""The purpose of an incident that was opened for another system: ``rules.elsewhere.purpose_of``."""
_FORM = re.compile(r"followthrough:v1:([A-Za-z0-9:._+-]{1,120}):([0-9a-f]{32})")


@dataclass(frozen=True)
class Signer:
    """Signs and checks markers with one installation's ``key``."""

    key: bytes

    def marker(self, belongs_to: IssueKey, purpose: str) -> str:
        """Return the marker text ``followthrough:v1:<purpose>:<signature>``; it holds no character that Markdown or wiki markup reads."""
        return f"followthrough:v1:{purpose}:{self._sign(belongs_to, purpose)}"

    def purpose(self, belongs_to: IssueKey, text: str) -> str | None:
        """Return the purpose of the last sound marker in ``text`` for that issue, or ``None``."""
        for match in reversed(list(_FORM.finditer(text))):
            purpose, signature = match.groups()
            if hmac.compare_digest(signature, self._sign(belongs_to, purpose)):
                return purpose
        return None

    def origin(self, site: str, text: str) -> IssueKey | None:
        """Return the incident from which an issue with this text was opened for another system, or ``None``.

        The marker is signed for that incident, which its purpose names, so it verifies on the new issue alone as well.
        """
        for match in _FORM.finditer(text):
            origin = self.origin_named(site, match[1])
            if origin and self.purpose(origin, match[0]):
                return origin
        return None

    @staticmethod
    def origin_named(site: str, purpose: str) -> IssueKey | None:
        """Return the incident that a purpose names as its origin, not verified; ``None`` for other purposes."""
        named = _OPENED.fullmatch(purpose)
        return IssueKey(site, named[1]) if named else None

    def _sign(self, belongs_to: IssueKey, purpose: str) -> str:
        message = f"{belongs_to.site}\n{belongs_to.id}\n{purpose}".encode()
        return hmac.new(self.key, message, hashlib.sha256).hexdigest()[:32]
