"""Whether an action says much the same as one that was closed on an earlier incident (RULES A12): the earlier fix did not hold, perhaps.

Only earlier actions of the same project are compared, since what another client did is not told here.
"""

import re

from integration.postmortem.findings import Finding
from integration.postmortem.reading.gist import gist
from integration.postmortem.remediation import ActionRow, EarlierAction
from integration.postmortem.rules.phrasing import accepts_risk
from mappings.models import Level, Policy, Severity

CHECK = "action_repeated"
FEWEST_WORDS = 3
"""Words that tell something, from which on two actions can be compared: "fix the bug" is like many."""


def judge_repeated(
    row: ActionRow | None, earlier: tuple[EarlierAction, ...], about: str, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return a finding that names the nearest earlier action; none where the row names it already, and so says why it is done again."""
    level = policy.level(CHECK, severity)
    if row is None or level is Level.OFF or accepts_risk(row, policy):
        return ()
    found = nearest(row.description, earlier, policy.remediation.repeated.alike_percent)
    if found is None or _names(row, found):
        return ()
    when = f" on {found.settled_on}" if found.settled_on else ""
    reason = f"it says much the same as {found.action_id} of {found.incident}, which was closed{when}"
    remedy = f"If that did not hold, name {found.ticket or found.incident} in the row, and say what will be different this time."
    return (Finding(CHECK, about, False, level, reason, remedy, line=row.line),)


def nearest(description: str, earlier: tuple[EarlierAction, ...], percent: int) -> EarlierAction | None:
    """Return the earlier action that shares most words with this one, where each shares ``percent`` of its words with the other."""
    words = gist(description)
    if len(words) < FEWEST_WORDS:
        return None
    best, most = None, 0.0
    for each in earlier:
        theirs = gist(each.description)
        if len(theirs) < FEWEST_WORDS:
            continue
        alike = len(words & theirs) / max(len(words), len(theirs))
        if alike * 100 >= percent and alike > most:
            best, most = each, alike
    return best


def _names(row: ActionRow, found: EarlierAction) -> bool:
    said = " ".join((row.description, row.criteria, row.ticket, *(value for _, value in row.fields)))
    names = {found.ticket, found.incident, _short(found.ticket), _short(found.incident)} - {""}
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names)


def _short(locator: str) -> str:
    return "#" + locator.rpartition("#")[2] if "#" in locator else locator
