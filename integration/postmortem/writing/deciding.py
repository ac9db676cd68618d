"""The end of a summary: what was nominated, and the decisions that are asked of those who govern. What may not cross stays with its incident. Pure."""

from collections.abc import Iterator

from integration.postmortem.recommendations import Nomination, Recommendation
from integration.postmortem.recommending import due_of
from integration.postmortem.rules.crossing import Border, told_elsewhere
from integration.postmortem.summary import Summary
from integration.postmortem.writing.tree import Block, Bullets, Grid, Heading, IssueLink, Line, Link, Paragraph, line
from integration.postmortem.writing.wording import count, day, sentence
from mappings.models import Policy

STAYS = "stays with its incident, since it names people, clients or figures"


def nominated(summary: Summary, here: Border, policy: Policy) -> Iterator[Block]:
    """Yield what was called worth telling, with the incident where it was said; of confidential ones the number."""
    told = [each for each in summary.nominations if not each.source.confidential]
    hidden = len(summary.nominations) - len(told)
    if not summary.nominations:
        return
    yield Heading(line("Worth telling"), 2)
    if told:
        yield Bullets(tuple(_nomination(each, summary, here, policy) for each in told))
    if hidden:
        yield Paragraph(line(f"{count(hidden, 'nomination', 'nominations')} of confidential incidents stay there."))


def _nomination(each: Nomination, summary: Summary, here: Border, policy: Policy) -> Line:
    said = told_elsewhere(each.text, each.source, here, policy, summary.names)
    return line(IssueLink(each.source.ref), f": {said or STAYS}")


def to_decide(summary: Summary, here: Border, policy: Policy) -> Iterator[Block]:
    """Yield the table of decisions: first those that wait, then those that are taken."""
    shown = [each for each in summary.asked if not each.confidential]
    hidden = sum(each.confidential for each in summary.asked)
    if not summary.asked:
        return
    waiting = sum(each.is_open for each in shown)
    asks = f"{count(waiting, 'decision is', 'decisions are')} asked of you" if waiting else "Every decision is taken"
    yield Heading(line(f"Recommendations: {asks[0].lower()}{asks[1:]}"), 2)
    if waiting:
        yield Paragraph(sentence("Each on its own ticket: `/adopt <link to the change>`, or `/decline <reason>`."))
    if shown:
        ordered = sorted(shown, key=lambda each: not each.is_open)
        rows = tuple(_row(each, summary, here, policy) for each in ordered)
        yield Grid(("Recommendation", "Incident", "Ticket", "Due", "Decision"), rows)
    if hidden:
        yield Paragraph(
            line(f"{count(hidden, 'recommendation', 'recommendations')} of confidential incidents stay there.")
        )


def _row(each: Recommendation, summary: Summary, here: Border, policy: Policy) -> tuple[Line, ...]:
    said = told_elsewhere(each.text, each.source, here, policy, summary.names)
    ticket = line(IssueLink(each.ticket)) if each.ticket is not None else line("none")
    return (
        line(said or STAYS),
        line(IssueLink(each.source.ref)),
        ticket,
        line(day(due_of(each.made_at, policy))),
        _decision(each, summary, here, policy),
    )


def _decision(each: Recommendation, summary: Summary, here: Border, policy: Policy) -> Line:
    if each.answer == "adopt":
        link = each.args.split(" ")[0]
        return line("adopted: ", Link(link, link))
    if each.answer == "decline":
        why = told_elsewhere(each.args, each.source, here, policy, summary.names)
        return line(f"declined: {why}" if why else "declined; the reason stands on the ticket")
    if each.withdrawn_at is not None:
        return line("recommended no more")
    if each.closed_at is not None:
        return line("closed without an answer")
    return line("waits for you" if each.ticket is not None else "no place for its ticket is named")
