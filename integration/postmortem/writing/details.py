"""The tables in the details of a comment: the checks, the criteria of the graver severities, the actions."""

from dataclasses import replace

from integration.postmortem.assessment import ActionView, Assessment
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.findings import Finding, Level
from integration.postmortem.incident import Issue
from integration.postmortem.writing.rules import named
from integration.postmortem.writing.tree import Grid, IssueLink, Line, Mention, Plain, line
from integration.postmortem.writing.wording import capital, day, sentence
from mappings.models import Policy

LONGEST_REASON = 320


def criteria_grid(assessment: Assessment, policy: Policy) -> Grid | None:
    """Return the criteria of SEV1 and SEV2 with the line that says so, while nobody has answered them; else ``None``."""
    is_open = any(f.check == "criteria_answered" and not f.passed and not f.waived for f in assessment.findings)
    if assessment.severity.severity is not None and not is_open:
        return None
    return Grid(
        ("Is this so?", "Then at least", "Say so with"),
        tuple(
            (line(entry.shown), line(entry.implies.value), sentence(f"`/criteria {entry.id.replace('_', '-')}`"))
            for entry in policy.severity.grave()
        ),
    )


def checks_grid(findings: tuple[Finding, ...], due: str = "", rules: Policy | None = None) -> Grid:
    """Return the table of checks: what was looked at, whether it passed, and what to do; passes are shown as well as fails.

    ``due`` is the day on which what can wait is due; with ``rules``, each check that did not pass is named, with its page.
    What passed about the same thing shares a row; what did not has a row of its own, with the next step.
    """
    return Grid(
        ("Part", "State", "What I see", "What to do"),
        tuple(_check_row(finding, due, rules) for finding in _together(findings)),
    )


def _together(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    passed: dict[str, Finding] = {}
    rows: list[Finding | str] = []
    for finding in findings:
        thing = finding.about.partition(":")[0]
        if not finding.passed:
            rows.append(finding)
        elif thing in passed:
            reason = f"{passed[thing].reason}; {finding.reason}"
            passed[thing] = replace(
                passed[thing], reason=reason if len(reason) <= LONGEST_REASON else passed[thing].reason
            )
        else:
            passed[thing] = replace(finding, about=thing)
            rows.append(thing)
    return tuple(passed[row] if isinstance(row, str) else row for row in rows)


def _check_row(finding: Finding, due: str, rules: Policy | None) -> tuple[Line, ...]:
    if finding.passed:
        state = "✔"
    elif finding.waived:
        state = f"set aside by {finding.waived}"
    elif finding.later:
        state = f"later, due {due}" if due else "later"
    else:
        state = {Level.BLOCK: "missing", Level.WARN: "please look", Level.ADVISE: "advice"}.get(finding.level, "")
    todo = sentence(finding.remedy) if not finding.passed and not finding.waived else ()
    rule = named(finding, rules) if rules else ()
    return (line(finding.about), line(state), line(capital(finding.reason)), (*todo, *rule))


def actions_grid(assessment: Assessment, incident: Issue) -> Grid | None:
    """Return the table of actions with ticket, owner, due date and state, or ``None`` where there are none.

    Who reads the incident sees no board of another tracker, so that the state names the status of a ticket that somebody works on there; where
    everybody can read the incident it does not (S27).
    """
    if not assessment.actions:
        return None
    header = ("Action", "What", "Ticket", "Owner", "Due", "State")
    return Grid(header, tuple(_action_row(view, incident) for view in assessment.actions))


def _action_row(view: ActionView, incident: Issue) -> tuple[Line, ...]:
    ticket: Line = (IssueLink(view.ticket.ref),) if view.ticket else (Plain("–"),)
    owner: Line = (Mention(view.owner),) if view.owner else (Plain("–"),)
    what = view.description if len(view.description) <= 120 else view.description[:119] + "…"
    if view.titled:
        what += f" (its ticket says: {view.titled if len(view.titled) <= 120 else view.titled[:119] + '…'})"
    return (
        line(view.action_id),
        line(what),
        ticket,
        owner,
        line(day(view.due)),
        line(_state(view) + _there(view, incident)),
    )


def _there(view: ActionView, incident: Issue) -> str:
    ticket = view.ticket
    if ticket is None or not ticket.under_way or incident.public or ticket.ref.key.site == incident.ref.key.site:
        return ""
    return f"; “{ticket.under_way}” there"


def _state(view: ActionView) -> str:
    if view.proof.until:
        return f"{view.proof.state.value} {'until' if view.proof.suffices else 'on'} {view.proof.until}"
    if view.ticket is None:
        return _without_ticket(view)
    state = view.proof.state.value if view.proof.is_independent else f"{view.proof.state.value}, {NOT_INDEPENDENT}"
    return f"{state} ({view.proof.sources})" if view.proof.sources else state


def _without_ticket(view: ActionView) -> str:
    problem = next((f.reason for f in view.findings if f.blocks), "")
    if view.remembered is not None and view.remembered.ticket is not None:
        return problem or "its ticket is gone"
    return f"no ticket yet: {problem}" if problem else "no ticket yet"
