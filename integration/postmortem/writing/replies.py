"""What is said once: why an issue was opened again, why a command had no effect, which word was meant, and details on ``/status``."""

from zoneinfo import ZoneInfo

from integration.postmortem.assessment import ActionView, Assessment, Gate
from integration.postmortem.decisions import Decision
from integration.postmortem.incident import Case, Issue
from integration.postmortem.people import Person
from integration.postmortem.reading.commands import Suggestion
from integration.postmortem.rules.severity import SeverityView
from integration.postmortem.writing.details import actions_grid, checks_grid, criteria_grid
from integration.postmortem.writing.tree import Code, Inline, Line, Mention, Paragraph, Plain, Steps, Strong, Tree, line
from integration.postmortem.writing.wording import capital, count, day, sentence, stop
from mappings.models import Policy, PublicText

MOST_STEPS = 5
OTHERWISE = frozenset({"not_planned", "won't do", "won't fix", "cannot reproduce", "declined", "invalid"})
"""What trackers call closing something that is not done, in small letters."""


def closed_too_early(gate: Gate, assessment: Assessment) -> Tree:
    """Say why an issue was opened again, and the next step; for a ticket in two lines, for an incident as a short list."""
    view = next(
        (view for view in assessment.actions if view.ticket is not None and view.ticket.ref == gate.issue.ref), None
    )
    if view is not None:
        return _ticket_too_early(gate, view)
    lead = f"I have opened this again: {count(len(gate.missing), 'thing is', 'things are')} still missing before it can close."
    rest = len(gate.missing) - MOST_STEPS
    more = (
        (Paragraph(line(f"And {count(rest, 'more thing', 'more things')}; the status comment above lists them all.")),)
        if rest > 0
        else ()
    )
    return Tree((Paragraph(line(lead)), Steps(_steps(gate)), *more, *_other_ways(gate.issue)))


def _other_ways(issue: Issue) -> tuple[Paragraph, ...]:
    """Closing it as a duplicate or as not planned says what a command says with its reason; the line to copy stands here."""
    reason = issue.state_reason.casefold()
    if "duplicate" in reason:
        return (Paragraph(sentence("If another incident carries the work: `/duplicate-of <that incident>`.")),)
    if reason in OTHERWISE:
        return (Paragraph(sentence("If it was no incident: `/not-incident <why>`, by an administrator.")),)
    return ()


def _ticket_too_early(gate: Gate, view: ActionView) -> Tree:
    missing = gate.missing[0]
    asks = "; ".join(claim.ask.rstrip(".") for claim in view.proof.missing)
    why = f"I have opened this again, because {stop(missing.reason)}"
    needs = f" It needs: {asks[:1].lower()}{asks[1:]}." if asks else ""
    owner: Line = (Plain(" other than "), Mention(view.owner)) if view.owner else ()
    evidence = [f"`{claim.line}`" for claim in view.proof.missing]
    first = f"{' and '.join(evidence)} by anyone who takes part, then " if evidence else ""
    how: Line = (*sentence(f"{first}`/verify <what you looked at>` by someone"), *owner, Plain("."))
    risk = sentence(" If it will not be done: `/accept-risk until:YYYY-MM-DD <why>`.")
    return Tree((Paragraph(line(why + needs)), Paragraph((*how, *risk))))


def _steps(gate: Gate) -> tuple[Line, ...]:
    return tuple(
        (Strong(finding.about), *sentence(f": {stop(finding.reason)} {capital(finding.remedy)}".rstrip()))
        for finding in gate.missing[:MOST_STEPS]
    )


def handed_over(gate: Gate, assessment: Assessment, policy: Policy) -> Tree:
    """Say, once, that the service no longer insists, and what that means."""
    times = count(policy.remediation.reopening.rounds, "time", "times")
    first = gate.missing[0]
    text = (
        f"I have opened this {times} and will leave it closed now. It counts as open everywhere until it is shown to work, and the "
        "governance reviewers see it. What is still missing"
    )
    return Tree(
        (
            Paragraph(line(text, ": ", Strong(first.about), f", {stop(first.reason)}")),
            Paragraph(sentence(capital(first.remedy))),
        )
    )


def refusal_reply(decision: Decision) -> Tree:
    """Say why a command had no effect and what would; never as a reproach."""
    _, _, why = decision.reason.partition(": ")
    return Tree((Paragraph((Code(f"/{decision.word}"), *sentence(f" has not taken effect: {why}"))),))


def put_back_reply(view: SeverityView, policy: Policy) -> Tree:
    """Say, once, that a severity lowered by hand was put back, why, and how it is lowered."""
    label = policy.severity.of(view.severity).label if view.severity else ""
    said = f"I have put `{label}` back: this incident is recorded as {view.name}, and {view.put_back}."
    how = "To lower it, write `/severity sev3 <why>`, so that the reason stays with the incident. Somebody with write rights can."
    return Tree((Paragraph(sentence(said)), Paragraph(sentence(how))))


def reviewer_reply(people: tuple[Person, ...], policy: Policy) -> Tree:
    """Ask the governance reviewers, by a mention, about an incident that nobody has classified."""
    pairs: list[Inline] = []
    for who in people:
        pairs += [Mention(who, notify=True), Plain(", ")]
    names = pairs[:-1]
    asked: Line = (
        (*names, Plain(": could you look at this one?")) if names else line("Could somebody look at this one?")
    )
    clock = policy.clocks.provisional_severity.value
    why = f" Nobody has said yet how severe it is, so the {clock} clock runs. One line settles it: "
    return Tree((Paragraph((*asked, *sentence(f"{why}`/severity sev2 <why>`, or `/severity sev3 <why>`."))),))


def breaker_reply(objection: str) -> Tree:
    """Say that writing has stopped in this project, why, and what a person may do about it."""
    said = f"I have stopped writing in this project for now, because more was wanted than usual: {objection}."
    asked = "Is it meant to be so? Then whoever runs Followthrough can let me go on with `followthrough resume`. "
    return Tree((Paragraph(line(said)), Paragraph(sentence(asked + "Until then I read along and write nothing."))))


def suggestion_reply(suggestion: Suggestion) -> Tree:
    """Ask whether another word was meant."""
    return Tree(
        (
            Paragraph(
                line(
                    "Did you mean ", Code(f"/{suggestion.meant}"), "? I do not know ", Code(f"/{suggestion.word}"), "."
                )
            ),
        )
    )


def status_reply(assessment: Assessment, case: Case, policy: Policy) -> Tree:
    """Show every check, those that fail with the page that explains them, and every action, as asked for with ``/status``."""
    public = case.incident.public and policy.service.public_issues is PublicText.CHECKS
    grid = None if public else actions_grid(assessment, case.incident)
    intro = Paragraph(line("Everything that I look at, as it stands:"))
    due = assessment.due.astimezone(ZoneInfo(policy.clocks.zone)).date() if assessment.due else None
    checks = checks_grid(assessment.everything, day(due) if due else "", policy)
    return Tree((intro, checks, *(table for table in (criteria_grid(assessment, policy), grid) if table)))
