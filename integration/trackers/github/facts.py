"""Answers what judging asks beside the case: rights, accounts, who labelled, who edited. Rights are read afresh each
time (S7).
"""

from dataclasses import dataclass

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.places import Account as Wanted
from integration.trackers.github.client import Json
from integration.trackers.github.exhibits import Exhibition
from integration.trackers.github.identifiers import (
    SITE,
    Place,
    Repository,
    is_login,
    is_node_id,
    login_mentioned,
    path,
    place_at,
    repository_of,
)
from integration.trackers.github.observing import Observer
from integration.trackers.github.owners import owners_of
from integration.trackers.github.payloads import Account, Happening, Permission, Ticket, read, read_all
from integration.trackers.github.translation import person_of, standing_of
from mappings.models import Evidence

HISTORY_PAGES = 10
MOST_OWNERS = 4
BODY_EDITOR = """
query($id: ID!) { node(id: $id) { ... on Issue { lastEditedAt
  editor { ... on User { login databaseId } } author { ... on User { login databaseId } } } } }
"""


@dataclass(frozen=True)
class Inquiry:
    """Answers questions about one case."""

    observer: Observer
    evidence: Evidence

    def answer(self, case: IssueRef, needed: FactsNeeded) -> Facts:
        """Answer what is asked; what cannot be read is absent, and grants nothing."""
        standings = {
            (project, person.id): self._standing(repository_of(project), person) for project, person in needed.standings
        }
        return Facts(
            standings=standings,
            people={name: self._people(place_at(case).repository, name) for name in needed.names},
            labellers=self._labellers(place_at(case), needed.labellers) if needed.labellers else {},
            body_editor=self._body_editor(case, place_at(case)) if needed.body_editor else None,
            exhibits=Exhibition(self.observer.client, case, self.evidence).of(needed.links),
            advisers=self._code_owners(place_at(case).repository) if needed.advisers else (),
            accounts={(SITE, each.id): who for each in sorted(needed.accounts) if (who := self._account(each))},
        )

    def _code_owners(self, repository: Repository) -> tuple[Person, ...]:
        """Return the first code owners who belong to the repository; where our account may read no files, it asks once and no more."""
        unread = self.observer.capabilities.without_contents
        if repository in unread:
            return ()
        try:
            named = owners_of(self.observer.client, repository)[:MOST_OWNERS]
        except TrackerRefused as refused:
            if refused.status != 403:
                raise
            unread.add(repository)
            return ()
        return tuple(person for name in named for person in self._people(repository, name) if person.active)

    def _account(self, wanted: Wanted) -> Person | None:
        """Return the account with that id, active where it can own an issue there. Logins change hands: the id decides (S6)."""
        repository = repository_of(wanted.place.project)
        by_login = path("users", wanted.handle) if is_login(wanted.handle) else None
        # https://docs.github.com/en/rest/users/users#get-a-user-using-their-id
        for where in filter(None, (by_login, path("user", wanted.id))):
            try:
                person = person_of(read(Account, self.observer.client.get(where, about=repository).body))
            except IssueNotFound:
                continue
            if person.id == wanted.id:
                is_fit = person.active and self._can_be_assigned(repository, person.handle)
                return person if is_fit else _inactive(person)
        return None

    def _standing(self, repository: Repository, person: Person) -> Standing:
        if not is_login(person.handle) or not person.active:
            return Standing(person)
        try:
            answer = self.observer.client.get_fresh(repository.path("collaborators", person.handle, "permission"))
        except IssueNotFound:
            return Standing(person)
        except TrackerRefused as refused:
            # Reading rights needs push access; without it nobody has any. A token that is no longer good is another
            # matter: what was refused for want of it would stay refused.
            if refused.status != 403:
                raise
            return Standing(person)
        return standing_of(person, read(Permission, answer.body))

    def _people(self, repository: Repository, name: str) -> tuple[Person, ...]:
        login = login_mentioned(name)
        if login is None:
            return ()
        try:
            person = person_of(read(Account, self.observer.client.get(path("users", login), about=repository).body))
        except IssueNotFound:
            return ()
        if person.kind is not PersonKind.HUMAN or not person.active:
            return (person,) if person.kind is PersonKind.HUMAN else ()
        return (person if self._can_be_assigned(repository, login) else _inactive(person),)

    def _can_be_assigned(self, repository: Repository, login: str) -> bool:
        """Tell whether issues here can be assigned to that login; where the server cannot tell, trying will."""
        client, capabilities = self.observer.client, self.observer.capabilities
        if repository in capabilities.without_assignees:
            return True
        try:
            client.get(repository.path("assignees", login))
        except IssueNotFound:
            try:
                client.get(repository.path("assignees"), {"per_page": 1})
            except IssueNotFound:
                capabilities.without_assignees.add(repository)
                return True
            return False
        return True

    def _labellers(self, place: Place, labels: frozenset[str]) -> dict[str, Standing]:
        """Return the standing of whoever set each label last. A history too long to read to its end tells nothing."""
        pages = self.observer.client.pages(place.path("events"), most=HISTORY_PAGES)
        if pages.capped:
            return {}
        last: dict[str, Person] = {}
        for event in read_all(Happening, pages.items):
            if event.event == "labeled" and event.label is not None:
                last[event.label.name.casefold()] = _actor(event)
        found = {label: last[label.casefold()] for label in labels if label.casefold() in last}
        known = {person: self._standing(place.repository, person) for person in set(found.values())}
        return {label: known[person] for label, person in found.items()}

    def _body_editor(self, case: IssueRef, place: Place) -> Standing | None:
        """Return the standing of whoever changed the text last, of its author where nobody did, ``None`` where
        unknown.
        """
        ticket = self.observer.ticket(case.key, place)
        if not self.observer.capabilities.has_graphql or not is_node_id(ticket.node_id):
            return None
        try:
            node = self.observer.client.ask_graphql(BODY_EDITOR, {"id": ticket.node_id}, place.repository).get("node")
        except (TrackerRefused, IssueNotFound) as unread:
            if isinstance(unread, TrackerRefused) and unread.status == 401:
                raise
            return None
        person = _last_writer(node, ticket) if isinstance(node, dict) else None
        return self._standing(place.repository, person) if person else None


def _last_writer(node: Json, ticket: Ticket) -> Person | None:
    if node.get("lastEditedAt") is None:
        return person_of(ticket.user)
    editor = node.get("editor") or {}
    if editor.get("databaseId") is None or not editor.get("login"):
        return None
    return person_of(Account(login=str(editor["login"]), id=int(editor["databaseId"])))


def _actor(event: Happening) -> Person:
    person = person_of(event.actor)
    if event.performed_via_github_app is None:
        return person
    return Person(person.site, person.id, person.handle, person.name, PersonKind.APP, person.active)


def _inactive(person: Person) -> Person:
    """Return the person as one who cannot own anything here: GitHub assigns only people who belong to the
    repository.
    """
    return Person(person.site, person.id, person.handle, person.name, person.kind, active=False)
