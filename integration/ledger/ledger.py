"""The memory of the service, behind one door. Every method is one short transaction; none is ever open across a call to
a tracker.

What is asked is answered from one instant; what is written is written wholly or not at all, with its audit entries.
Writers of all processes follow one another.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import cached_property

from sqlalchemy import Connection, Engine

from integration.errors import FollowthroughError
from integration.keeping import Keeping
from integration.ledger import (
    asked,
    backfills,
    case_erasure,
    cases,
    chain,
    decisions,
    dossier,
    erasure,
    figures,
    generated,
    holding,
    intents,
    kindred,
    looks,
    lost,
    noting,
    parking,
    people,
    policies,
    precedents,
    projects,
    recommended,
    recurred,
    renaming,
    restored,
    retention,
    reviewing,
    schedule,
    settled,
    ticket_places,
    trending,
    verification,
)
from integration.ledger import engine as databases
from integration.ledger.asked import UnansweredAsk
from integration.ledger.chain import ChainKey, Writing
from integration.ledger.erasure import Mention
from integration.ledger.figures import Figures
from integration.ledger.lost import LostCase
from integration.ledger.precedents import Recollection
from integration.ledger.recall import recall
from integration.ledger.records import AuditEntry, AuditReport, LookRecord, Parked, Publication, Rejection
from integration.ledger.restored import Restored
from integration.ledger.schema import SchemaState, state_of
from integration.ledger.trending import Earlier
from integration.postmortem.decisions import Decision, Intent, IntentState, Memory, ProjectMemory
from integration.postmortem.dossier import Dossier, Hold
from integration.postmortem.generated import Published
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.kinship import CauseKind
from integration.postmortem.noting import NoteFigures
from integration.postmortem.people import Person
from integration.postmortem.precedents import Precedent, Recurred
from integration.postmortem.reading.spans import Spans
from integration.postmortem.recommendations import Nomination, Recommendation
from integration.postmortem.recommending import RecommendationFigures
from integration.postmortem.remediation import EarlierAction
from integration.postmortem.review import ReviewFigures
from integration.postmortem.trends import Figures as TrendFigures
from integration.postmortem.trends import Window
from integration.trackers.base import Cursor


def open_ledger(url: str, key: bytes) -> "Ledger":
    """Open the ledger at a SQLAlchemy URL with the installation's key.

    Raises :class:`LedgerMismatch` unless the schema is the expected one (remedy: ``followthrough migrate``), and
    :class:`ConfigError` for a file that others can reach, or a database that was begun with another key.
    """
    database = databases.database_of(url)
    file = databases.file_of(database)
    if file is not None:
        if not file.exists():
            SchemaState(None).require_current()
        databases.require_closed(file)
    engine = databases.connect(database)
    try:
        state_of(engine).require_current()
        return Ledger(engine, ChainKey(key))
    except FollowthroughError:
        engine.dispose()
        raise


class Ledger:
    """What is remembered about cases, projects, policies and work, and the audit chain over it.

    Safe for threads. A process that forks opens its own.
    """

    def __init__(self, engine: Engine, key: ChainKey) -> None:
        """Take an engine on a migrated database; begins the audit chain where there is none."""
        chain.begin_chain(engine, key)
        self._engine = engine
        self._key = key

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _reading(self) -> AbstractContextManager[Connection]:
        return databases.reading(self._engine)

    def _writing(self) -> AbstractContextManager[Writing]:
        return chain.writing(self._engine, self._key)

    # Cases and what is remembered about them

    def case_of(self, issue: IssueKey) -> IssueRef | None:
        """Return the case that an issue belongs to: a ticket's incident, or a case itself; ``None`` for an issue never
        met.
        """
        with self._reading() as connection:
            return cases.case_of(connection, issue)

    def cases_citing(self, site: str, page: str) -> tuple[IssueRef, ...]:
        """Return the cases in which evidence points at this page, ``owner/repo/pull/7``."""
        with self._reading() as connection:
            return cases.cases_citing(connection, site, page)

    def spans(self, case: IssueKey) -> Spans:
        """Return the instants of an incident, and the lengths of time between them, as they were at the latest look."""
        with self._reading() as connection:
            return cases.spans(connection, case)

    def tickets(self, case: IssueRef) -> tuple[IssueRef, ...]:
        """Return the remembered tickets of a case, oldest first."""
        with self._reading() as connection:
            return cases.tickets_of(connection, case)

    def recall(self, case: IssueRef) -> Memory:
        """Return everything remembered about a case; creates nothing.

        A project never met is governed since the end of time, so that nothing in it may be written to.
        """
        with self._reading() as connection:
            return recall(connection, case)

    def remember_decisions(self, case: IssueRef, taken: Iterable[Decision], now: datetime) -> tuple[Decision, ...]:
        """Remember decisions, audited; return for each one given the decision in force, which is the first ever taken
        on its key.
        """
        with self._writing() as writing:
            in_force = decisions.remember(writing, case, taken, now)
            recurred.wake_earlier(writing, case, in_force, now)
            return in_force

    def open_intent(self, case: IssueRef, purpose: str, issue: IssueKey, now: datetime) -> Intent:
        """Record a creation before it is asked for; return the intent that is there, a failed one opened anew.

        ``purpose`` goes into the audit chain and must not name anybody.
        """
        with self._writing() as writing:
            return intents.open_intent(writing, case, purpose, issue, now)

    def settle_intent(
        self,
        case: IssueRef,
        purpose: str,
        state: IntentState,
        created: str,
        now: datetime,
        *,
        ticket: IssueRef | None = None,
    ) -> Intent:
        """Record what became of a creation. With ``ticket``, its deliveries wake this case from now on.

        Settling as failed what had been made (a comment that somebody deleted) lets it be made again. Raises
        ``LookupError`` for an intent that was never opened.
        """
        with self._writing() as writing:
            return intents.settle_intent(writing, case, purpose, state, created, now=now, ticket=ticket)

    def record_look(self, case: IssueRef, record: LookRecord, now: datetime) -> None:
        """Record a finished look: projection, actions, marks, refusals, and audit entries for what changed."""
        with self._writing() as writing:
            looks.record_look(writing, case, record, now)

    # Issues that the service writes itself

    def published(self, series: IssueRef) -> tuple[Published, ...]:
        """Return the issues of a series, the oldest first."""
        with self._reading() as connection:
            return generated.published(connection, series)

    def settle_published(self, series: IssueRef, purpose: str, made: Published, now: datetime) -> None:
        """Record that the issue of a period was made, with the outcome of its intent. Its deliveries wake the series from now on."""
        with self._writing() as writing:
            generated.settle(writing, series, purpose, made, now)

    def record_series(self, series: IssueRef, record: LookRecord, changed: Iterable[Published], now: datetime) -> None:
        """Record a look at a series, with what became of its issues."""
        with self._writing() as writing:
            looks.record_look(writing, series, record, now)
            generated.keep(writing, series, changed, now)

    def series_known(self) -> frozenset[tuple[str, str]]:
        """Return site and id of every series that was ever met."""
        with self._reading() as connection:
            return generated.series_known(connection)

    def review(self, covers: Collection[tuple[str, str]], now: datetime) -> ReviewFigures:
        """Return the open items of these projects (site, name), for a review of them."""
        with self._reading() as connection:
            return reviewing.review(connection, covers, now)

    def notes(self, series: IssueRef, covers: Collection[tuple[str, str]], now: datetime) -> NoteFigures:
        """Return the incidents of these projects (site, name) of which a series of learning notes speaks now."""
        with self._reading() as connection:
            return noting.notes(connection, series, covers, now)

    def wants_note(self, case: IssueKey, now: datetime) -> bool:
        """Tell whether an incident has come to the point at which it is noted, and no note of it is there yet."""
        with self._reading() as connection:
            return noting.wants_note(connection, case, now)

    # Reading in

    def is_known(self, case: IssueKey) -> bool:
        """Tell whether a look, or reading in, has recorded the case already."""
        with self._reading() as connection:
            return backfills.is_known(connection, case)

    def read_in(self, case: IssueRef, record: LookRecord, found: Iterable[Decision], now: datetime) -> bool:
        """Record a case that no look has recorded, with the decisions found in its comments; return whether it was not known."""
        with self._writing() as writing:
            return backfills.read_in(writing, case, record, found, now)

    def governed_at_least_since(self, site: str, name: str, at: datetime, now: datetime) -> None:
        """Let a project be governed since an instant, where the ledger holds a later one: after its loss our own comments know better."""
        with self._writing() as writing:
            backfills.governed_at_least_since(writing, site, name, at, now)

    def backfill_progress(self, site: str, name: str) -> tuple[str, datetime | None]:
        """Return how far the reading in of a project is: the cursor of its last page, and when it came to the end."""
        with self._reading() as connection:
            return backfills.progress(connection, site, name)

    def save_backfill(self, site: str, name: str, cursor: str, done_at: datetime | None, now: datetime) -> None:
        """Remember how far the reading in of a project is."""
        with self._writing() as writing:
            backfills.save_progress(writing, site, name, cursor, done_at, now)

    # The schedule

    def due_cases(self, now: datetime, limit: int) -> tuple[IssueRef, ...]:
        """Return cases whose next look is due, the longest due first."""
        with self._reading() as connection:
            return schedule.due_cases(connection, now, limit)

    def postpone(self, case: IssueRef, until: datetime, now: datetime | None = None) -> None:
        """Set the next look of a case to an instant. ``now`` dates the first sight of a case never met."""
        with self._writing() as writing:
            schedule.postpone(writing, case, until, now or until)

    def open_cases(
        self,
        site: str,
        project: str | None = None,
        *,
        not_looked_at_since: datetime | None = None,
        limit: int = 100,
    ) -> tuple[IssueRef, ...]:
        """Return cases that are not closed, those not looked at for longest first."""
        with self._reading() as connection:
            return schedule.open_cases(connection, site, project, not_looked_at_since, limit)

    def closed_since(
        self, site: str, project: str | None, since: datetime, limit: int = 10_000
    ) -> tuple[IssueRef, ...]:
        """Return closed cases that were closed, or looked at, since an instant."""
        with self._reading() as connection:
            return schedule.cases_since(connection, site, project, since, limit)

    # Projects and the sweep

    def project(self, site: str, name: str, now: datetime) -> ProjectMemory:
        """Return what is remembered about a project; at first sight it is governed from ``now`` on."""
        with self._reading() as connection:
            found = projects.known(connection, site, name)
        if found is not None:
            return found
        with self._writing() as writing:
            projects.meet(writing, site, name, now)
            return projects.known(writing.connection, site, name) or ProjectMemory(site, name, now)

    def follow_project(self, case: IssueRef, now: datetime) -> bool:
        """Let the project of a case go on under the name that it has by now; return whether it had another one.

        On GitHub alone: there a transferred issue gets another id, so the same id elsewhere means that its repository was
        renamed or transferred. On Jira an issue that is moved keeps its id.
        """
        with self._reading() as connection:
            name = renaming.remembered_as(connection, case)
        if case.key.site != "github" or name in {"", case.project}:
            return False
        return self.rename_project(case.key.site, name, case.project, now)

    def rename_project(self, site: str, old: str, new: str, now: datetime) -> bool:
        """Let what is remembered of a project go on under its new name; return whether there was anything."""
        with self._writing() as writing:
            return renaming.rename(writing, site, old, new, now)

    def projects_known(self, site: str) -> tuple[ProjectMemory, ...]:
        """Return every project of a site that was ever met, by name."""
        with self._reading() as connection:
            return projects.all_known(connection, site)

    def set_paused(self, site: str, name: str | None, paused: bool, by: Person | str, now: datetime) -> bool:
        """Pause or resume a project, or with ``name=None`` the whole service; return whether that changed anything.

        ``by`` is a person, or the part of the service that was used (``cli``), never a name as text. Raises
        ``UnknownProject``.
        """
        with self._writing() as writing:
            return projects.set_paused(writing, site, name, paused, by=by, now=now)

    def stopped_since(self, site: str, name: str | None) -> datetime | None:
        """Return since when writing has been paused or stopped in a project, or with ``name=None`` anywhere."""
        with self._reading() as connection:
            return projects.stopped_since(connection, site, name)

    def open_breaker(self, site: str, name: str, reason: str, now: datetime) -> bool:
        """Stop writing in a project and say why; return whether that changed anything. Raises ``UnknownProject``."""
        with self._writing() as writing:
            return projects.set_breaker(writing, site, name, reason, by="service", now=now)

    def close_breaker(self, site: str, name: str, by: Person | str, now: datetime) -> bool:
        """Let writing in a project go on; return whether that changed anything. Raises ``UnknownProject``."""
        with self._writing() as writing:
            return projects.set_breaker(writing, site, name, "", by=by, now=now)

    def creations_since(self, site: str, name: str, since: datetime) -> int:
        """Count the tickets asked for in a project since an instant."""
        with self._reading() as connection:
            return projects.creations_since(connection, site, name, since)

    def reopenings_since(self, site: str, name: str, since: datetime) -> int:
        """Count our reopenings in a project since an instant."""
        with self._reading() as connection:
            return projects.reopenings_since(connection, site, name, since)

    def usual_per_hour(self, site: str, name: str, now: datetime) -> tuple[float, float]:
        """Return how many new tickets and how many reopenings an hour the thirty days before ``now`` had, less where the
        project is younger.
        """
        since = now - projects.USUAL_OVER
        with self._reading() as connection:
            hours = projects.hours_counted(connection, site, name, now)
            created = projects.creations_since(connection, site, name, since, now)
            reopened = projects.reopenings_since(connection, site, name, since, now)
        return created / hours, reopened / hours

    def cursor(self, site: str, name: str) -> Cursor:
        """Return how far a project was swept; never swept is an empty cursor."""
        with self._reading() as connection:
            return projects.cursor(connection, site, name)

    def save_cursor(self, site: str, name: str, reached: Cursor, now: datetime) -> None:
        """Remember how far a project was swept."""
        with self._writing() as writing:
            projects.save_cursor(writing, site, name, reached, now)

    # The policy

    # Places with tickets only
    def places_with_tickets_only(self, site: str) -> tuple[str, ...]:
        """Return the repositories or projects with tickets of open cases from which nothing else was ever heard."""
        with self._reading() as connection:
            return ticket_places.with_tickets_only(connection, site)

    def tickets_among(self, site: str, issues: tuple[IssueKey, ...]) -> frozenset[IssueKey]:
        """Return those of the issues that are tickets of a case."""
        with self._reading() as connection:
            return ticket_places.ours_among(connection, site, issues)

    def ticket_cursor(self, site: str, name: str) -> Cursor:
        """Return how far a place with tickets only was swept."""
        with self._reading() as connection:
            return ticket_places.cursor(connection, site, name)

    def save_ticket_cursor(self, site: str, name: str, reached: Cursor) -> None:
        """Remember how far a place with tickets only was swept."""
        with self._writing() as writing:
            ticket_places.save_cursor(writing, site, name, reached)

    def publish_policy(
        self,
        content_hash: str,
        files: Mapping[str, str],
        now: datetime,
        by: Person | str,
        *,
        weakenings: tuple[str, ...] = (),
        kind: str = policies.PUBLISHED,
        edited: Mapping[str, str] | None = None,
    ) -> bool:
        """Put a policy in force; return whether it was not in force already. ``weakenings`` are audited as they stand
        and name nobody; so are the digests of the files that somebody ``edited``.
        """
        with self._writing() as writing:
            return policies.publish_policy(
                writing, content_hash, files, by=by, weakenings=weakenings, now=now, kind=kind, edited=edited
            )

    def policy_history(self, limit: int) -> tuple[Publication, ...]:
        """Return who put which policy in force and when, the latest first."""
        with self._reading() as connection:
            return policies.history(connection, limit)

    def active_policy(self) -> tuple[str, dict[str, str]] | None:
        """Return hash and files of the policy in force, or ``None`` where none was ever published."""
        with self._reading() as connection:
            return policies.active_policy(connection)

    def policy_files(self, content_hash: str) -> dict[str, str]:
        """Return the files of a policy that was once in force, empty where the hash is unknown."""
        with self._reading() as connection:
            return policies.files_of(connection, content_hash)

    def reject_policy(self, content_hash: str, errors: tuple[str, ...], now: datetime) -> bool:
        """Remember that an edit was refused; return whether that is news. The policy in force stays."""
        with self._writing() as writing:
            return policies.reject_policy(writing, content_hash, errors, now)

    def last_rejection(self) -> Rejection | None:
        """Return the refused edit that nobody has mended yet, or ``None``."""
        with self._reading() as connection:
            return policies.last_rejection(connection)

    # Work that keeps failing

    def park(self, work: str, ref: IssueRef, *, reason: str, detail: str, failures: int, now: datetime) -> None:
        """Set work aside, under the key of its wake-up, until somebody looks; what is parked already is brought up to
        date.
        """
        with self._writing() as writing:
            parking.park(writing, Parked(work, ref, reason, detail, failures, now))

    def parked(self) -> tuple[Parked, ...]:
        """Return what is set aside, oldest first."""
        with self._reading() as connection:
            return parking.all_parked(connection)

    def unpark(self, work: str) -> bool:
        """Take work off the list, by its key; return whether it was on it."""
        with self._writing() as writing:
            return parking.unpark(writing, work)

    # Incidents that are gone

    def note_lost(self, case: IssueRef, now: datetime) -> bool:
        """Remember that a governed incident cannot be found any more; return whether that is news."""
        with self._writing() as writing:
            return lost.note_lost(writing, case, now)

    def lost_cases(self) -> tuple[LostCase, ...]:
        """Return the governed incidents that cannot be found, the first to be lost first."""
        with self._reading() as connection:
            return lost.lost_cases(connection)

    # Issues that may be incidents

    def unanswered_asks(self, site: str, project: str | None = None) -> tuple[UnansweredAsk, ...]:
        """Return the issues that were asked whether they are incidents, and nobody said; the oldest question first."""
        with self._reading() as connection:
            return asked.unanswered_asks(connection, site, project)

    def incidents(self, site: str, locators: Collection[str]) -> dict[str, IssueKey]:
        """Return the governed incidents that go by these names (``owner/repo#12``), by name in small letters."""
        with self._reading() as connection:
            return asked.incidents(connection, site, locators)

    # Learning from many incidents

    def trends(self, window: Window, covers: Collection[tuple[str, str]] | None = None) -> TrendFigures:
        """Return the figures of a window of time, of these (site, project) or of all: counts over incidents, none per person."""
        with self._reading() as connection:
            return trending.trends(connection, window, covers)

    def recommendations(
        self, series: IssueRef, covers: Collection[tuple[str, str]], now: datetime
    ) -> RecommendationFigures:
        """Return the recommendations to governance of these projects that have, or get, a ticket in a series."""
        with self._reading() as connection:
            return recommended.wanted(connection, series, covers, now)

    def recommendations_to_decide(
        self, window: Window, covers: Collection[tuple[str, str]] | None
    ) -> tuple[Recommendation, ...]:
        """Return what was recommended before the end of a window and was not over before it began, with what became of it since."""
        with self._reading() as connection:
            return recommended.to_decide(connection, window, covers)

    def nominations(self, window: Window, covers: Collection[tuple[str, str]] | None) -> tuple[Nomination, ...]:
        """Return what was nominated with ``/celebrate`` in a window."""
        with self._reading() as connection:
            return recommended.nominated(connection, window, covers)

    def incidents_between(
        self, windows: Sequence[Window], covers: Collection[tuple[str, str]] | None
    ) -> tuple[tuple[int, int], ...]:
        """Return incidents and near-misses that were opened in each window, of these projects or of all."""
        with self._reading() as connection:
            return trending.incidents_between(connection, windows, covers)

    def recollections(self, after: int) -> tuple[Recollection, ...]:
        """Return the words of incidents that changed after a version, by version; 0 for all."""
        with self._reading() as connection:
            return precedents.recollections_after(connection, after)

    def precedents(self, rows: Sequence[int]) -> tuple[Precedent, ...]:
        """Return earlier incidents by the rows that recollections name, in that order."""
        with self._reading() as connection:
            return precedents.precedents(connection, rows)

    def rows_of_cases(self, keys: Iterable[str]) -> tuple[int, ...]:
        """Return the rows of cases by their keys as text."""
        with self._reading() as connection:
            return precedents.rows_of_cases(connection, keys)

    def kindred(
        self,
        asking: IssueKey,
        kinds: Iterable[CauseKind],
        before: datetime,
        origin: IssueKey | None,
        *,
        any_system: bool = False,
    ) -> tuple[Precedent, ...]:
        """Return incidents opened before an instant whose causes are of these kinds; of ``origin``, and of what was opened for it, none."""
        with self._reading() as connection:
            return kindred.kindred(connection, asking, kinds, before, origin, any_system=any_system)

    def recurred(self, incident: IssueKey) -> tuple[Recurred, ...]:
        """Return the incidents of which somebody with the right said that they are this one come back, the first first."""
        with self._reading() as connection:
            return recurred.recurred(connection, incident)

    def names(self) -> frozenset[str]:
        """Return the names and handles of people who took part in anything; for keeping them where they are, never for showing."""
        with self._reading() as connection:
            return precedents.names(connection)

    def earlier(self) -> tuple[Earlier, ...]:
        """Return every governed incident with its actions, for finding those that resemble another one."""
        with self._reading() as connection:
            return trending.earlier(connection)

    def verified_before(self, case: IssueRef, since: datetime, until: datetime) -> tuple[EarlierAction, ...]:
        """Return actions of other incidents of the case's project that were verified in that time, the latest first, at most 1,000."""
        with self._reading() as connection:
            return settled.verified_before(connection, case, since, until)

    # Operating it

    def figures(self) -> Figures:
        """Return figures for those who watch the service."""
        with self._reading() as connection:
            return figures.figures(connection)

    def retain(self, keeping: Keeping, now: datetime) -> dict[str, int]:
        """Delete what is no longer needed and kept for longer than told; return how many rows of each kind."""
        with self._writing() as writing:
            return retention.retain(writing, keeping, now)

    def note_restored(self, now: datetime) -> datetime:
        """Note that a copy was put back; return the instant up to which it knows what was done."""
        with self._writing() as writing:
            return restored.note_restored(writing, now)

    @cached_property
    def restored(self) -> Restored | None:
        """What is unknown since a copy was put back, or ``None``; read once, since nobody restores under a running process."""
        with self._reading() as connection:
            return restored.last_restored(connection)

    # The audit chain

    def verify_audit(self, known_head: str | None = None) -> AuditReport:
        """Check the chain and the decisions it vouches for; ``known_head`` (``seq:hash``) is one that was posted
        outside earlier.
        """
        with self._reading() as connection:
            return verification.verify_audit(connection, self._key, known_head)

    def audit_entries(self, case: IssueKey) -> tuple[AuditEntry, ...]:
        """Return the entries about one case, oldest first."""
        with self._reading() as connection:
            return tuple(verification.entries_of(connection, case))

    def called(self, site: str, locator: str) -> IssueRef | None:
        """Return the case that goes by a locator, or whose ticket does; no tracker is asked."""
        with self._reading() as connection:
            return dossier.called(connection, site, locator)

    def dossier(self, case: IssueKey, known_head: str | None = None) -> Dossier | None:
        """Return everything that is held of a case, with its stretch of the chain, which is checked; ``None`` for one never met."""
        with self._reading() as connection:
            return dossier.dossier(connection, self._key, case, known_head)

    def hold(self, case: IssueRef, reason: str, now: datetime) -> bool:
        """Hold a case against erasure and retention; return whether it was not held already. ``reason`` must not name anybody."""
        with self._writing() as writing:
            return holding.place(writing, case, reason, now)

    def release(self, case: IssueRef, reason: str, now: datetime) -> bool:
        """Release a held case; return whether it was held. ``reason`` must not name anybody."""
        with self._writing() as writing:
            return holding.release(writing, case, reason, now)

    def holds(self) -> tuple[tuple[IssueRef, Hold], ...]:
        """Return the legal holds in force, with their cases, the first first."""
        with self._reading() as connection:
            return holding.in_force(connection)

    def erase_case(self, case: IssueRef, now: datetime) -> bool:
        """Erase what people wrote about a case; return whether there was anything. Raises :class:`ErasureRefused`. The chain stays valid."""
        with self._writing() as writing:
            return case_erasure.erase_case(writing, case, now)

    def persons_called(self, site: str, name: str) -> tuple[Person, ...]:
        """Return the accounts that go by a name: account id, handle or whole name."""
        with self._reading() as connection:
            return people.called(connection, site, name)

    def mentions(self, person: Person) -> tuple[Mention, ...]:
        """Return the cases of which titles, actions or lessons, as they are kept here, speak of somebody."""
        with self._reading() as connection:
            return erasure.mentions(connection, person)

    def erase_person(self, site: str, account_id: str, now: datetime) -> bool:
        """Forget an account; return whether it was known. The chain stays valid."""
        with self._writing() as writing:
            return erasure.erase_person(writing, site, account_id, now)
