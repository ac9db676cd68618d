"""What is said about deadlines: a reminder before, and a question after, never a reproach. The next line to copy stands in each (VOICE)."""

from datetime import datetime

from integration.postmortem.notices import Notice, Step
from integration.postmortem.people import Person
from integration.postmortem.rules.identities import known_on
from integration.postmortem.rules.rights import one_by_right
from integration.postmortem.writing.tree import Inline, Line, Mention, Paragraph, Plain, Tree
from integration.postmortem.writing.wording import day, moment, sentence
from mappings.models import Policy

_ACTION = {
    Step.REMINDER: "a reminder, as this is due {due}. When it is done: {evidence}. If another day fits better, change the date and say why: `/moved <why>`.",
    Step.OWNER: "this was due {due}. Is it done? Then {evidence} shows it. If it needs longer, a new date and `/moved <why>` say so; "
    "if something is missing, say what, and somebody can help.",
    Step.LEAD: "this was due {due} and is still open. Could you ask what it needs: help, another date, or a decision that it is not done "
    "(`/accept-risk until:YYYY-MM-DD <why>`)?",
    Step.SPONSOR: "this action was due {due} and is still open. It may need something of you: people, money, another date, or "
    "`/accept-risk until:YYYY-MM-DD <why>`.",
    Step.MOVED: "the date of this has been moved more than once, now to {due}. Could you look at what it needs, so that this date holds?",
    Step.QUIET: "nothing has been written here since {due}. How is it going? One line is enough; if something is missing, say what, and somebody can help.",
}
_POSTMORTEM = {
    Step.REMINDER: "a reminder, as the post-mortem is due {due}. The status comment above says what comes next.",
    Step.OWNER: "the post-mortem was due {due}. The status comment above says what is still open; a few lines on each are enough to go on.",
    Step.SPONSOR: "the post-mortem was due {due} and is still open. Whoever writes it may need time that is kept free for it; you can help with that.",
}
_REVIEW = {
    Step.REVIEW: "a reminder, as the {scope} review of this post-mortem is due {due}. `/approve {scope}` says that it convinces you; "
    "a comment says what does not yet.",
    Step.DEPUTY: "the {scope} review of this post-mortem was due {due} and has gone unanswered. Could you look at it instead? "
    "`/approve {scope}` says that it convinces you; a comment says what does not yet.",
}
_NOBODY_NAMED = (
    "the {scope} review of this post-mortem is due {due}, and nobody is named for it yet. `/reviewer {scope} @name` asks somebody; "
    "`/approve {scope}` is for {who} who does not lead it."
)


def notice_tree(notice: Notice, policy: Policy) -> Tree:
    """Return the message of one step, with a mention of everybody whom it is for."""
    due = moment(notice.due, policy.clocks.zone) if isinstance(notice.due, datetime) else day(notice.due)
    texts = _POSTMORTEM if not notice.action_id else _ACTION
    if notice.scope:
        text = _REVIEW[notice.step] if notice.is_named else _NOBODY_NAMED
        who = one_by_right(policy.people.commands.needed(f"approve-{notice.scope}"))
        said = text.format(scope=notice.scope, due=due, who=who)
    else:
        said = texts[notice.step].format(due=due, evidence=_evidence(notice, policy))
    # Whoever leads the incident may be on another tracker than the ticket.
    to = tuple(known_on(notice.issue.key.site, person, policy.people) for person in notice.to)
    return Tree((Paragraph((*mentions(to), *sentence(f": {said}"))),))


def mentions(people: tuple[Person, ...]) -> Line:
    """Return mentions that notify, with commas between them."""
    parts: list[Inline] = []
    for person in people:
        parts += [Mention(person, notify=True), Plain(", ")]
    return tuple(parts[:-1])


def _evidence(notice: Notice, policy: Policy) -> str:
    if not notice.action_id:
        return ""
    missing = notice.missing or policy.remediation.claims[:1]
    return " and ".join(f"`{claim.line}`" for claim in missing)
