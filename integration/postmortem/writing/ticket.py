"""The body of an action ticket: what is to be done, how one will know that it works, and the next step. Pure."""

from integration.postmortem.assessment import ActionView
from integration.postmortem.incident import Issue
from integration.postmortem.writing.tree import (
    Bullets,
    Fold,
    IssueLink,
    Line,
    Paragraph,
    Plain,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import sentence
from mappings.models import Policy


def ticket_tree(view: ActionView, incident: Issue, policy: Policy) -> Tree:
    """Return the body of the ticket of one action. The due line that GitHub tickets may carry is the adapter's."""
    kind = policy.remediation.kind(view.kind)
    claims = policy.remediation.claims_for(kind)
    # Owner and due date are the tracker's own fields, or the adapter's due line: a second copy here would go stale when they move.
    known = (
        line(Strong("Kind:"), " ", kind.id),
        line(Strong("It works when:"), " ", view.criteria or "not stated in the post-mortem"),
    )
    evidence = tuple((*sentence(f"`{claim.line}`: "), Plain(claim.ask)) for claim in claims)
    verify = sentence("Then `/verify <what you looked at>` by somebody with write rights who did not work on it.")
    return Tree(
        (
            Paragraph(line(view.description)),
            Bullets(known),
            Paragraph((Plain("It comes from the post-mortem of "), IssueLink(incident.ref), Plain("."))),
            Fold("When it is done", (Bullets(evidence), Paragraph(verify), Paragraph(_otherwise()))),
            Small(
                line("Made by Followthrough from the post-mortem's table; owner and due date are kept in step with it.")
            ),
        )
    )


def _otherwise() -> Line:
    return sentence(
        "If it will not be done: `/accept-risk until:YYYY-MM-DD <why>` by somebody with the right to accept it."
    )
