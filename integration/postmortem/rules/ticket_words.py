"""What the words mean on the ticket of an action: ``/verify``, ``/reject``, ``/moved`` and ``/accept-risk``."""

from datetime import timedelta

from integration.postmortem.reading.arguments import read_actions, read_until
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import NOT_A_TICKET, Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.eligible import may_stand_alone, not_before
from integration.postmortem.rules.evidence import given_evidence, missing_claims, risk_subject, seal, subject_of
from integration.postmortem.rules.exhibits import Shown, show, waiting_for
from integration.postmortem.rules.who_may import others_who_may


def judge_verify(said: Command, bench: Bench) -> Verdict:
    """Judge ``/verify <what you looked at>``, bound to the evidence and to the action as they are; by somebody independent (S10)."""
    draft = bench.draft
    if draft is None:
        return NOT_A_TICKET
    if not said.args:
        return Verdict.refuse(
            "form",
            "it needs a word on what you looked at",
            "For example: `/verify ran the replay, nothing recalled came back`",
        )
    given = given_evidence(bench.decided_here)
    kind = bench.policy.remediation.kind(draft.kind)
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
        True, "verified", subject=seal(subject, shown), needs=needs(bench, "verify"), independent=not dependent
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
    if draft.is_owned_by(who):
        return "whoever owns or owned an action does not verify it"
    if who in {each.given.actor.id for each in shown}:
        return "whoever gave the evidence does not verify it"
    if any(each.exhibit is not None and who in each.exhibit.authors for each in shown):
        return "whoever made what the evidence shows does not verify it"
    return ""


def judge_reject(said: Command, bench: Bench) -> Verdict:
    """Judge ``/reject <why>``: the evidence is not accepted."""
    if elsewhere := elsewhere_than(bench, ticket=True):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/reject the test does not cover the export`")
    return Verdict(True, "rejected", needs=needs(bench, "reject"))


def judge_moved(said: Command, bench: Bench) -> Verdict:
    """Judge ``/moved <why>``: the reason why an action's date changed, bound to its present date."""
    draft = bench.draft
    if draft is None:
        return NOT_A_TICKET
    if draft.due is None:
        return Verdict.refuse(
            "no_date", "this action has no date yet", "Please give it one in the table of the incident."
        )
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/moved the vendor delivers a week later`")
    return Verdict(True, "moved", subject=draft.due.isoformat(), needs=needs(bench, "moved"))


def judge_accept_risk(said: Command, bench: Bench) -> Verdict:
    """Judge ``/accept-risk until:YYYY-MM-DD <why>``: an action is not done, for a time. Of one whose ticket is gone it is said on the incident, by its id."""
    lost = {d.matched.action_id: d for d in bench.drafts if bench.on_incident and d.has_lost_its_ticket(bench.case)}
    named, args = read_actions(said.args, lost)
    draft = bench.draft or (lost[min(named)] if len(named) == 1 else None)
    if draft is None:
        return _of_one_without_a_ticket(min(lost)) if lost else NOT_A_TICKET
    until, reason = read_until(args)
    longest = bench.policy.remediation.longest_risk_days
    line = " ".join(("/accept-risk", *named))
    example = f"For example: `{line} until:{(bench.now + timedelta(days=min(90, longest))).date()} <why>`"
    if until is None or not reason:
        return Verdict.refuse("form", "it needs a date and a reason", example)
    if not bench.now.date() <= until <= (bench.now + timedelta(days=longest)).date():
        return Verdict.refuse("date", f"the date lies in the past or more than {longest} days ahead", example)
    if draft.is_owned_by(bench.comment.author.id):
        return Verdict.refuse(
            "own_work", "the owner alone does not accept the risk", others_who_may("accept-risk", bench)
        )
    return Verdict(True, until.isoformat(), subject=risk_subject(draft.description), needs=needs(bench, "accept-risk"))


def _of_one_without_a_ticket(action: str) -> Verdict:
    return Verdict.refuse(
        "not_a_ticket",
        "here it is said of one action whose ticket is gone",
        f"For example: `/accept-risk {action} until:YYYY-MM-DD <why>`. Of any other it belongs on the ticket.",
    )
