"""When somebody last said something about an action, and the one question to its owner after a long silence (issue 6)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.assessment import ActionView
from integration.postmortem.decisions import Memory
from integration.postmortem.incident import CommentOrigin, Issue
from integration.postmortem.notices import Notice, Notices, Step
from integration.postmortem.rules.ladder import OWNERS_TURN
from mappings.models import Policy


def last_news(ticket: Issue) -> datetime:
    """Return when a person last wrote on a ticket, else when it was opened. Our own comments are no news; a comment of anybody else is."""
    said = [comment.created_at for comment in ticket.comments if comment.origin is not CommentOrigin.OURS]
    return max((ticket.created_at, *said))


def judge_silence(actions: tuple[ActionView, ...], memory: Memory, policy: Policy, now: datetime) -> Notices:
    """Return the questions to be asked now, one for each silence, and when the next ones will be. What is late is told of anyway."""
    zone, clocks = ZoneInfo(policy.clocks.zone), policy.clocks
    asked: list[Notice] = []
    later: list[datetime] = []
    for view in actions:
        if view.ticket is None or view.ticket.closed or view.owner is None or view.proof.state not in OWNERS_TURN:
            continue
        since = last_news(view.ticket).astimezone(zone).date()
        day = clocks.working_day_after(since + timedelta(days=clocks.quiet_days), 0)
        at = datetime.combine(day, time(clocks.day_begins), zone)
        if view.due is not None and day >= view.due:
            continue
        purpose = f"quiet:{view.ticket.ref.key.id}:{since}"
        if at > now:
            later.append(at)
        elif purpose not in memory.said:
            asked.append(Notice(view.ticket.ref, purpose, Step.QUIET, (view.owner,), since, view.action_id))
    return Notices(tuple(asked), tuple(later))
