"""What hangs on time: the deadline, whom to tell, and when the case could come out otherwise without an event. Pure."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.assessment import ActionView, Phase
from integration.postmortem.hearing import Hearing
from integration.postmortem.notices import Notices
from integration.postmortem.rules.deadlines import Deadline, judge_deadline
from integration.postmortem.rules.evidence import ProofState
from integration.postmortem.rules.ladder import People, judge_notices, lead_of
from integration.postmortem.rules.news import judge_silence
from integration.postmortem.rules.reviewing import Review, judge_review
from integration.postmortem.rules.roles import RolesView
from integration.postmortem.rules.severity import SeverityView


def deadline_of(hearing: Hearing, severity: SeverityView) -> Deadline:
    """Return until when the post-mortem is due, and until when it would be by the clock alone."""
    detected = hearing.postmortem.detected_at(hearing.case.incident)
    return judge_deadline(detected, severity.severity, hearing.memory, hearing.policy, hearing.now)


def notices_of(
    hearing: Hearing,
    severity: SeverityView,
    actions: tuple[ActionView, ...],
    deadline: Deadline,
    phase: Phase,
    roles: RolesView,
    review: Review | None,
) -> Notices:
    """Return whom to tell of what is late, silent, or waits for a review; in a place that everybody can read nobody is named (S27)."""
    if not hearing.names_people:
        return Notices()
    case, policy = hearing.case, hearing.policy
    people = People(lead_of(case, hearing.decisions, roles.lead_written), roles.sponsors_apart)
    due = judge_notices(
        case, actions, deadline.due, phase, severity.severity, people, hearing.memory, policy, hearing.now
    )
    quiet = judge_silence(actions, hearing.memory, policy, hearing.now)
    told = Notices((*due.now, *quiet.now), (*due.later, *quiet.later))
    if review is None:
        return told
    asked = judge_review(review, case.incident, severity.severity, people.lead, hearing.memory, policy, hearing.now)
    return Notices((*told.now, *asked.now), (*told.later, *asked.later))


def next_look(
    hearing: Hearing, instants: tuple[datetime | None, ...], actions: tuple[ActionView, ...]
) -> datetime | None:
    """Return the earliest later instant at which something turns: the deadline, the question to the reviewer, dues, ends of accepted risks, retries."""
    zone = ZoneInfo(hearing.policy.clocks.zone)
    turns = [instant for instant in instants if instant]
    for view in actions:
        if view.due and not view.proof.suffices:
            turns.append(datetime.combine(view.due + timedelta(days=1), time(), zone))
        if view.proof.state is ProofState.RISK_ACCEPTED and view.proof.until:
            turns.append(datetime.combine(view.proof.until + timedelta(days=1), time(), ZoneInfo("UTC")))
    turns += [refusal.retry_at for refusal in hearing.memory.refusals]
    turns += _read_again(hearing, actions)
    return min((turn for turn in turns if turn > hearing.now), default=None)


def _read_again(hearing: Hearing, actions: tuple[ActionView, ...]) -> list[datetime]:
    """Not every change of an object is told by a webhook, and nobody looks at closed incidents daily: their evidence is read again for a while."""
    incident, evidence = hearing.case.incident, hearing.policy.remediation.evidence
    seen = any(each.exhibit is not None for view in actions for each in view.proof.shown)
    again = hearing.now + timedelta(days=evidence.reread_days)
    if not seen or not incident.closed or incident.closed_at is None:
        return []
    return [again] if again <= incident.closed_at + timedelta(days=evidence.watch_days) else []
