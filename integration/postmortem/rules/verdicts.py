"""What each command means and what it needs to make sense: one small function per word, each returning a verdict. Rights are judged in ``deciding``."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.reading.arguments import (
    A_MINUTE,
    Told,
    read_severity,
    read_told,
    read_until,
)
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.appointing import judge_asked, judge_people
from integration.postmortem.rules.approving import bound_to, covered
from integration.postmortem.rules.bench import NOT_A_TICKET as _NOT_A_TICKET
from integration.postmortem.rules.bench import Bench, Verdict
from integration.postmortem.rules.bench import elsewhere_than as _elsewhere
from integration.postmortem.rules.bench import needs as _needs
from integration.postmortem.rules.blameless import judge_agenda, judge_disclose
from integration.postmortem.rules.celebrating import judge_celebrate
from integration.postmortem.rules.criteria import NONE
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.eligible import leads_or_led, may_stand_alone, not_before
from integration.postmortem.rules.ending_words import judge_duplicate, judge_incident_word, judge_not_incident
from integration.postmortem.rules.evidence import given_evidence, missing_claims, risk_subject, seal, subject_of
from integration.postmortem.rules.exhibits import Shown, show, waiting_for
from integration.postmortem.rules.giving import judge_evidence
from integration.postmortem.rules.lasting_words import judge_lasting_word
from integration.postmortem.rules.recurring import judge_recurrence_word
from integration.postmortem.rules.resources import judge_ack, judge_answer
from integration.postmortem.rules.roles import Role, named_for
from integration.postmortem.rules.told_lessons import judge_lesson, not_here
from integration.postmortem.rules.who_may import others_who_may
from mappings.models import ActionKind, Policy, Severity

NOT_WAIVABLE = {
    "evidence": (
        "independent proof cannot be waived",
        "An action that will not be done: `/accept-risk` on its ticket.",
    ),
    "verification": (
        "independent proof cannot be waived",
        "An action that will not be done: `/accept-risk` on its ticket.",
    ),
    "approval_technical": ("a review cannot be waived", "`/reviewer technical @name` asks somebody else for it."),
    "approval_governance": ("a review cannot be waived", "`/reviewer governance @name` asks somebody else for it."),
    "text_adopted": ("authority cannot be waived", "Somebody with triage rights can save the text once more."),
    "authority_mapped": ("authority cannot be waived", "An administrator can name who may command in people.yaml."),
}
"""Checks on independence and authority, which nobody sets aside: why, and what helps instead."""
PLACEHOLDER = re.compile(r"(?<!\S)(?:<[a-z][a-z ]{1,60}>|@name)(?!\S)")
"""What stands in the lines to copy where the writer's own words belong: what is copied as it stands decides nothing."""


def judge_command(said: Command, bench: Bench) -> Verdict:
    """Return whether the command makes sense here and which authority it takes; ``said.word`` is one of :data:`WORDS`."""
    verdict = not_here(said, bench) or _JUDGES[said.word](said, bench)
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
    wanted, before = Severity(named), bench.severity
    lower = before is not None and wanted.is_below(before)
    was = before.value if before is not None and lower else ""
    return Verdict(True, wanted.value, subject=was, needs=_needs(bench, "severity-lower" if lower else "severity"))


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


def _approve(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    scope = said.args.split(" ")[0].casefold()
    if scope not in ("technical", "governance"):
        return Verdict.refuse("form", "it needs a scope", "`/approve technical` or `/approve governance`")
    alone = leads_or_led(bench)
    if alone and (
        refusal := _alone(
            bench,
            bench.memory.in_review_since,
            "whoever leads the post-mortem does not approve it",
            f"approve {scope}",
        )
    ):
        return refusal
    reviewers = named_for(Role.of_scope(scope), bench.memory.decisions, bench.written.roles)
    incident, decisions = bench.case.incident, bench.memory.decisions
    parts = covered(scope, bench.written, incident, decisions, bench.severity, reviewers, bench.policy)
    return Verdict(True, scope, subject=bound_to(parts), needs=_needs(bench, f"approve-{scope}"), independent=not alone)


def _alone(bench: Bench, since: datetime | None, why: str, deed: str) -> Verdict | None:
    """Return the refusal of whoever decides about their own work, or ``None`` where a team of one may, after a while (``team: solo``)."""
    if not may_stand_alone(bench):
        return Verdict.refuse("own_work", why, others_who_may(deed, bench))
    if wait := not_before(since, bench):
        return Verdict.refuse("own_work", why, f"In a team of one you can all the same, from {wait} on.")
    return None


def _waive(said: Command, bench: Bench) -> Verdict:
    if elsewhere := _elsewhere(bench, ticket=False):
        return elsewhere
    check, _, reason = said.args.partition(" ")
    if not bench.policy.has_check(check):
        return Verdict.refuse(
            "check_unknown", "there is no check of that name", "The names stand in the details of the status comment."
        )
    if check in NOT_WAIVABLE:
        return Verdict.refuse("not_waivable", *NOT_WAIVABLE[check])
    if not reason.strip():
        return Verdict.refuse(
            "form", "it needs a reason", f"For example: `/waive {check} <why it does not apply here>`"
        )
    if bench.lead == bench.comment.author.id:
        why = "whoever leads does not set aside what is asked of them"
        return Verdict.refuse("own_work", why, others_who_may("waive", bench))
    return Verdict(True, check, subject=bench.case.incident.body_digest, needs=_needs(bench, "waive"))


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
        asked = "; ".join(f"`{claim.line}` ({claim.title})" for claim in missing)
        return Verdict.refuse("no_evidence", "there is no evidence yet to verify", f"First: {asked}")
    dependent = _depends(draft, bench, shown)
    if dependent and (refusal := _not_by_themselves(dependent, draft, shown, bench)):
        return refusal
    owner = draft.owner.id if draft.owner else None
    subject = subject_of(owner, kind.id, draft.criteria, draft.description, given)
    return Verdict(
        True, "verified", subject=seal(subject, shown), needs=_needs(bench, "verify"), independent=not dependent
    )


def _not_by_themselves(why: str, draft: ActionDraft, shown: tuple[Shown, ...], bench: Bench) -> Verdict | None:
    """A team of one may verify its own work where the service itself saw the evidence, and after a while (``team: solo``)."""
    if draft.owner is None:
        return Verdict.refuse("not_independent", why, "Please name its owner in the table of the incident first.")
    if not may_stand_alone(bench):
        return Verdict.refuse("not_independent", why, others_who_may("verify", bench))
    if not shown or any(each.exhibit is None or not each.counts for each in shown):
        remedy = "In a team of one it takes evidence that I can look up: a pull request, commit, run, file or attachment here."
        return Verdict.refuse("not_independent", why, remedy)
    if wait := not_before(max(each.given.at for each in shown), bench):
        return Verdict.refuse("not_independent", why, f"In a team of one you can all the same, from {wait} on.")
    return None


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
    longest = bench.policy.remediation.longest_risk_days
    example = f"For example: `/accept-risk until:{(bench.now + timedelta(days=min(90, longest))).date()} <why>`"
    if until is None or not reason:
        return Verdict.refuse("form", "it needs a date and a reason", example)
    if not bench.now.date() <= until <= (bench.now + timedelta(days=longest)).date():
        return Verdict.refuse("date", f"the date lies in the past or more than {longest} days ahead", example)
    if _owns(bench.comment.author.id, draft, bench):
        return Verdict.refuse(
            "own_work", "the owner alone does not accept the risk", others_who_may("accept-risk", bench)
        )
    return Verdict(True, until.isoformat(), subject=risk_subject(draft.description), needs=_needs(bench, "accept-risk"))


def _status(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "status", needs=_needs(bench, "status"))


def _pause(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "paused", needs=_needs(bench, "pause"))


def _resume(_said: Command, bench: Bench) -> Verdict:
    return Verdict(True, "resumed", needs=_needs(bench, "pause"))


def _kind(draft: ActionDraft, policy: Policy) -> ActionKind:
    return policy.remediation.kind(draft.kind)


_JUDGES: dict[str, Callable[[Command, Bench], Verdict]] = {
    "agenda": judge_agenda,
    "disclose": judge_disclose,
    "celebrate": judge_celebrate,
    "incident": judge_incident_word,
    "not-incident": judge_not_incident,
    "duplicate-of": judge_duplicate,
    "severity": _severity,
    "criteria": _criteria,
    "resolved": _resolved,
    "note": _note,
    "client": _client,
    "lead": judge_people,
    "participants": judge_people,
    "reviewer": judge_asked,
    "sponsor": judge_asked,
    "approve": _approve,
    "waive": _waive,
    "evidence": judge_evidence,
    "verify": _verify,
    "reject": _reject,
    "moved": _moved,
    "fund": judge_answer,
    "decline": judge_answer,
    "ack": judge_ack,
    "accept-risk": _accept_risk,
    "recurrence-of": judge_recurrence_word,
    "not-recurrence": judge_recurrence_word,
    "still-holds": judge_lasting_word,
    "no-longer-holds": judge_lasting_word,
    "applied": judge_lesson,
    "not-applicable": judge_lesson,
    "status": _status,
    "pause": _pause,
    "resume": _resume,
}
WORDS = frozenset(_JUDGES)
