"""What ``/approve`` and ``/waive`` mean: that a text is agreed to, and that one finding is set aside."""

from datetime import datetime

from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.approving import bound_to, covered
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.eligible import leads_or_led, may_stand_alone, not_before
from integration.postmortem.rules.roles import Role, named_for
from integration.postmortem.rules.who_may import others_who_may

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


def judge_approve(said: Command, bench: Bench) -> Verdict:
    """Judge ``/approve technical`` or ``/approve governance``; it is bound to the parts that its scope covers."""
    if elsewhere := elsewhere_than(bench, ticket=False):
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
    return Verdict(True, scope, subject=bound_to(parts), needs=needs(bench, f"approve-{scope}"), independent=not alone)


def _alone(bench: Bench, since: datetime | None, why: str, deed: str) -> Verdict | None:
    """Return the refusal of whoever decides about their own work, or ``None`` where a team of one may, after a while (``team: solo``)."""
    if not may_stand_alone(bench):
        return Verdict.refuse("own_work", why, others_who_may(deed, bench))
    if wait := not_before(since, bench):
        return Verdict.refuse("own_work", why, f"In a team of one you can all the same, from {wait} on.")
    return None


def judge_waive(said: Command, bench: Bench) -> Verdict:
    """Judge ``/waive <check> <why>``, which whoever leads cannot say."""
    if elsewhere := elsewhere_than(bench, ticket=False):
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
    return Verdict(True, check, subject=bench.case.incident.body_digest, needs=needs(bench, "waive"))
