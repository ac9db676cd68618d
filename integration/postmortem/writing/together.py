"""What several findings say about the same thing, told as one next step: a cause that lacks four things is one thing to look at."""

from dataclasses import replace

from integration.postmortem.findings import Finding

MOST_REMEDIES = 2
LONGEST_REASON = 320  # characters
THE_REST = "The details have the rest."


def together(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Merge findings about the same thing, of the same level, into one at the place of the first; what is asked first comes first."""
    grouped: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        grouped.setdefault((finding.about, finding.level.value), []).append(finding)
    return tuple(_merged(same) for same in grouped.values())


def _merged(same: list[Finding]) -> Finding:
    if len(same) == 1:
        return same[0]
    reason = "; ".join(dict.fromkeys(finding.reason for finding in same))
    remedies = tuple(dict.fromkeys(finding.remedy for finding in same if finding.remedy))
    shown = " ".join((*remedies[:MOST_REMEDIES], *((THE_REST,) if len(remedies) > MOST_REMEDIES else ())))
    short = reason if len(reason) <= LONGEST_REASON else reason[: LONGEST_REASON - 1].rstrip() + "…"
    return replace(same[0], reason=short, remedy=shown)
