"""What actions need that their owners cannot give, what sponsors answer to that, and their answers to what is late (issue 6, "Escalation and resources")."""

import re

from integration.postmortem.decisions import Decision
from integration.postmortem.findings import Finding
from integration.postmortem.notices import Step
from integration.postmortem.reading.commands import Command
from integration.postmortem.remediation import Need
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.drafting import ActionDraft
from mappings.models import Policy, Severity

ANSWERS = ("fund", "decline")
_ID = re.compile(r"[A-Z]{1,6}-?\d{1,3}", re.IGNORECASE)
_ESCALATED = (Step.OWNER, Step.LEAD, Step.SPONSOR)


def answer_of(action_id: str, need: Need | None, decisions: tuple[Decision, ...]) -> str:
    """Return what was answered last to this need of this action: ``fund``, ``decline``, or nothing yet. Another need is another question."""
    asked = f"{action_id}:{need}"
    given = [d.word for d in decisions if d.word in ANSWERS and d.grants and asked in d.subject.split()]
    return given[-1] if need is not None and given else ""


def judge_need(
    draft: ActionDraft, decisions: tuple[Decision, ...], severity: Severity | None, policy: Policy
) -> tuple[Finding, ...]:
    """Return whether a sponsor has answered what the action asks for; nothing where it asks for nothing."""
    need = draft.row.needs if draft.row else None
    if need is None:
        return ()
    about, level = f"Action {draft.matched.action_id}", policy.level("need_answered", severity)
    match answer_of(draft.matched.action_id, need, decisions):
        case "fund":
            return (
                Finding("need_answered", about, True, level, f"a sponsor has granted what it needs ({need.value})"),
            )
        case "decline":
            return (
                Finding("need_answered", about, True, level, f"a sponsor has declined what it needs ({need.value})"),
            )
        case _:
            asks = policy.check("need_answered").asks
            return (
                Finding(
                    "need_answered", about, False, level, f"it needs {need.value}, and nobody has answered yet", asks
                ),
            )


def judge_answer(said: Command, bench: Bench) -> Verdict:
    """Judge ``/fund`` and ``/decline``: on a ticket for that action, on the incident for the actions that are named, or all that ask."""
    asking = _asking(bench)
    named = [word.upper() for word in said.args.replace(",", " ").split() if _ID.fullmatch(word)]
    if bench.on_incident and named:
        asking = tuple(draft for draft in asking if draft.matched.action_id.upper() in named)
    if not asking:
        return Verdict.refuse(
            "no_need",
            "no action here asks for money, people or a tool",
            "A row asks with a column “needs”, in which one of these words stands.",
        )
    reason = " ".join(word for word in said.args.replace(",", " ").split() if word.upper() not in named)
    if said.word == "decline" and not reason:
        return Verdict.refuse("form", "it needs a reason", "For example: `/decline <why>`")
    subject = " ".join(f"{draft.matched.action_id}:{draft.row.needs}" for draft in asking if draft.row)
    return Verdict(True, said.word, subject=subject, needs=needs(bench, said.word))


def _asking(bench: Bench) -> tuple[ActionDraft, ...]:
    if bench.on_incident:
        return tuple(draft for draft in bench.drafts if draft.row is not None and draft.row.needs is not None)
    draft = bench.draft
    return (draft,) if draft is not None and draft.row is not None and draft.row.needs is not None else ()


def judge_ack(said: Command, bench: Bench) -> Verdict:
    """Judge ``/ack``: what was decided about something late that somebody was told of."""
    if not bench.on_incident and (elsewhere := elsewhere_than(bench, ticket=True)):
        return elsewhere
    if not said.args.strip():
        return Verdict.refuse("form", "it needs your decision", "For example: `/ack <what happens now>`")
    about = f"due:{bench.issue.ref.key.id}:"
    if not any(told.startswith(about) and told.rpartition(":")[2] in _ESCALATED for told in bench.memory.said):
        return Verdict.refuse(
            "not_escalated", "nobody was told that this is late", "A word on how it goes needs no command."
        )
    return Verdict(True, "acknowledged", needs=needs(bench, "ack"))
