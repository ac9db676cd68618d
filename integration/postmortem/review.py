"""What a weekly review is about: open items, as the ledger knew them at one instant. Values only.

No figure is computed per person: names stand only beside an open item.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person
from integration.postmortem.rules.evidence import ProofState
from mappings.models import ClocksFile

OWNERS_TURN = ("", ProofState.WANTED, ProofState.LAPSED, ProofState.REJECTED, ProofState.RISK_EXPIRED)


@dataclass(frozen=True)
class OpenAction:
    """An action that is not verified. ``outcome`` is its proof in the words of ``ProofState``, empty where it was never judged.

    ``dates`` are the due dates that were agreed, in the order in which they were seen, each with when. ``told`` are the steps of the ladder that
    were said about the present date. ``ack`` is what was decided about its lateness, in the words of whoever did. ``needs`` and ``answer`` are what
    it asks for, and what a sponsor said. ``until`` is the day to which its risk is accepted. ``apart`` are those who may not verify it: whoever
    owned it or gave its evidence.
    """

    incident: IssueRef
    title: str
    severity: str
    action_id: str
    description: str
    ticket: IssueRef | None
    owner: Person | None
    due: date | None
    outcome: str = ""
    news_at: datetime | None = None
    until: date | None = None
    needs: str = ""
    answer: str = ""
    dates: tuple[tuple[date, datetime], ...] = ()
    told: tuple[tuple[str, datetime], ...] = ()
    ack: str = ""
    apart: tuple[Person, ...] = ()
    is_confidential: bool = False

    @property
    def known_since(self) -> datetime | None:
        """Return when its first date was agreed."""
        return self.dates[0][1] if self.dates else None

    @property
    def moves(self) -> tuple[tuple[date, datetime], ...]:
        """Return the days to which its date was moved, each later than all before it, with when."""
        later: list[tuple[date, datetime]] = []
        for day, at in self.dates[1:]:
            if day > max(each for each, _ in (self.dates[0], *later)):
                later.append((day, at))
        return tuple(later)

    @property
    def is_owners_turn(self) -> bool:
        """Tell whether its owner is who has to do something; while it waits for verification, others have."""
        return self.outcome in OWNERS_TURN

    @property
    def is_ownerless(self) -> bool:
        """Tell whether nobody can see it through: there is no owner, or the account is no longer active."""
        return self.owner is None or not self.owner.active

    def quiet_since(self, today: date, clocks: ClocksFile) -> date | None:
        """Return the day of the last word, where it is as long ago as the mapping says and its owner has something to do."""
        if self.news_at is None or not self.is_owners_turn:
            return None
        since = self.news_at.astimezone(ZoneInfo(clocks.zone)).date()
        return since if today - since >= timedelta(days=clocks.quiet_days) else None

    @property
    def is_set_aside(self) -> bool:
        """Tell whether its risk is accepted for now."""
        return self.outcome == ProofState.RISK_ACCEPTED

    def is_late(self, today: date) -> bool:
        """Tell whether its day is over and its owner has not done it."""
        return self.is_owners_turn and self.due is not None and self.due < today


@dataclass(frozen=True)
class SettledAction:
    """An action that was verified, or whose risk was accepted, lately."""

    action_id: str
    description: str
    ticket: IssueRef | None
    incident: IssueRef
    outcome: str
    settled_at: datetime
    is_independent: bool = True
    is_confidential: bool = False


@dataclass(frozen=True)
class OpenPostMortem:
    """An incident whose post-mortem is not finished: ``phase`` says whether it is being written, or waits for approval."""

    incident: IssueRef
    title: str
    severity: str
    phase: str
    due: datetime | None
    is_confidential: bool = False


@dataclass(frozen=True)
class Asked:
    """A question "is this an incident?" that nobody has answered, and since when."""

    issue: IssueRef
    title: str
    since: datetime


@dataclass(frozen=True)
class Lost:
    """A governed incident that cannot be found in its tracker since an instant: deleted, moved, or out of our account's reach (S13)."""

    issue: IssueRef
    title: str
    severity: str
    since: datetime
    is_confidential: bool = False


@dataclass(frozen=True)
class OpenCheck:
    """A question whether verified actions of an incident still hold, that was asked and that nobody has answered."""

    incident: IssueRef
    title: str
    actions: tuple[str, ...]
    since: datetime
    is_confidential: bool = False


@dataclass(frozen=True)
class ReviewFigures:
    """What the ledger knew at one instant of the projects that a review covers. ``settled`` goes back five weeks.

    ``withheld`` is how many open items of confidential incidents are only counted, because the review is read elsewhere (S28).
    """

    actions: tuple[OpenAction, ...] = ()
    settled: tuple[SettledAction, ...] = ()
    postmortems: tuple[OpenPostMortem, ...] = ()
    asked: tuple[Asked, ...] = ()
    lost: tuple[Lost, ...] = ()
    checks: tuple[OpenCheck, ...] = ()
    audit_head: str = ""
    withheld: int = 0

    def as_read_in(self, site: str, project: str) -> "ReviewFigures":
        """Return what may be told in one place: of a confidential incident, nothing beyond its own project but how much there is."""

        def may(ref: IssueRef, *, is_confidential: bool) -> bool:
            return not is_confidential or (ref.key.site, ref.project) == (site, project)

        actions = tuple(a for a in self.actions if may(a.incident, is_confidential=a.is_confidential))
        postmortems = tuple(p for p in self.postmortems if may(p.incident, is_confidential=p.is_confidential))
        lost = tuple(each for each in self.lost if may(each.issue, is_confidential=each.is_confidential))
        checks = tuple(each for each in self.checks if may(each.incident, is_confidential=each.is_confidential))
        known = len(self.actions) + len(self.postmortems) + len(self.lost) + len(self.checks)
        return replace(
            self,
            actions=actions,
            settled=tuple(s for s in self.settled if may(s.incident, is_confidential=s.is_confidential)),
            postmortems=postmortems,
            lost=lost,
            checks=checks,
            withheld=known - len(actions) - len(postmortems) - len(lost) - len(checks),
        )


@dataclass(frozen=True)
class Carried:
    """What became since ``since`` of what was open then: settled, late since, moved to a later day, and how much of it goes on."""

    since: datetime
    done: tuple[SettledAction, ...] = ()
    set_aside: tuple[SettledAction, ...] = ()
    slipped: tuple[OpenAction, ...] = ()
    moved: tuple[OpenAction, ...] = ()
    going_on: int = 0


@dataclass(frozen=True)
class Review:
    """One week's review, sorted: each action stands in one list, the first that fits.

    ``needs`` are those that nobody has answered, and stand in a list below as well. ``for_sponsors`` are late for so long that sponsors are told,
    once for each project.
    """

    today: date
    needs: tuple[OpenAction, ...] = ()
    late: tuple[OpenAction, ...] = ()
    this_week: tuple[OpenAction, ...] = ()
    unverified: tuple[OpenAction, ...] = ()
    lapsed: tuple[OpenAction, ...] = ()
    ownerless: tuple[OpenAction, ...] = ()
    quiet: tuple[OpenAction, ...] = ()
    others: tuple[OpenAction, ...] = ()
    expiring: tuple[OpenAction, ...] = ()
    writing: tuple[OpenPostMortem, ...] = ()
    approving: tuple[OpenPostMortem, ...] = ()
    asked: tuple[Asked, ...] = ()
    lost: tuple[Lost, ...] = ()
    withheld: int = 0
    checks: tuple[OpenCheck, ...] = ()
    for_sponsors: tuple[tuple[str, tuple[OpenAction, ...]], ...] = ()
    carried: Carried | None = None
    open_actions: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing to review."""
        listed = self.expiring or self.writing or self.approving or self.asked or self.lost or self.checks
        return not (self.open_actions or listed or self.withheld)
