"""The body of an incident that is opened for an affected system: what is known from the first one, and what comes next. Pure."""

from integration.postmortem.assessment import Assessment
from integration.postmortem.incident import Issue
from integration.postmortem.writing.tree import IssueLink, Paragraph, Plain, Small, Steps, Tree, line
from integration.postmortem.writing.wording import sentence
from mappings.models import Kind, Policy, Severity


def linked_title(system: str, incident: Issue) -> str:
    """Return the title; the adapters keep it to one line of at most 200 characters."""
    return f"{system}: also affected ({incident.title})"


def severity_elsewhere(assessment: Assessment, policy: Policy) -> Severity:
    """Return the severity with which the incident of another system starts: that of the first one, whose fault it shares.

    One that is unclassified, or a near-miss, says nothing about a system that is affected: there it is the provisional one.
    """
    first = assessment.severity.severity
    if first is None or policy.kind(first) is Kind.REVIEW:
        return policy.clocks.provisional_severity
    return first


def linked_tree(system: str, incident: Issue, assessment: Assessment, starts_as: Severity) -> Tree:
    """Return the body. It repeats nothing of the first incident but its reference: who may read that can follow it."""
    known = f"The post-mortem says that {system} is affected as well. What happens there may differ, so it is an incident of its own."
    severity = f"It starts as {starts_as.value}. If it is less severe here: `/severity sevN <why>`; if it is more severe, put that label on."
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
                    sentence(severity),
                    sentence("Say who leads: `/lead @name`."),
                    sentence("If it turns out not to be affected, write so in the row it came from, and close this."),
                )
            ),
            Small(line("Opened by Followthrough from the section “Where else?”.")),
        )
    )
