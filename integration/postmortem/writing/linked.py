"""The body of an incident that is opened for an affected system: what is known from the first one, and what comes next. Pure."""

from integration.postmortem.assessment import Assessment
from integration.postmortem.incident import Issue
from integration.postmortem.writing.tree import IssueLink, Paragraph, Plain, Small, Steps, Tree, line
from integration.postmortem.writing.wording import sentence
from mappings.models import Policy


def linked_title(system: str, incident: Issue) -> str:
    """Return the title; the adapters keep it to one line of at most 200 characters."""
    return f"{system}: also affected ({incident.title})"


def linked_tree(system: str, incident: Issue, assessment: Assessment, policy: Policy) -> Tree:
    """Return the body. It repeats nothing of the first incident but its reference: who may read that can follow it."""
    known = f"The post-mortem says that {system} is affected as well. How severe it is there may differ, so it is an incident of its own."
    labels = ", ".join(f"`{entry.label}`" for entry in policy.severity.severities)
    return Tree(
        (
            Paragraph(
                (
                    Plain("It was found while looking into "),
                    IssueLink(incident.ref),
                    Plain(f" ({assessment.severity.name})."),
                )
            ),
            Paragraph(line(known)),
            Steps(
                (
                    sentence(f"Say how severe it is here, with one of the labels {labels}."),
                    sentence("Say who leads: `/lead @name`."),
                    sentence("If it turns out not to be affected, write so in the row it came from, and close this."),
                )
            ),
            Small(line("Opened by Followthrough from the section “Where else?”.")),
        )
    )
