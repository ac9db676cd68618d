"""Whether the actions together keep it from happening again, would notice it if it did, and work without anybody remembering them (RULES A8, A9).

Several barriers: J. Reason, *Human error: models and management* (2000). Stronger, intermediate and weaker actions: RCA², National Patient Safety
Foundation (2015): training, documents and reminders wear off.
"""

from collections.abc import Iterable

from integration.postmortem.findings import Finding
from integration.postmortem.reading.gist import begins_with, words_from_its_verb
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.phrasing import accepts_risk
from mappings.models import Effect, Level, Policy, Severity

MIX, STRONG = "action_mix", "actions_strong"
ABOUT = "Remediation actions"


def judge_mixture(rows: Iterable[ActionRow], severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return what the actions lack together; nothing while there are none, which is asked for as a whole."""
    effects = [effect_of(row, policy) for row in rows if row.description and not accepts_risk(row, policy)]
    if not effects:
        return ()
    return (*_mix(effects, severity, policy), *_strong(effects, severity, policy))


def effect_of(row: ActionRow, policy: Policy) -> Effect:
    """Return what an action does about the next time: as its first words say, else as its kind does."""
    words, wording = words_from_its_verb(row.description), policy.remediation.wording
    if begins_with(words, wording.weak):
        return Effect.WEAK
    if begins_with(words, wording.detecting):
        return Effect.DETECT
    return policy.remediation.kind(row.kind.value if row.kind else policy.remediation.default_kind).effect


def _mix(effects: list[Effect], severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    level = policy.level(MIX, severity)
    if level is Level.OFF:
        return ()
    lacking = {
        Effect.PREVENT: "no action keeps it from happening again",
        Effect.DETECT: "no action would notice it next time",
    }
    reasons = [reason for effect, reason in lacking.items() if effect not in effects]
    if not reasons:
        return (Finding(MIX, ABOUT, True, level, "one keeps it from happening again, another would notice it"),)
    remedies = {
        Effect.PREVENT: "Add one that keeps it from happening again, such as a filter, a limit or a test before release.",
        Effect.DETECT: "Add one of kind monitoring, such as an alert that would have gone off on the first day.",
    }
    return tuple(
        Finding(MIX, ABOUT, False, level, lacking[effect], remedies[effect])
        for effect in lacking
        if effect not in effects
    )


def _strong(effects: list[Effect], severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    level = policy.level(STRONG, severity)
    if level is Level.OFF:
        return ()
    if any(effect is not Effect.WEAK for effect in effects):
        return (Finding(STRONG, ABOUT, True, level, "not all of them ask people to be more careful"),)
    reason = "they train, document or remind, and nothing else"
    return (Finding(STRONG, ABOUT, False, level, reason, policy.check(STRONG).asks),)
