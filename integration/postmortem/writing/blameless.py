"""What is said for a blameless process: the ground rules and open questions of the meeting, and thanks for what somebody told openly (VOICE)."""

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.assessment import Assessment
from integration.postmortem.findings import Finding, Level
from integration.postmortem.writing.tree import Block, Bullets, Line, Paragraph, Small, Steps, Strong, Tree, line
from integration.postmortem.writing.wording import capital, count, sentence, stop

MOST_QUESTIONS = 20
GROUND_RULES = (
    "We look at systems, not at people: what could be seen, and what did not stop it.",
    "Everybody meant well, and did what made sense with what they knew at the time.",
    FOR_LEARNING,
    "What somebody tells openly is thanked for, and is quoted nowhere outside of this incident.",
)


def agenda_tree(assessment: Assessment) -> Tree:
    """Return the ground rules to begin with, and what is still open, in the order of the document."""
    blocks: list[Block] = [Paragraph((Strong("To begin with"),)), Bullets(tuple(line(rule) for rule in GROUND_RULES))]
    asked = [f for f in assessment.everything if _is_question(f)]
    if not asked:
        return Tree(
            (
                *blocks,
                Paragraph(line("Nothing is open in the text. What would you tell a team that never heard of this?")),
            )
        )
    blocks += [Paragraph((Strong("What is still open"),)), Steps(tuple(_question(f) for f in asked[:MOST_QUESTIONS]))]
    rest = len(asked) - MOST_QUESTIONS
    if rest > 0:
        blocks.append(
            Paragraph(sentence(f"And {count(rest, 'more question', 'more questions')}: `/status` shows them."))
        )
    return Tree(
        (
            *blocks,
            Small(
                line(
                    "Before you meet: on which day, and who attends in which role? To end with: what will be done, by whom, by when, and how will it show?"
                )
            ),
        )
    )


def thanks_tree() -> Tree:
    """Thank for something that was told openly; its words are not repeated."""
    said = "Thank you for telling this. It helps others to see what the system did not stop. It stays with this incident: I quote it nowhere else."
    return Tree((Paragraph(line(said)),))


def _is_question(finding: Finding) -> bool:
    """Approvals and proof are for afterwards; the meeting is for what is still to be said."""
    is_later = finding.check.startswith("approval_") or finding.check in ("evidence", "verification")
    return (
        not finding.passed
        and not finding.waived
        and not is_later
        and not finding.aside
        and finding.level is not Level.OFF
    )


def _question(finding: Finding) -> Line:
    return (Strong(finding.about), *sentence(f": {stop(finding.reason)} {capital(finding.remedy)}".rstrip()))
