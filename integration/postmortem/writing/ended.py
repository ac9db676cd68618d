"""The status comment of an incident that somebody with the right ended without its post-mortem: who, why, and the way back (VOICE)."""

from integration.postmortem.assessment import Assessment
from integration.postmortem.rules.ending import Ended
from integration.postmortem.writing.tree import Block, IssueLink, Line, Mention, Paragraph, Plain, Strong, Tree, line
from integration.postmortem.writing.wording import count, sentence, stop

BACK = "If it is an incident of its own after all: `/incident sev2`."


def ended_tree(assessment: Assessment, ended: Ended) -> Tree:
    """Return what the status comment says."""
    blocks: list[Block] = [_headline(ended)]
    tickets = sum(view.ticket is not None and not view.ticket.closed for view in assessment.actions)
    if tickets:
        kept = "keeps its own gate" if tickets == 1 else "keep their own gates"
        blocks.append(Paragraph(line(f"{count(tickets, 'ticket', 'tickets')} of it {kept}.")))
    return Tree((*blocks, Paragraph(sentence(BACK))))


def _headline(ended: Ended) -> Paragraph:
    by: Line = (Plain(" · said by "), Mention(ended.by))
    if ended.original is not None:
        same: Line = (Strong("The same as"), Plain(" "), IssueLink(ended.original), *by)
        return Paragraph((*same, Plain(", which carries post-mortem and actions. This one may be closed.")))
    why = stop(ended.why[:300])
    return Paragraph(
        (Strong("Not an incident"), *by, Plain(f": {why} It may be closed, and no post-mortem is asked for."))
    )
