"""What each command means and what it needs to make sense: one small function per word, each returning a verdict. Rights are judged in ``deciding``."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.reading.arguments import (
    A_MINUTE,
    Told,
    read_links,
    read_people,
    read_severity,
    read_told,
    read_until,
)
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.answered import lead_written
from integration.postmortem.rules.approving import bound_to, covered
from integration.postmortem.rules.bench import NOT_A_TICKET as _NOT_A_TICKET
from integration.postmortem.rules.bench import Bench, Verdict
from integration.postmortem.rules.bench import elsewhere_than as _elsewhere
from integration.postmortem.rules.bench import needs as _needs
from integration.postmortem.rules.criteria import NONE
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.ending import judge_duplicate, judge_incident_word, judge_not_incident
from integration.postmortem.rules.evidence import given_evidence, missing_claims, risk_subject, seal, subject_of
from integration.postmortem.rules.exhibits import Shown, evidence_subject, show, waiting_for
from integration.postmortem.rules.severity import judge_severity
from integration.postmortem.rules.written import read_postmortem
from mappings.models import ActionKind, Policy, Severity

LONGEST_RISK = timedelta(days=180)
PLACEHOLDER = re.compile(r"(?<!\S)(?:<[a-z][a-z ]{1,60}>|@name)(?!\S)")
"""What stands in the lines to copy where the writer's own words belong: what is copied as it stands decides nothing."""


def judge_command(said: Command, bench: Bench) -> Verdict:
    """Return whether the command makes sense here and which authority it takes; ``said.word`` is one of :data:`WORDS`."""
    verdict = _JUDGES[said.word](said, bench)
    left = PLACEHOLDER.search(said.args) if verdict.accepted else None
    if left is None:
        return verdict
    return Verdict.refuse(
        "placeholder", f"`{left[0]}` still stands in it", "Please write your own words there, and post it once more."
    )


def _severity(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    named = read_severity(said.args)
    reason = said.args.partition(" ")[2].strip()
    if named is None or not reason:
        return Verdict.refuse(
            "form", "it needs a severity and a reason", "For example: `/severity sev2 wrong answers for two days`"
        )
    # What counts is the severity in force, not the recorded one: at the first look nothing is recorded yet.
    wanted, before = Severity(named), judge_severity(bench.case.incident, bench.memory, (), bench.policy).severity
    lower = before is not None and wanted.is_below(before)
    return Verdict(True, wanted.value, needs=_needs(bench, "severity-lower" if lower else "severity"))


def _criteria(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    names = [word for word in said.args.replace(",", " ").split() if word.casefold() != "and"]
    if [name.casefold() for name in names] == [NONE]:
        return Verdict(True, NONE, needs=_needs(bench, "criteria"))
    found = [bench.policy.severity.criterion(name) for name in names]
    known = [criterion.id for criterion in found if criterion is not None]
    if not names or len(known) < len(names):
        offered = ", ".join(f"`{entry.id.replace('_', '-')}`" for entry in bench.policy.severity.grave())
        return Verdict.refuse(
            "criterion_unknown", "it needs the names of criteria, or none", f"`/criteria none`, or some of {offered}"
        )
    return Verdict(True, " ".join(dict.fromkeys(known)), needs=_needs(bench, "criteria"))


def _resolved(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    told = _told(said, bench)
    if told.at is None:
        return Verdict.refuse(
            "form", f"the time “{told.time[:40]}” is not clear", "For example: `/resolved 2026-11-18 13:20 UTC`"
        )
    return _ahead(told, bench) or Verdict(True, told.at.isoformat(), needs=_needs(bench, "resolved"))


def _told(said: Command, bench: Bench) -> Told:
    return read_told(said.args, bench.comment.created_at, ZoneInfo(bench.policy.clocks.zone))


def _ahead(told: Told, bench: Bench) -> Verdict | None:
    if told.at is None or told.at <= bench.comment.created_at + A_MINUTE:
        return None
    return Verdict.refuse("date", "the time lies ahead", "Without a time, it is the time of your comment.")


def _note(said: Command, bench: Bench) -> Verdict:
    if not said.args:
        return Verdict.refuse("form", "the note is empty", "For example: `/note 09:00 release 41 went out`")
    told = _told(said, bench)
    at = told.at.isoformat() if told.at else ""
    return _ahead(told, bench) or Verdict(True, said.args[:300], subject=at, needs=_needs(bench, "note"))


def _client(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a name", "For example: `/client Nordlicht`")
    known = bench.policy.service.clients
    name = next(
        (client for client in known if client.casefold() == said.args.casefold()), None if known else said.args[:100]
    )
    if not name:
        return Verdict.refuse(
            "client_unknown", "the mapping does not list this client", "Please use a name that the mapping lists."
        )
    return Verdict(True, name, needs=_needs(bench, "client"))


def _people(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    named = read_people(said.args)
    if not named or (said.word == "lead" and len(named) > 1):
        return Verdict.refuse("form", "it needs a person", f"For example: `/{said.word} @name`")
    found = []
    for name in named:
        active = [person for person in bench.facts.people.get(name, ()) if person.active]
        if len(active) != 1:
            return Verdict.refuse(
                "nobody",
                f"{name} is not exactly one active account here",
                "Please mention them the way the tracker offers it.",
            )
        found.append(active[0])
    called, ids = ", ".join(person.called for person in found), " ".join(person.id for person in found)
    return Verdict(True, called, subject=ids, needs=_needs(bench, said.word))


def _approve(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    scope = said.args.split(" ")[0].casefold()
    if scope not in ("technical", "governance"):
        return Verdict.refuse("form", "it needs a scope", "`/approve technical` or `/approve governance`")
    lead = next((decision.subject for decision in reversed(bench.memory.decided("lead"))), "") or _written_lead(bench)
    if lead == bench.comment.author.id:
        return Verdict.refuse(
            "own_work", "whoever leads the post-mortem does not approve it", "Somebody else with the right can."
        )
    incident, policy, written = bench.case.incident, bench.policy, read_postmortem(bench.case.incident, bench.policy)
    severity = judge_severity(incident, bench.memory, (), policy, written).severity
    subject = bound_to(covered(scope, written, incident, bench.memory.decisions, severity, (), policy))
    return Verdict(True, scope, subject=subject, needs=_needs(bench, f"approve-{scope}"))


def _written_lead(bench: Bench) -> str:
    written = read_postmortem(bench.case.incident, bench.policy).answers
    lead = lead_written(written, bench.facts)
    return lead.id if lead else ""


def _waive(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    check, _, reason = said.args.partition(" ")
    if not bench.policy.has_check(check):
        return Verdict.refuse(
            "check_unknown", "there is no check of that name", "The names stand in the details of the status comment."
        )
    if check in ("evidence", "verification", "actions_verified"):
        return Verdict.refuse(
            "not_waivable",
            "independent proof cannot be waived",
            "An action that will not be done: `/accept-risk` on its ticket.",
        )
    if not reason.strip():
        return Verdict.refuse(
            "form", "it needs a reason", f"For example: `/waive {check} <why it does not apply here>`"
        )
    return Verdict(True, check, subject=bench.case.incident.body_digest, needs=_needs(bench, "waive"))


def _evidence(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=True):
        return elsewhere
    claims = {claim.id: claim for claim in bench.policy.remediation.claims}
    claim, _, proof = said.args.partition(" ")
    words = ", ".join(f"`{name}`" for name in claims)
    if claim.casefold() not in claims:
        return Verdict.refuse(
            "claim_unknown", "it needs to say what is shown", f"One of {words}, then a link: `/evidence tested <link>`"
        )
    links = read_links(proof)
    attached = next((file for file in bench.issue.attachments if file.name and file.name in proof), None)
    if not links and attached is None:
        return Verdict.refuse(
            "nothing_attached",
            "it needs a link or the name of a file attached here",
            f"For example: `/evidence {claim.casefold()} <link>`",
        )
    seen = bench.facts.exhibits.get(links[0]) if links else None
    if seen is not None and not seen.found:
        return Verdict.refuse("not_there", f"I see no {seen.kind} at that address", "Please check the link.")
    shown = links[0] if links else f"attachment:{attached.id}" if attached else ""
    subject = evidence_subject(claim.casefold(), shown)
    return Verdict(True, claim.casefold(), subject=subject, needs=_needs(bench, "evidence"))


def _verify(said: Command, bench: Bench) -> Verdict:
    draft = bench.draft
    if draft is None:
        return _NOT_A_TICKET
    if not said.args:
        return Verdict.refuse(
            "form",
            "it needs a word on what you looked at",
            "For example: `/verify ran the replay, nothing recalled came back`",
        )
    given = given_evidence(bench.decided_here)
    kind = _kind(draft, bench.policy)
    shown = show(given, bench.issue, bench.facts.exhibits)
    missing = missing_claims(kind, tuple(each.given for each in shown if each.counts), bench.policy)
    if waits := waiting_for(shown) if missing else "":
        return Verdict.refuse("evidence_waits", waits, "Once that has changed, please verify it again.")
    if missing:
        asked = "; ".join(f"`/evidence {claim.id} <link>` ({claim.title})" for claim in missing)
        return Verdict.refuse("no_evidence", "there is no evidence yet to verify", f"First: {asked}")
    dependent = _depends(draft, bench, shown)
    if dependent:
        return Verdict.refuse("not_independent", dependent, "Somebody else with write rights can verify it.")
    owner = draft.owner.id if draft.owner else None
    subject = subject_of(owner, kind.id, draft.criteria, draft.description, given)
    return Verdict(True, "verified", subject=seal(subject, shown), needs=_needs(bench, "verify"))


def _depends(draft: ActionDraft, bench: Bench, shown: tuple[Shown, ...]) -> str:
    """Say why the commenter may not verify this action, or return an empty string (S10)."""
    who = bench.comment.author.id
    if draft.owner is None:
        return "it has no owner yet, so nobody can be independent of the owner"
    if _owns(who, draft, bench):
        return "whoever owns or owned an action does not verify it"
    if who in {each.given.actor.id for each in shown}:
        return "whoever gave the evidence does not verify it"
    if any(each.exhibit is not None and who in each.exhibit.authors for each in shown):
        return "whoever made what the evidence shows does not verify it"
    return ""


def _owns(who: str, draft: ActionDraft, bench: Bench) -> bool:
    """Tell whether somebody owns the action or ever did, as far as any look saw: handing it on for a moment frees nobody (S10)."""
    past = draft.remembered.owners if draft.remembered else frozenset[str]()
    present = {person.id for person in bench.issue.assignees} | ({draft.owner.id} if draft.owner else set())
    return who in past | present


def _reject(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=True):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/reject the test does not cover the export`")
    return Verdict(True, "rejected", needs=_needs(bench, "reject"))


def _moved(said: Command, bench: Bench) -> Verdict:
    draft = bench.draft
    if draft is None:
        return _NOT_A_TICKET
    if draft.due is None:
        return Verdict.refuse(
            "no_date", "this action has no date yet", "Please give it one in the table of the incident."
        )
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/moved the vendor delivers a week later`")
    return Verdict(True, "moved", subject=draft.due.isoformat(), needs=_needs(bench, "moved"))


def _accept_risk(said: Command, bench: Bench) -> Verdict:
    draft = bench.draft
    if draft is None:
        return _NOT_A_TICKET
    until, reason = read_until(said.args)
    example = f"For example: `/accept-risk until:{(bench.now + timedelta(days=90)).date()} <why>`"
    if until is None or not reason:
        return Verdict.refuse("form", "it needs a date and a reason", example)
    if not _in_reach(until, bench.now):
        return Verdict.refuse("date", f"the date lies in the past or more than {LONGEST_RISK.days} days ahead", example)
    if _owns(bench.comment.author.id, draft, bench):
        return Verdict.refuse(
            "own_work", "the owner alone does not accept the risk", "Somebody else with the right can."
        )
    return Verdict(True, until.isoformat(), subject=risk_subject(draft.description), needs=_needs(bench, "accept-risk"))


def _in_reach(until: date, now: datetime) -> bool:
    return now.date() <= until <= (now + LONGEST_RISK).date()


def _status(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "status", needs=_needs(bench, "status"))


def _pause(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "paused", needs=_needs(bench, "pause"))


def _resume(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "resumed", needs=_needs(bench, "pause"))


def _kind(draft: ActionDraft, policy: Policy) -> ActionKind:
    return policy.remediation.kind(draft.kind)


_JUDGES: dict[str, Callable[[Command, Bench], Verdict]] = {
    "incident": judge_incident_word,
    "not-incident": judge_not_incident,
    "duplicate-of": judge_duplicate,
    "severity": _severity,
    "criteria": _criteria,
    "resolved": _resolved,
    "note": _note,
    "client": _client,
    "lead": _people,
    "participants": _people,
    "approve": _approve,
    "waive": _waive,
    "evidence": _evidence,
    "verify": _verify,
    "reject": _reject,
    "moved": _moved,
    "accept-risk": _accept_risk,
    "status": _status,
    "pause": _pause,
    "resume": _resume,
}
WORDS = frozenset(_JUDGES)
