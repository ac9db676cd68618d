"""The question whether what was verified some weeks ago still holds: what to look at for each action, and the lines to copy. Pure."""

from integration.postmortem.assessment import ActionView
from integration.postmortem.rules.lasting import NO_LONGER, STILL, Asking, Check
from integration.postmortem.writing.notices import mentions
from integration.postmortem.writing.tree import Bullets, IssueLink, Line, Paragraph, Plain, Strong, Tree
from integration.postmortem.writing.wording import capital, day, sentence
from mappings.models import Policy


def lasting_tree(asking: Asking, actions: tuple[ActionView, ...], policy: Policy) -> Tree:
    """Return the comment; the reminder says the same in fewer words."""
    to = mentions((asking.to,)) if asking.to is not None else ()
    lead: Line = (*to, Plain(": ")) if to else ()
    many = len(asking.checks) > 1
    first = asking.checks[0].action_id
    if asking.again:
        names = ", ".join(check.action_id for check in asking.checks)
        text = f"a reminder, as nobody has said yet whether {names} still {'hold' if many else 'holds'}. One line is enough: "
        ways = f"{text}`/{STILL} <what you checked>`, or `/{NO_LONGER} {first} <reason>`."
        return Tree((Paragraph(_begun(lead, ways)),))
    since = day(min(check.verified_at for check in asking.checks).date())
    asks = f"{'these were' if many else 'this was'} verified on {since}. {'Do they' if many else 'Does it'} still hold?"
    one = f" (`/{STILL} {first} <what you checked>` for one of them)" if many else ""
    how = (
        f"`/{STILL} <what you checked>`{one}, by somebody who does not own it. "
        f"If not: `/{NO_LONGER} {first} <reason>`, and its ticket is opened again; this incident stays as it is."
    )
    return Tree(
        (
            Paragraph(_begun(lead, asks)),
            Bullets(_bullets(asking.checks, actions, policy)),
            Paragraph(sentence(how)),
        )
    )


def _begun(lead: Line, text: str) -> Line:
    """Return a text after whom it is said to; where that is nobody, it begins as a sentence does."""
    return (*lead, *sentence(text)) if lead else sentence(capital(text))


def _bullets(checks: tuple[Check, ...], actions: tuple[ActionView, ...], policy: Policy) -> tuple[Line, ...]:
    tickets = {view.action_id: view.ticket.ref for view in actions if view.ticket is not None}
    return tuple(
        (Strong(check.action_id), Plain(" "), IssueLink(tickets[check.action_id]), Plain(f": {_asks(check, policy)}"))
        for check in checks
        if check.action_id in tickets
    )


def _asks(check: Check, policy: Policy) -> str:
    asks = policy.learning.effectiveness.asks
    return next((each.ask for each in asks if each.id == check.kind), "Has it happened again since?")
