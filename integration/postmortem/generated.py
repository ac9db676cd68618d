"""Issues that the service writes itself (weekly review, trends, learning notes …): their series, what an issue should say, and the commands for it. Pure.

A series is a case of its own (DESIGN 1.3): one kind, about one scope, in one place. Its issues belong to it as tickets belong to an incident, so that
lock, intents, decisions and what was said are kept per series. What a kind says is judged by that kind; how it gets there is the same for all.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from integration.postmortem.commands import (
    Command,
    EnsureClosed,
    EnsureGeneratedIssue,
    EnsureReply,
    EnsureStatusComment,
    Share,
)
from integration.postmortem.decisions import Decision, IntentState, Memory
from integration.postmortem.incident import Issue, IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import Tree
from mappings.models import GeneratedIssue, Mode, Per, Policy

PREFIX = "series-"


@dataclass(frozen=True)
class Series:
    """One kind of generated issue, about one ``scope``, in one place.

    ``scope`` is ``all``, or ``github:owner/repo`` where the mapping wants an issue for each project. ``covers`` are the (site, project) whose
    incidents it is about: those that publish this kind to this very place, and no others (S28).
    """

    kind: str
    scope: str
    site: str
    project: str
    covers: frozenset[tuple[str, str]] = frozenset()

    @property
    def ref(self) -> IssueRef:
        """Return the reference under which the series is a case. It follows from what the series is, so that a lost ledger finds it again."""
        told = "\n".join((self.kind, self.scope, self.site, self.project)).encode()
        number = int(hashlib.sha256(told).hexdigest()[:15], 16)
        name = self.kind.replace("-", "_")
        locator = f"{self.project}#{name}" if self.site == "github" else f"{self.project}-{name}"
        return IssueRef(IssueKey(self.site, f"{PREFIX}{number}"), locator)

    def purpose(self, period: str) -> str:
        """Return what the marker of an issue says: once for each period."""
        return f"issue:{self.kind}:{period}"

    def policy(self, policy: Policy) -> Policy:
        """Return the policy by which it is judged: that of the project that it is about, or the one for all."""
        site, _, project = self.scope.partition(":")
        return policy.for_project(site, project) if project else policy

    def entry(self, policy: Policy) -> GeneratedIssue:
        """Return what the mapping says of this kind."""
        return self.policy(policy).destinations.issue(self.kind)


def is_series(key: IssueKey) -> bool:
    """Tell whether a key is that of a series, not of an issue of a tracker."""
    return key.id.startswith(PREFIX)


def series_of(policy: Policy, projects: Iterable[tuple[str, str]], kinds: Iterable[str]) -> tuple[Series, ...]:
    """Return the series that the mapping wants, by what it says for each of the ``projects`` (site, name) that were met."""
    found: dict[tuple[str, str, str, str], set[tuple[str, str]]] = {}
    met = sorted(projects)
    for kind in kinds:
        for site, project in met:
            holds = policy.for_project(site, project).destinations
            entry = holds.issue(kind)
            scope = f"{site}:{project}" if entry.per is Per.PROJECT else Per.ALL.value
            for place in map(holds.place, entry.to):
                found.setdefault((kind, scope, place.site, place.name), set()).add((site, project))
    return tuple(Series(*key, covers=frozenset(covers)) for key, covers in found.items())


@dataclass(frozen=True)
class Published:
    """An issue of a series as the ledger knows it. ``digests`` are those of its pages as they were last written; ``closed_at`` is when we closed it,
    found it closed, or found it gone.
    """

    period: str
    ref: IssueRef
    made_at: datetime
    digests: tuple[str, ...] = ()
    closed_at: datetime | None = None


@dataclass(frozen=True)
class WantedIssue:
    """What the issue of one period should be now.

    ``pages``: the first is the issue's own text, the others are comments below it, each edited in place; none: there is nothing to say, and nothing
    is made. ``replies`` are (name, text), each said once on it. ``outcome``: the period is over; this is said, and the issue closed.
    ``owner`` and ``due``: whose it is, and until when, said when it is made; who has it later is for people to say.
    """

    period: str
    title: str
    pages: tuple[Tree, ...] = ()
    replies: tuple[tuple[str, Tree], ...] = ()
    outcome: Tree | None = None
    owner: Person | None = None
    due: date | None = None


@dataclass(frozen=True)
class Publication:
    """What a kind judged of its series: the issues that should be there, commands that were decided, and when to judge again without an event."""

    issues: tuple[WantedIssue, ...] = ()
    decisions: tuple[Decision, ...] = ()
    next_look: datetime | None = None


@dataclass(frozen=True)
class Seen:
    """What judging may look at beside its own figures: the series' issues that are open, by period, all that were ever published, and what is remembered."""

    series: Series
    memory: Memory
    published: tuple[Published, ...] = ()
    issues: Mapping[str, Issue] = field(default_factory=dict)
    public: bool = False

    def of(self, period: str) -> Published | None:
        """Return what was published for a period."""
        return next((each for each in self.published if each.period == period), None)

    @property
    def last(self) -> Published | None:
        """Return what was published last."""
        return max(self.published, key=lambda each: each.made_at, default=None)


def objection(seen: Seen, policy: Policy, mode: Mode) -> str:
    """Return why nothing may be written in this place now, or an empty text (S27)."""
    entry, project = seen.series.entry(policy), seen.memory.project
    if Mode.most_cautious(mode, policy.service.mode) is Mode.OBSERVE:
        return "only observing: nothing is written"
    if project.paused:
        return "writing is paused there"
    if project.breaker:
        return f"writing was stopped there: {project.breaker}"
    if seen.public and entry.only_private:
        return "everybody can read that place, and the mapping keeps this kind private"
    return ""


def plan_generated(publication: Publication, seen: Seen, policy: Policy) -> tuple[Command, ...]:
    """Return the commands that bring the wanted issues about; once they are done, the same judgement wants nothing more.

    What is over is closed before anything new is opened, so that nobody finds two issues of which both seem to hold.
    """
    entry = seen.series.entry(policy)
    ordered = sorted(publication.issues, key=lambda wanted: wanted.outcome is None)
    return tuple(command for wanted in ordered for command in _issue(wanted, seen, entry))


def _issue(wanted: WantedIssue, seen: Seen, entry: GeneratedIssue) -> tuple[Command, ...]:
    published, purpose = seen.of(wanted.period), seen.series.purpose(wanted.period)
    if published is None:
        return (_made(wanted, seen, entry, None),) if wanted.pages and wanted.outcome is None else ()
    if wanted.period not in seen.issues or seen.issues[wanted.period].closed or published.closed_at is not None:
        return ()  # Somebody closed it, or it is gone: that is not fought over.
    said = [(f"{purpose}:{name}", tree) for name, tree in wanted.replies]
    commands: list[Command] = []
    for number, page in enumerate(wanted.pages):
        was = published.digests[number] if number < len(published.digests) else ""
        if page.digest != was:
            commands.append(_page(number, page, wanted, seen, entry))
    if wanted.outcome is not None:
        said.append((f"{purpose}:outcome", wanted.outcome))
    commands += [
        EnsureReply(published.ref, name, tree, Share.GENERATED) for name, tree in said if name not in seen.memory.said
    ]
    return (*commands, *((EnsureClosed(published.ref),) if wanted.outcome is not None else ()))


def _page(number: int, page: Tree, wanted: WantedIssue, seen: Seen, entry: GeneratedIssue) -> Command:
    published = seen.of(wanted.period)
    assert published is not None  # noqa: S101 - narrowing for the type checker: pages are written once the issue is there
    if number == 0:
        return _made(wanted, seen, entry, published.ref)
    name = f"{seen.series.purpose(wanted.period)}:page{number + 1}"
    intent = seen.memory.intent(name)
    issue = seen.issues[wanted.period]
    there = {comment.id for comment in issue.comments}
    comment = intent.created if intent is not None and intent.state is IntentState.DONE else None
    if comment not in there and not issue.comments_capped:
        comment = None  # Somebody deleted it: what it said is said again.
    return EnsureStatusComment(published.ref, comment, page, Share.GENERATED, named=name)


def _made(wanted: WantedIssue, seen: Seen, entry: GeneratedIssue, there: IssueRef | None) -> EnsureGeneratedIssue:
    return EnsureGeneratedIssue(
        case=seen.series.ref,
        purpose=seen.series.purpose(wanted.period),
        project=seen.series.project,
        title=wanted.title,
        tree=wanted.pages[0],
        labels=frozenset(entry.labels),
        issue_type=entry.issue_type,
        there=there,
        owner=wanted.owner,
        due=wanted.due,
    )
