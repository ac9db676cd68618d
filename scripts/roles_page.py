"""Writes the tables of who may what into docs/roles.md, from the shipped policy: ``python -m scripts.roles_page``."""

from pathlib import Path

from integration.postmortem.rules.authority import APPOINTED_FOR
from integration.postmortem.rules.verdicts import WORDS
from mappings.loading import load_policy
from mappings.models import Authority, Level, Policy, Severity

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "roles.md"
BEGIN, END = "<!-- tables: made by scripts.roles_page -->", "<!-- end of tables -->"

KEYS = {
    "approve technical": "approve-technical",
    "approve governance": "approve-governance",
    "severity": "severity",
    "severity (lower)": "severity-lower",
    "resume": "pause",
    "adopt": "adopt",
    "decline recommendation": "decline-recommendation",
}
"""Deeds whose key in people.yaml has another name; all others are called as their command."""
NEVER = {
    "approve technical": "leads, or handed the lead on; gave the governance approval",
    "approve governance": "leads, or handed the lead on; gave the technical approval",
    "reviewer": "names themselves",
    "sponsor": "names themselves",
    "verify": "owned the action, gave the evidence, or made what it shows",
    "waive": "leads",
    "accept-risk": "owned the action; took part in the incident",
}
"""Who may not, whatever right they have: independence, which :mod:`eligible` and :mod:`verdicts` judge."""


def tables(policy: Policy) -> str:
    """Return both tables as Markdown."""
    return "\n".join((*_commands(policy), "", *_severities(policy)))


def _commands(policy: Policy) -> list[str]:
    deeds = sorted({*(word for word in WORDS if word != "approve"), *KEYS})
    lines = ["| command | on GitHub, these roles | on Jira, holders of | besides, by the mapping | never whoever |"]
    lines.append("|---|---|---|---|---|")
    for deed in deeds:
        needed = policy.people.commands.needed(KEYS.get(deed, deed))
        roles = " or ".join(role.replace("_", " ") for role in APPOINTED_FOR.get(deed, ())) or "–"
        cells = (f"`/{deed}`", _on_github(needed, policy), _on_jira(needed), roles, NEVER.get(deed, "–"))
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _on_github(needed: Authority, policy: Policy) -> str:
    if needed is Authority.ANY:
        return "everybody"
    held = [role for role, authority in policy.people.github_roles if authority.is_at_least(needed)]
    part = "those who take part, " if needed is Authority.PARTICIPANT else ""
    return f"{part}{', '.join(held)}"


def _on_jira(needed: Authority) -> str:
    if needed is Authority.ANY:
        return "everybody"
    if needed is Authority.PARTICIPANT:
        return "those who take part, triage, write, admin"
    return ", ".join(each.value for each in Authority if each.is_at_least(needed))


def _severities(policy: Policy) -> list[str]:
    rows: list[tuple[str, list[str]]] = [
        ("post-mortem", [policy.kind(each).value for each in Severity]),
        ("technical approval", _levels("approval_technical", policy)),
        ("governance approval", _levels("approval_governance", policy)),
        ("reviewed within", [_review(each, policy) for each in Severity]),
        ("verification of each action", _levels("verification", policy)),
        ("a lead who took no part", _levels("lead_apart", policy)),
        (
            "own work, with `team: solo`",
            ["needs somebody else" if each.rank < 3 else _alone(policy) for each in Severity],
        ),
    ]
    lines = ["| | SEV1 | SEV2 | SEV3 | SEV4 |", "|---|---|---|---|---|"]
    return [*lines, *(f"| {name} | {' | '.join(cells)} |" for name, cells in rows)]


def _levels(check: str, policy: Policy) -> list[str]:
    words = {Level.BLOCK: "needed", Level.WARN: "asked for", Level.ADVISE: "advised", Level.OFF: "–"}
    return [words[policy.level(check, each)] for each in Severity]


def _review(severity: Severity, policy: Policy) -> str:
    if policy.level("approval_technical", severity) is Level.OFF:
        return "–"
    return f"{policy.clocks.review_days.at(severity)} working days"


def _alone(policy: Policy) -> str:
    return f"after {policy.people.solo_after_hours} hours"


def page_with(text: str, policy: Policy) -> str:
    """Return the page with its tables as the policy has them."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}\n\n{tables(policy)}\n\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(), load_policy(ROOT / "mappings").policy))
