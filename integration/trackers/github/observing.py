"""Reads a case from GitHub with as few calls as the API allows. A case that did not change costs conditional requests
only, which are free.

Read are: the issue, its repository (for who can see it), its comments where it has any, its sub-issues where it has
any, and the comments of
tickets that have any. Tickets that are remembered and not among the sub-issues are read one by one.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.incident import Case, Comment, Fate, Issue, IssueKey, IssueRef
from integration.postmortem.reading.commands import looks_like_commands
from integration.trackers.base import Elsewhere
from integration.trackers.github.client import GitHubClient, Json
from integration.trackers.github.converted import is_converted
from integration.trackers.github.identifiers import SITE, Place, Repository, is_node_id, place_at
from integration.trackers.github.marks import purpose_in
from integration.trackers.github.payloads import FieldValue, Home, Remark, Ticket, read, read_all
from integration.trackers.github.translation import Reader, place_of_ticket
from mappings.models import GithubDue

COMMENT_PAGES = 10
# GitHub's own cap: https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues
SUB_ISSUE_PAGES = 1
MOST_EDITORS = 50
EDITORS = """
query($ids: [ID!]!) { nodes(ids: $ids) { ... on IssueComment {
  id lastEditedAt author { ... on User { databaseId } } editor { ... on User { databaseId } } } } }
"""


@dataclass
class Absences:
    """What a server turned out not to have, kept for the life of the process: ``sub_issues`` per repository, and
    GraphQL.
    """

    without_sub_issues: set[Repository] = field(default_factory=set)
    without_fields: set[Repository] = field(default_factory=set)
    # Whose files an App may not read, since its installation grants no contents.
    without_contents: set[Repository] = field(default_factory=set)
    # Whether a server answers who may be assigned at all; GitHub does.
    knows_assignees: dict[Repository, bool] = field(default_factory=dict)
    without_assignees: set[Repository] = field(default_factory=set)
    has_graphql: bool = True
    # By node id, time of the edit and text: an answer about the same text stays true.
    kept_by_author: dict[tuple[str, str, str], bool] = field(default_factory=dict)


@dataclass(frozen=True)
class Observer:
    """Reads with one client; ``reader`` holds the mapping of this look."""

    client: GitHubClient
    reader: Reader
    capabilities: Absences

    def case(self, case: IssueRef, tickets: tuple[IssueRef, ...]) -> Case:
        """Read the incident and its tickets; remembered ones that cannot be found come as ``missing``, those of another
        tracker not at all.
        """
        self.client.cover(place_at(case).repository, _repositories(tickets))
        incident = self.ticket(case.key, place_at(case))
        linked = self._linked(incident)
        found = {str(ticket.id): ticket for ticket in linked}
        ours = tuple(ref for ref in tickets if ref.key.site == SITE)
        fates: dict[IssueKey, Fate] = {}
        for remembered in ours:
            if remembered.key.id not in found:
                ticket, fate = self._followed(case.key, remembered)
                if ticket is not None:
                    found[str(ticket.id)] = ticket
                if fate is not None:
                    fates[remembered.key] = fate
        for key in [key for key, ticket in found.items() if is_converted(self.client, ticket)]:
            del found[key]
            fates[IssueKey(SITE, key)] = Fate.CONVERTED
        public = self._visibilities({place_of_ticket(ticket).repository for ticket in (incident, *found.values())})
        # A listing may still show a ticket of a repository that has been closed to us since.
        seen = {key: ticket for key, ticket in found.items() if place_of_ticket(ticket).repository in public}
        linked_ids = {ticket.id for ticket in linked} | {t.id for t in seen.values() if not _may_hang(incident, t)}
        return Case(
            incident=self._issue(incident, case.key, public),
            service=self.reader.service,
            tickets=tuple(self._issue(each, case.key, public, linked=each.id in linked_ids) for each in seen.values()),
            missing=frozenset(ref.key for ref in ours if ref.key.id not in seen),
            fates=fates,
            can_link=place_of_ticket(incident).repository not in self.capabilities.without_sub_issues,
        )

    def tickets(self, case: IssueKey, refs: tuple[IssueRef, ...]) -> Elsewhere:
        """Read tickets of a case whose incident is on another tracker. Nothing of GitHub's own ties them to it, so nothing is lacking."""
        found: dict[IssueKey, Ticket] = {}
        fates: dict[IssueKey, Fate] = {}
        for ref in refs:
            ticket, fate = self._followed(case, ref)
            if ticket is not None:
                found[IssueKey(SITE, str(ticket.id))] = ticket
            if fate is not None:
                fates[ref.key] = fate
        public = self._visibilities({place_of_ticket(ticket).repository for ticket in found.values()})
        seen = {key: ticket for key, ticket in found.items() if place_of_ticket(ticket).repository in public}
        return Elsewhere(
            tuple(self._issue(ticket, case, public, linked=True) for ticket in seen.values()),
            frozenset(ref.key for ref in refs if ref.key not in seen),
            fates,
        )

    def _followed(self, case: IssueKey, ref: IssueRef) -> tuple[Ticket | None, Fate | None]:
        """Return a remembered ticket, and its fate where it is not the one at its place. GitHub leads from a transferred issue to the new
        one, which counts only where our own marker says that it is this ticket: the id is new, and ids are what is remembered.
        """
        try:
            ticket = read(Ticket, self.client.get(place_at(ref).path()).body)
        except IssueNotFound as gone:
            return None, Fate.DELETED if gone.deleted else Fate.LOST
        if ticket.pull_request is None and str(ticket.id) == ref.key.id:
            return (None, Fate.CONVERTED) if is_converted(self.client, ticket) else (ticket, None)
        is_ours = ticket.user is not None and str(ticket.user.id) == self.reader.service.id
        if ticket.pull_request is None and is_ours and purpose_in(self.reader.signer, case, ticket.body or ""):
            return ticket, Fate.TRANSFERRED
        return None, Fate.LOST

    def ticket(self, key: IssueKey, place: Place) -> Ticket:
        """Read the issue of that id at ``place``, as :func:`read_ticket` does."""
        return read_ticket(self.client, key, place)

    def comments(self, ticket: Ticket) -> tuple[tuple[Comment, ...], bool]:
        """Return the comments of an issue, oldest first, and whether there were too many to read all (S4)."""
        if not ticket.comments:
            return (), False
        pages = self.client.pages(place_of_ticket(ticket).path("comments"), most=COMMENT_PAGES)
        remarks = read_all(Remark, pages.items)
        kept = self._kept_by_author(place_of_ticket(ticket).repository, remarks)
        key = IssueKey(SITE, str(ticket.id))
        return tuple(self.reader.comment(each, key, kept_by_author=kept.get(each.id)) for each in remarks), pages.capped

    def _visibilities(self, repositories: set[Repository]) -> dict[Repository, bool]:
        """Tell of each repository that our account can see whether everybody can, as it is now (S27)."""
        public = {}
        for repository in sorted(repositories):
            with suppress(IssueNotFound):
                public[repository] = not read(Home, self.client.get(repository.path()).body).private
        return public

    def sub_issues(self, ticket: Ticket) -> tuple[Ticket, ...]:
        """Return the sub-issues that our account can see; none where the server has no sub-issues."""
        place = place_of_ticket(ticket)
        if place.repository in self.capabilities.without_sub_issues:
            return ()
        try:
            pages = self.client.pages(place.path("sub_issues"), most=SUB_ISSUE_PAGES)
        except IssueNotFound:
            # The issue itself was read a moment ago, so it is the feature that is missing (GitHub Enterprise Server).
            self.capabilities.without_sub_issues.add(place.repository)
            return ()
        return tuple(each for each in read_all(Ticket, pages.items) if each.pull_request is None)

    def _linked(self, incident: Ticket) -> tuple[Ticket, ...]:
        if incident.sub_issues_summary is not None and not incident.sub_issues_summary.total:
            return ()
        return tuple(
            # Listings may leave out who closed an issue, and the gate has to know.
            self.ticket(IssueKey(SITE, str(each.id)), place_of_ticket(each))
            if each.state == "closed" and each.closed_by is None
            else each
            for each in self.sub_issues(incident)
        )

    def _issue(
        self, ticket: Ticket, case: IssueKey, public: Mapping[Repository, bool], *, linked: bool = False
    ) -> Issue:
        comments, capped = self.comments(ticket)
        return self.reader.issue(
            ticket,
            case=case,
            comments=comments,
            comments_capped=capped,
            public=public.get(place_of_ticket(ticket).repository, True),
            linked=linked,
            values=self._values(ticket),
        )

    def _values(self, ticket: Ticket) -> tuple[FieldValue, ...]:
        place = place_of_ticket(ticket)
        is_asked = self.reader.form.due is GithubDue.ISSUE_FIELD and ticket.issue_field_values is None
        if not is_asked or place.repository in self.capabilities.without_fields:
            return ()
        try:
            return read_all(FieldValue, self.client.pages(place.path("issue-field-values"), most=1).items)
        except IssueNotFound:
            self.capabilities.without_fields.add(place.repository)
            return ()

    def _kept_by_author(self, repository: Repository, remarks: tuple[Remark, ...]) -> dict[int, bool]:
        """Tell of comments that may hold commands, by id, whether nobody but the author edited them, as GraphQL says.

        REST tells times to the second, so that a comment which somebody else rewrote within its first one looks as it
        was written (S8). Asked once for each text, all at once; what is not known is left out.
        """
        marks = {_mark(each): each.id for each in remarks if self._matters(each)}
        known = self.capabilities.kept_by_author
        unknown = [mark for mark in marks if mark not in known]
        for first in range(0, len(unknown), MOST_EDITORS):
            if self.capabilities.has_graphql:
                asked = unknown[first : first + MOST_EDITORS]
                answers = self._editors(repository, [mark[0] for mark in asked])
                known.update({mark: answers[mark[0]] for mark in asked if mark[0] in answers})
        return {comment: known[mark] for mark, comment in marks.items() if mark in known}

    def _matters(self, remark: Remark) -> bool:
        by_person = remark.user is not None and str(remark.user.id) != self.reader.service.id
        may_command = looks_like_commands(remark.body or "") and remark.performed_via_github_app is None
        return by_person and may_command and is_node_id(remark.node_id)

    def _editors(self, repository: Repository, nodes: list[str]) -> dict[str, bool]:
        try:
            found = self.client.ask_graphql(EDITORS, {"ids": nodes}, repository).get("nodes")
        except (TrackerRefused, IssueNotFound) as unread:
            if isinstance(unread, TrackerRefused) and unread.status == 401:
                raise
            self.capabilities.has_graphql = False
            return {}
        return {str(each.get("id")): _is_by_author(each) for each in found or () if isinstance(each, dict)}


def _may_hang(incident: Ticket, ticket: Ticket) -> bool:
    """Tell whether the ticket can be a sub-issue: https://docs.github.com/en/rest/issues/sub-issues#add-sub-issue, of one owner only."""
    owners = {place_of_ticket(each).repository.owner.casefold() for each in (incident, ticket)}
    return len(owners) == 1


def _repositories(tickets: tuple[IssueRef, ...]) -> frozenset[Repository]:
    return frozenset(place_at(ref).repository for ref in tickets if ref.key.site == SITE)


def read_ticket(client: GitHubClient, key: IssueKey, place: Place) -> Ticket:
    """Read the issue at ``place`` and make sure that it is the one with that id. Raises :class:`IssueNotFound`.

    A renamed repository is followed by GitHub's own redirect; a transferred issue has a new id, and so is not found.
    """
    ticket = read(Ticket, client.get(place.path()).body)
    if str(ticket.id) != key.id or ticket.pull_request is not None:
        raise IssueNotFound(f"The issue is no longer at {place}.")
    return ticket


def _mark(remark: Remark) -> tuple[str, str, str]:
    return (remark.node_id, remark.updated_at.isoformat(), remark.body or "")


def _is_by_author(node: Json) -> bool:
    """Tell whether nobody else edited it, the first second included."""
    if node.get("editor") is None and node.get("lastEditedAt") is None:
        return True
    author, editor = node.get("author") or {}, node.get("editor") or {}
    return author.get("databaseId") is not None and author["databaseId"] == editor.get("databaseId")
