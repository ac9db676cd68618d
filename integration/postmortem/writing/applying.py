"""What the text says does not apply, told to those who are asked to approve it: a section that is left out is theirs to find convincing."""

from integration.postmortem.assessment import Assessment, Phase
from integration.postmortem.writing.tree import Paragraph, line
from integration.postmortem.writing.wording import stop

LONGEST = 160  # characters of a reason


def told_to_reviewers(assessment: Assessment) -> list[Paragraph]:
    """Return the paragraph, while it is in review and something is said not to apply, else nothing."""
    if assessment.phase is not Phase.IN_REVIEW or not assessment.not_applying:
        return []
    said = "; ".join(_short(each) for each in assessment.not_applying)
    return [Paragraph(line(f"For those who approve: it says that this does not apply. {stop(said)}"))]


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rstrip() + "…"
