"""Checks that a delivery was signed with one of our secrets: HMAC-SHA256 over the raw bytes, in constant time. Pure.

Both trackers send ``sha256=<64 hex digits>``: GitHub as ``X-Hub-Signature-256``, Jira as ``X-Hub-Signature`` (its
documentation says that the method in front may change; none but SHA-256 is accepted).
"""

import hmac
import re
from collections.abc import Iterable

# Two headers of one name arrive joined by a comma, which this does not match: a doubled signature is no signature.
_SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})", re.ASCII)


def parse_signature(header: str | None) -> bytes | None:
    """Return the 32 bytes of a signature header, or None for one that is missing, doubled, malformed or not SHA-256."""
    found = _SIGNATURE.fullmatch(header) if header else None
    return bytes.fromhex(found[1]) if found else None


def is_signed(body: bytes, signature: bytes, secrets: Iterable[bytes]) -> bool:
    """Return whether ``signature`` (32 bytes) is that of ``body`` under any of ``secrets``.

    Every secret is tried, whichever fits, so that the time taken tells nothing about which of two is active. An empty
    secret fits nothing: it would verify whatever is signed with the empty key.
    """
    fits = [hmac.compare_digest(hmac.digest(secret, body, "sha256"), signature) for secret in secrets if secret]
    return any(fits)
