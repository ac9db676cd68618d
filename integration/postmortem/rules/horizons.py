"""Whether an action is due within its horizon, and what limits the harm until a long-term one is there (RULES A4, issue 4.7)."""

from datetime import date, datetime, timedelta
from itertools import pairwise

from integration.postmortem.findings import Finding
from integration.postmortem.reading.normalise import contains_words, normalise
from integration.postmortem.remediation import ActionRow
from integration.postmortem.rules.phrasing import accepts_risk
from mappings.models import Horizon, Policy, Severity

DUE, INTERIM = "due_within_horizon", "interim_measure"


def judge_horizon(
    row: ActionRow | None, due: date | None, opened_at: datetime, about: str, severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return a finding where an action is due too late, or late without saying what helps until then.

    Days are counted from the opening of the incident, so that writing late gains nothing. An action that names no horizon has the time of the
    longest one. A risk that is lived with has the date until which it is accepted, and that is not judged here.
    """
    if row is None or due is None or accepts_risk(row, policy):
        return ()
    known = severity or policy.clocks.provisional_severity
    named = policy.remediation.horizon_for(row.horizon.value) if row.horizon else None
    horizon = named or max(policy.remediation.horizons, key=lambda each: each.days_at(known))
    days = horizon.days_at(known)
    latest = (opened_at + timedelta(days=days)).date()
    if due > latest:
        what = horizon.id if named else "any horizon"
        reason = f"it is due {due}, which is later than {what} allows"
        # The longest horizon leaves no longer one to choose.
        other = "; or choose a longer horizon" if _is_exceeded(horizon, known, policy) else ""
        return (
            Finding(
                DUE,
                about,
                False,
                policy.level(DUE, severity),
                reason,
                f"Within {days} days: by {latest}{other}.",
                line=row.line,
            ),
        )
    soon = _days_without_interim(horizon, known, policy)
    if soon is None or due <= (opened_at + timedelta(days=soon)).date() or names_interim(row, policy):
        return ()
    reason = f"it is due {due}, and nothing is named that helps until then"
    return (
        Finding(
            INTERIM, about, False, policy.level(INTERIM, severity), reason, policy.check(INTERIM).asks, line=row.line
        ),
    )


def _is_exceeded(horizon: Horizon, severity: Severity, policy: Policy) -> bool:
    return any(other.days_at(severity) > horizon.days_at(severity) for other in policy.remediation.horizons)


def _days_without_interim(horizon: Horizon, severity: Severity, policy: Policy) -> int | None:
    """Return the days that the horizon before this one allows; ``None`` where no interim measure is asked for."""
    if not horizon.interim:
        return None
    before = next((sooner for sooner, later in pairwise(policy.remediation.horizons) if later.id == horizon.id), None)
    return before.days_at(severity) if before is not None else 0


def names_interim(row: ActionRow, policy: Policy) -> bool:
    """Tell whether a row says what helps until it is done: in a column of its own, or in its words."""
    said = normalise(f"{row.description} {row.criteria}")
    return bool(dict(row.fields).get("interim")) or contains_words(
        said, map(normalise, policy.remediation.wording.interim)
    )
