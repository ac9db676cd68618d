"""``/adopt`` and ``/decline`` on the ticket of a recommendation to governance (issue 7, "Decisions"): each is answered once."""

from integration.postmortem.decisions import Decision
from integration.postmortem.incident import IssueKey
from integration.postmortem.rules.answering import Answer, Judges
from integration.postmortem.rules.bench import Verdict
from mappings.models import Authority

ANSWERS = ("adopt", "decline")


def answer_of(decisions: tuple[Decision, ...], issue: IssueKey) -> Decision | None:
    """Return the first answer on a ticket that had effect: a decision is taken once."""
    return next((d for d in decisions if d.issue == issue and d.word in ANSWERS and d.grants), None)


def _judge_adopt(answer: Answer) -> Verdict:
    link = answer.said.args.split(" ")[0]
    if not link.startswith(("https://", "http://")):
        return Verdict.refuse(
            "form", "it needs the link to what was changed", "For example: `/adopt https://example.org/change/1`"
        )
    return _said_once(answer) or Verdict(True, "adopted", subject=link, needs=_needed(answer, "adopt"))


def _judge_decline(answer: Answer) -> Verdict:
    if not answer.said.args.strip():
        return Verdict.refuse("form", "it needs a reason", "For example: `/decline <reason>`")
    needed = _needed(answer, "decline-recommendation")
    return _said_once(answer) or Verdict(True, "declined", needs=needed, deed="decline recommendation")


def _said_once(answer: Answer) -> Verdict | None:
    if any(decision.word in ANSWERS and decision.grants for decision in answer.before):
        return Verdict.refuse("answered", "it was answered already", "Another one can say that things have changed.")
    return None


def _needed(answer: Answer, word: str) -> Authority:
    return answer.policy.people.commands.needed(word)


WORDS: Judges = {"adopt": _judge_adopt, "decline": _judge_decline}
"""The commands that answer a recommendation on its ticket."""
