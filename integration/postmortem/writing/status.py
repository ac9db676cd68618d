"""The status comment: the next steps first, in the reader's words, with lines to copy; the rest folded (VOICE). Edited only when its meaning changed."""

from zoneinfo import ZoneInfo

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.assessment import Assessment, Governed, Phase
from integration.postmortem.decisions import NOT_INDEPENDENT
from integration.postmortem.findings import Finding, Level, open_findings
from integration.postmortem.incident import Case
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.writing.applying import told_to_reviewers
from integration.postmortem.writing.chronicle import how_long, timeline_fold
from integration.postmortem.writing.details import actions_grid, checks_grid, criteria_grid
from integration.postmortem.writing.ended import ended_tree
from integration.postmortem.writing.launch import launch_tree
from integration.postmortem.writing.recurring import alike_fold
from integration.postmortem.writing.together import together
from integration.postmortem.writing.tree import Block, Fold, Line, Paragraph, Plain, Small, Steps, Strong, Tree, line
from integration.postmortem.writing.wording import capital, count, day, moment, sentence, stop
from mappings.models import Kind, Mode, Policy, PublicText

MOST_STEPS = 3
MOST_ADVICE = 2
"""With headline, folds and small print, a reader sees at most ten lines (issue 4, "How it must feel")."""
KINDS = {Kind.FULL: "full post-mortem", Kind.ABBREVIATED: "abbreviated post-mortem", Kind.REVIEW: "near-miss review"}


def status_tree(assessment: Assessment, case: Case, policy: Policy, stamp: str) -> Tree:
    """Return the status comment of a governed incident, or of one that waits for adoption."""
    if assessment.governed is Governed.WAITING:
        return _waiting(assessment, policy)
    if assessment.ended is not None:
        return ended_tree(assessment, assessment.ended)
    if assessment.paused_by:
        text = f"{assessment.paused_by} asked me to rest here. I read along, open nothing again and write nothing more until `/resume`."
        return Tree((Paragraph((Strong(f"{assessment.severity.name} · paused"),)), Paragraph(sentence(text))))
    if assessment.launch is not None:
        return launch_tree(assessment, assessment.launch, case, policy)
    blocks: list[Block] = [_headline(assessment, policy)]
    if assessment.phase is Phase.RESPONDING:
        blocks += _responding(assessment, policy)
    elif assessment.kind is Kind.REVIEW:
        blocks += _near_miss(assessment, policy)
    elif assessment.phase is Phase.COMPLETE:
        is_public = case.incident.public and policy.service.public_issues is PublicText.CHECKS
        blocks += _complete(assessment, policy, is_public=is_public)
    else:
        blocks += _next_steps(assessment)
    blocks += _folds(assessment, case, policy)
    blocks += _small_print(assessment, policy, stamp)
    return Tree(tuple(blocks))


def _waiting(assessment: Assessment, policy: Policy) -> Tree:
    label = policy.severity.incident.adopt_label
    thanks = "Thank you for the report. " if "reported" in assessment.why else ""
    ask = f"{thanks}It waits for somebody of the team, because {assessment.why}: with the label `{label}` it is taken on. Until then I create nothing."
    return Tree((Paragraph((Strong("Waiting to be taken on"),)), Paragraph(sentence(ask))))


def _headline(assessment: Assessment, policy: Policy) -> Paragraph:
    severity, kind = assessment.severity.name, KINDS[assessment.kind]
    severity = severity[:1].upper() + severity[1:]
    name = f"{severity} · responding" if assessment.phase is Phase.RESPONDING else f"{severity} · {kind}"
    return Paragraph((Strong(name), Plain(" · " + " · ".join(_facts(assessment, policy)))))


def _facts(assessment: Assessment, policy: Policy) -> list[str]:
    due = moment(assessment.due, policy.clocks.zone) if assessment.due else ""
    if due and assessment.due_by_clock:
        due += f" (recorded late: from detection it was {moment(assessment.due_by_clock, policy.clocks.zone)})"
    if assessment.phase is Phase.RESPONDING:
        was = "was " if assessment.is_overdue else ""
        return [f"{KINDS[assessment.kind]} {was}due {due}" if due else KINDS[assessment.kind]]
    held = bool(assessment.gates) and not assessment.gates[0].may_close
    on_hold = ["closing is on hold"] if held and assessment.mode is Mode.ENFORCE else []
    if assessment.phase is Phase.COMPLETE:
        closed = bool(assessment.gates) and assessment.gates[0].issue.closed
        return [
            "complete" if closed else "may be closed" if _only_recommended(assessment) else "complete, may be closed"
        ]
    if assessment.kind is Kind.REVIEW:
        return on_hold or ["recommended"]
    asked = _parts(assessment)
    done = sum(asked.values())
    facts = (
        [f"was due {due}" if assessment.is_overdue else f"due {due}"]
        if due and assessment.phase is Phase.WRITING
        else []
    )
    facts.append(f"{done} of {count(len(asked), 'part', 'parts')} complete" if asked else str(assessment.phase))
    return [*facts, *on_hold]


def _parts(assessment: Assessment) -> dict[str, bool]:
    """Return the parts that have to be complete, as people see them (a section, a review), and whether each is: every check on it has passed."""
    parts: dict[str, bool] = {}
    for finding in assessment.findings:
        if finding.level is Level.BLOCK:
            part = finding.about.partition(":")[0]
            parts[part] = parts.get(part, True) and (finding.passed or bool(finding.waived))
    return parts


def _responding(assessment: Assessment, policy: Policy) -> list[Block]:
    asked = open_findings(assessment.findings)
    if not asked:
        return [
            Paragraph(
                sentence(
                    "Nothing more is needed from you until it is over. Then: `/resolved`, and I will help with the rest."
                )
            )
        ]
    help_now = f"{_number(len(asked))} now; everything else can wait until it is over."
    after = sentence("When it is over: `/resolved`. Then I will help with the rest.")
    return [Paragraph(line(help_now)), Steps(tuple(sentence(finding.remedy) for finding in asked)), Paragraph(after)]


def _number(number: int) -> str:
    words = {1: "One thing helps", 2: "Two things help", 3: "Three things help", 4: "Four things help"}
    return words.get(number, f"{number} things help")


def _only_recommended(assessment: Assessment) -> bool:
    """Tell whether this is a near-miss that nothing holds up, and of which nothing may have been written yet."""
    return assessment.kind is Kind.REVIEW and bool(open_findings(assessment.everything))


def _complete(assessment: Assessment, policy: Policy, *, is_public: bool) -> list[Block]:
    advice = open_findings(assessment.everything)
    recommended = _asking("Worth adding", advice, is_advice=True) if advice else []
    approved = [f for f in assessment.findings if f.check.startswith("approval_") and f.passed]
    names = " and ".join(f"{f.reason.removeprefix('approved by ')} ({f.about.split()[0].lower()})" for f in approved)
    said = f"Complete; post-mortem approved by {names}." if names else "Complete."
    thanks = " Thank you for writing it down for those who come after." if policy.service.wording.thanks else ""
    took = "" if is_public else how_long(assessment.timeline)
    return [Paragraph(line(f"{said}{_actions_done(assessment)}{took}{thanks}")), *recommended]


def _near_miss(assessment: Assessment, policy: Policy) -> list[Block]:
    """Thank, once, in the comment that stays; ask what has to be asked, and recommend the rest."""
    thanks = "Thank you for writing down a near-miss: what is learned from it spares somebody the real thing."
    blocks: list[Block] = [Paragraph(line(thanks))] if policy.service.wording.thanks else []
    missing = assessment.gates[0].missing if assessment.gates else ()
    advice = tuple(finding for finding in open_findings(assessment.everything) if finding not in missing)
    if missing:
        blocks += _asking("Before it closes", missing)
    elif not advice:
        return [*blocks, Paragraph(line(f"Complete.{_actions_done(assessment)}"))]
    else:
        blocks.append(Paragraph(line("Nothing holds up its closing.")))
    if advice:
        blocks += _asking("A short review is recommended", advice, 1 if missing else MOST_ADVICE, is_advice=True)
    return blocks


def _actions_done(assessment: Assessment) -> str:
    """Say how many actions were verified, and of how many the risk was accepted instead: those are not the same."""
    if not assessment.actions:
        return ""
    states = [view.proof.state for view in assessment.actions]
    verified, accepted = states.count(ProofState.VERIFIED), states.count(ProofState.RISK_ACCEPTED)
    risks = (
        f", the {count(accepted, 'risk of 1', f'risks of {accepted}').partition(' ')[2]} accepted" if accepted else ""
    )
    own = sum(view.proof.state is ProofState.VERIFIED and not view.proof.is_independent for view in assessment.actions)
    alone = f" ({own} of them {NOT_INDEPENDENT})" if own else ""
    return f" {verified} of {count(len(states), 'action', 'actions')} verified{alone}{risks}."


def _next_steps(assessment: Assessment) -> list[Block]:
    missing = [f for f in (assessment.gates[0].missing if assessment.gates else ()) if not f.later]
    advice = [f for f in open_findings(assessment.everything) if f not in missing]
    if not missing and not advice:
        return [Paragraph(line("Nothing is asked of you now."))]
    return [*told_to_reviewers(assessment), *_asking("Next", (*missing, *advice))]


def _asking(
    lead: str, findings: tuple[Finding, ...], most: int = MOST_STEPS, *, is_advice: bool = False
) -> list[Block]:
    """Return the first things to do as steps below a line that says how many there are, and that they are advice where they are; the details have
    all. What is said about the same thing is one step."""
    findings = together(findings)
    steps = Steps(tuple(_step(finding, is_advice=is_advice) for finding in findings[:most]))
    more = f" ({'the first' if most == 1 else f'the first {most}'} of {len(findings)})" if len(findings) > most else ""
    return [Paragraph(line(f"{lead}{more}:")), steps]


def _step(finding: Finding, *, is_advice: bool) -> Line:
    advice = "" if finding.level is Level.BLOCK or is_advice else " (advice)"
    return (Strong(finding.about), *sentence(f"{advice}: {stop(finding.reason)} {capital(finding.remedy)}".rstrip()))


def _folds(assessment: Assessment, case: Case, policy: Policy) -> list[Block]:
    own = tuple(f for f in assessment.everything if f.level is not Level.OFF)
    responding = assessment.phase is Phase.RESPONDING
    title = "What will be asked later" if responding else f"All {count(len(own), 'check', 'checks')}"
    due = day(assessment.due.astimezone(ZoneInfo(policy.clocks.zone)).date()) if assessment.due else ""
    folds: list[Block] = (
        [Fold(title, (checks_grid(own, due),), can_wait=responding or assessment.kind is Kind.REVIEW)] if own else []
    )
    if grave := criteria_grid(assessment, policy):
        folds.append(Fold("What counts as SEV1 or SEV2", (grave,), can_wait=responding))
    public = case.incident.public and policy.service.public_issues is PublicText.CHECKS
    entries = assessment.timeline.entries
    # That it is over is no timeline by itself.
    is_told = any(not (entry.noted and entry.clear) for entry in entries)
    may_be_shown = not public and is_told and (not responding or any(entry.noted for entry in entries))
    if may_be_shown and (told := timeline_fold(assessment.timeline, policy.clocks.zone)):
        folds.append(told)
    grid = None if public else actions_grid(assessment, case.incident)
    if grid is not None:
        folds.append(Fold(f"Actions ({len(assessment.actions)})", (grid, *_unlinked(assessment))))
    return [*folds, *alike_fold(assessment, policy)]


def _unlinked(assessment: Assessment) -> tuple[Block, ...]:
    """Where the server has no sub-issues, links in our own comment are the connection; the table holds them, this says so."""
    loose = [view for view in assessment.actions if view.ticket is not None and not view.ticket.linked]
    return (Small(line("This server has no sub-issues; the tickets are linked from this table.")),) if loose else ()


def _small_print(assessment: Assessment, policy: Policy, stamp: str) -> list[Block]:
    """The policy that it was last said under is named, but another policy alone is nothing new to say."""
    parts = []
    if policy.service.wording.show_policy and stamp:
        parts.append(f"policy {stamp[:7]}")
    parts.append("`/status` for details")
    if policy.service.wording.not_for_evaluation:
        parts.append(FOR_LEARNING[:1].lower() + FOR_LEARNING[1:-1])
    advises = [Small(line("I advise here and open nothing again."))] if assessment.mode is Mode.ADVISE else []
    return [*advises, Small(sentence(" · ".join(parts)), volatile=True)]
