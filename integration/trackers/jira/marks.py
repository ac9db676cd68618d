"""How our own comments and tickets on Jira are found again: a small last line with a short signed reference, and an
issue property. Pure.

Wiki markup has no comment syntax, comment properties are not kept by every Jira, and an issue property can be set by
any editor through REST: so each mark is signed for the issue that it belongs to, and is only a way to find what the
ledger knows (DESIGN 4.7).
"""

import hmac
import re
from typing import Any

from integration.postmortem.incident import IssueKey
from integration.trackers.jira.escape import escaped, without_escapes
from integration.trackers.markers import Signer

PROPERTY = "followthrough"
_SHORT = 20  # Hexadecimal digits, so 80 bits: a forger has one try a comment, under our own account.
_LINE = re.compile(rf"Followthrough · ([A-Za-z0-9:._+-]{{1,120}}) · ([0-9a-f]{{{_SHORT}}})")


def last_line(signer: Signer, belongs_to: IssueKey, purpose: str) -> str:
    """Return the line of small print that ends our text: ``Followthrough · status · 3f2a91c…``."""
    return f"~{escaped(f'Followthrough · {purpose} · {_short(signer, belongs_to, purpose)}')}~"


def purpose_of_text(signer: Signer, belongs_to: IssueKey, markup: str) -> str | None:
    """Return the purpose of the last sound reference in a text, or ``None``."""
    for found in reversed(_LINE.findall(without_escapes(markup))):
        purpose, signature = found
        if hmac.compare_digest(signature, _short(signer, belongs_to, purpose)):
            return str(purpose)
    return None


def property_value(signer: Signer, belongs_to: IssueKey, purpose: str) -> dict[str, str]:
    """Return what the issue property holds."""
    return {"marker": signer.marker(belongs_to, purpose)}


def purpose_of_property(signer: Signer, belongs_to: IssueKey, value: Any) -> str | None:
    """Return the purpose that a sound issue property names, or ``None``."""
    marker = value.get("marker") if isinstance(value, dict) else None
    return signer.purpose(belongs_to, marker) if isinstance(marker, str) else None


def origin_of(signer: Signer, site: str, value: Any, markup: str) -> IssueKey | None:
    """Return the incident that the sound mark of an incident opened for another system names, in property or text, or ``None``."""
    marker = value.get("marker") if isinstance(value, dict) else None
    if isinstance(marker, str) and (origin := signer.origin(site, marker)):
        return origin
    for purpose, _ in _LINE.findall(without_escapes(markup)):
        origin = signer.origin_named(site, purpose)
        if origin and purpose_of_text(signer, origin, markup) == purpose:
            return origin
    return None


def _short(signer: Signer, belongs_to: IssueKey, purpose: str) -> str:
    return signer.marker(belongs_to, purpose).rpartition(":")[2][:_SHORT]
