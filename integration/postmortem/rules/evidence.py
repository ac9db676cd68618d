"""Whether an action ticket may close: evidence of the right kind, verified by somebody independent, or a risk accepted until a date (DESIGN 5).

Works on remembered decisions only; what the present shows (owner, kind, criteria, description) is bound in by digest, so that a change lapses
what was verified before it (SECURITY.md S10).
"""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from integration.postmortem.decisions import Decision
from integration.postmortem.people import Person
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.exhibits import Shown, changed_since, pins_of, waiting_for
from mappings.models import ActionKind, Claim, Policy


class ProofState(StrEnum):
    """How far the proof of an action is."""

    WANTED = "evidence wanted"
    UNVERIFIED = "waiting for verification"
    VERIFIED = "verified"
    LAPSED = "verification lapsed"
    REJECTED = "evidence rejected"
    RISK_ACCEPTED = "risk accepted"
    RISK_EXPIRED = "accepted risk expired"


@dataclass(frozen=True)
class Proof:
    """The proof of one action: its state, the claims still missing, who verified or accepted, until when, and the reason in words.

    ``shown`` is the evidence with what was seen of it. ``comes_back`` says that a ticket which was rightly closed is open work again: the
    evidence was refused, its object changed, or the time of an accepted risk is over. ``is_independent`` is false where, in a team of one,
    people verified their own work.
    """

    state: ProofState
    missing: tuple[Claim, ...] = ()
    by: Person | None = None
    until: date | None = None
    why: str = ""
    given: tuple[Decision, ...] = ()
    shown: tuple[Shown, ...] = ()
    comes_back: bool = False
    is_independent: bool = True

    @property
    def sources(self) -> str:
        """Say who vouches for the evidence: the service, that looked, or those on whose word it is; where they differ, for each claim."""
        claims: dict[str, list[str]] = {}
        for each in self.shown:
            claims.setdefault(each.source, []).append(each.given.reason)
        if len(claims) < 2:
            return "".join(claims)
        return "; ".join(f"{' and '.join(dict.fromkeys(said))}: {source}" for source, said in claims.items())

    @property
    def suffices(self) -> bool:
        """Tell whether the ticket may close."""
        return self.state in (ProofState.VERIFIED, ProofState.RISK_ACCEPTED)


def subject_of(owner_id: str | None, kind: str, criteria: str, description: str, given: tuple[Decision, ...]) -> str:
    """Return the digest of everything that a verification is about; when it changes, the verification lapses."""
    parts = (
        owner_id or "",
        kind,
        " ".join(criteria.split()),
        " ".join(description.split()),
        *(d.subject for d in given),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def seal(subject: str, shown: tuple[Shown, ...]) -> str:
    """Return what a verification is bound to: the digest of what it is about, and how the evidence looked (S10)."""
    return f"{subject} {pins_of(shown)}".strip()


def risk_subject(description: str) -> str:
    """Return the digest of what is not being done when a risk is accepted: another action is another risk."""
    return hashlib.sha256(normalise(description).encode()).hexdigest()


def given_evidence(decisions: tuple[Decision, ...]) -> tuple[Decision, ...]:
    """Return the accepted evidence of one ticket that no later rejection has set aside, oldest first."""
    given: tuple[Decision, ...] = ()
    for decision in decisions:
        if decision.grants and decision.word == "reject":
            given = ()
        elif decision.grants and decision.word == "evidence":
            given = (*given, decision)
    return given


def missing_claims(kind: ActionKind, given: tuple[Decision, ...], policy: Policy) -> tuple[Claim, ...]:
    """Return the claims that this kind of action still has to show, in the mapping's order. ``reason`` of evidence names its claim."""
    shown = {decision.reason for decision in given}
    return tuple(claim for claim in policy.remediation.claims_for(kind) if claim.id not in shown)


def _verification(decisions: tuple[Decision, ...]) -> Decision | None:
    """Return the latest verification that no later rejection has set aside: the same evidence given again is looked at again."""
    last = next((d for d in reversed(decisions) if d.grants and d.word in ("verify", "reject")), None)
    return last if last is not None and last.word == "verify" else None


def judge_proof(
    decisions: tuple[Decision, ...],
    kind: ActionKind,
    subject: str,
    description: str,
    policy: Policy,
    now: datetime,
    shown: tuple[Shown, ...] = (),
) -> Proof:
    """Judge the proof of one action from the decisions on its ticket, oldest first.

    ``subject`` is the digest of what a verification is about, ``description`` what the action is, both as things are now; ``shown`` is the evidence
    given with what was seen of it.
    """
    given = given_evidence(decisions)
    risk = next((d for d in reversed(decisions) if d.grants and d.word == "accept-risk"), None)
    is_same = risk is not None and risk.subject == risk_subject(description)
    if risk is not None and is_same and now.date() <= date.fromisoformat(risk.reason):
        return Proof(ProofState.RISK_ACCEPTED, by=risk.actor, until=date.fromisoformat(risk.reason), given=given)
    verified = _verification(decisions)
    if verified is not None and verified.subject.partition(" ")[0] == subject:
        held = _held(verified, kind, given, shown, policy)
        if held is not None:
            return held
    missing = missing_claims(kind, tuple(each.given for each in shown if each.counts) if shown else given, policy)
    if risk is not None and verified is None:
        until, why = date.fromisoformat(risk.reason), "" if is_same else "its risk was accepted for another description"
        return Proof(
            ProofState.RISK_EXPIRED, missing, by=risk.actor, until=until, why=why, given=given, comes_back=is_same
        )
    rejected = next((d for d in reversed(decisions) if d.grants and d.word in ("reject", "evidence")), None)
    if rejected is not None and rejected.word == "reject":
        return Proof(ProofState.REJECTED, missing, by=rejected.actor, why=rejected.args, comes_back=True)
    if missing:
        return Proof(ProofState.WANTED, missing, why=waiting_for(shown), given=given, shown=shown)
    if verified is not None:
        why = "owner, kind, criteria, description or evidence changed since"
        return Proof(ProofState.LAPSED, by=verified.actor, given=given, shown=shown, why=why)
    return Proof(ProofState.UNVERIFIED, given=given, shown=shown)


def _held(
    verified: Decision, kind: ActionKind, given: tuple[Decision, ...], shown: tuple[Shown, ...], policy: Policy
) -> Proof | None:
    """Return the proof where what was verified is still the same; it lapses where the object of its evidence changed."""
    if missing_claims(kind, given, policy):
        return None
    changed = changed_since(verified.subject.partition(" ")[2], shown)
    if not changed:
        apart = verified.is_independent
        return Proof(ProofState.VERIFIED, by=verified.actor, given=given, shown=shown, is_independent=apart)
    missing = missing_claims(kind, tuple(each.given for each in shown if each.counts), policy)
    return Proof(ProofState.LAPSED, missing, by=verified.actor, given=given, shown=shown, why=changed, comes_back=True)
