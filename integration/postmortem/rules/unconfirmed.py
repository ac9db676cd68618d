"""Grants that stand in comments and that the ledger does not vouch for any more, since it was lost: they have no effect until somebody gives them anew (S9)."""

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.findings import Finding
from integration.postmortem.incident import Case, IssueKey
from mappings.models import Policy, Severity

CHECK = "decisions_confirmed"
LASTING = frozenset(
    {
        "evidence",
        "verify",
        "reject",
        "accept-risk",
        "approve",
        "waive",
        "severity",
        "resolved",
        "lead",
        "reviewer",
        "client",
        "sponsor",
    }
)
"""Words whose effect lasts; what was asked once (``/status``) or only told (``/note``) is not asked for again."""


def judge_unconfirmed(case: Case, memory: Memory, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return one finding per issue on which grants wait to be given anew, in the order in which they were given."""
    waiting: dict[IssueKey, dict[str, None]] = {}
    for decision in memory.decisions:
        if _waits(decision, memory):
            words = waiting.setdefault(decision.issue, {})
            words[
                f"`/{decision.word} {decision.reason}`"
                if decision.word in ("approve", "waive")
                else f"`/{decision.word}`"
            ] = None
    places = {issue.ref.key: issue.ref.short for issue in case.issues}
    level = policy.level(CHECK, severity)
    return tuple(
        Finding(
            CHECK,
            f"Decisions on {places[key]}",
            False,
            level,
            f"the record of them was lost: unconfirmed are {', '.join(words)}",
            f"Please say anew what still holds: {', '.join(words)}.",
        )
        for key, words in waiting.items()
        if key in places
    )


def _waits(decision: Decision, memory: Memory) -> bool:
    """Tell whether a grant is unconfirmed and nobody has given it anew on the same issue."""
    if decision.confirmed or not decision.accepted or decision.word not in LASTING:
        return False
    scope = decision.reason if decision.word in ("approve", "waive", "evidence") else None
    return not any(
        each.grants
        and each.word == decision.word
        and each.issue == decision.issue
        and each.at >= decision.at
        and scope in (None, each.reason)
        for each in memory.decisions
    )
