"""Answers what judging asks about people: their standing, read afresh each time, and whom a written name means
(SECURITY.md S6, S7).
"""

import re
from dataclasses import dataclass, field, replace

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.facts import Facts, FactsNeeded
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person, PersonKind, Standing
from integration.postmortem.places import Account
from integration.trackers.jira.client import JiraClient, Json, Query
from integration.trackers.jira.components import component_leads
from integration.trackers.jira.escape import plain
from integration.trackers.jira.identifiers import is_account, is_project, issue_id, numeric
from integration.trackers.jira.story import Story, person_of, story_of
from mappings.models import JiraAuthority

SEARCH_PAGE, MOST_SEARCH_PAGES = 100, 3
MEMBER = "member"
_MENTION = re.compile(r"\[~(?:accountid:)?([^\]|]{1,128})\]")
_ROLE_ID = re.compile(r"/role/([0-9]{1,18})/?$")


@dataclass
class FactFinder:
    """One round of questions. What it reads is kept for this round only, so that nothing is asked twice in it."""

    client: JiraClient
    authority: JiraAuthority
    text_fields: frozenset[str] = frozenset({"summary", "description"})
    _people: dict[str, tuple[Person, frozenset[str]] | None] = field(default_factory=dict)
    _roles: dict[str, dict[str, tuple[frozenset[str], frozenset[str]]]] = field(default_factory=dict)

    def facts(self, case: IssueRef, needed: FactsNeeded) -> Facts:
        """Return the standings and the people; what cannot be read is not there, and so grants nothing."""
        standings = {(project, person.id): self.standing(project, person) for project, person in needed.standings}
        people = {name: self.people_called(name) for name in needed.names}
        heads = {project: head for project in needed.heads if (head := self.head(project)) is not None}
        advisers = component_leads(self.client, case) if needed.advisers else ()
        accounts = {("jira", each.id): who for each in needed.accounts if (who := self._account(each)) is not None}
        if not (needed.labellers or needed.body_editor):
            return Facts(standings, people, heads=heads, advisers=advisers, accounts=accounts)
        story, text_fields = self._story(case)
        labellers = {label: who for label in needed.labellers if (who := story.labelled_by(label))}
        editor = story.edited_by(text_fields) if needed.body_editor else None
        return Facts(
            standings,
            people,
            {label: self.standing(case.project, who) for label, who in labellers.items()},
            self.standing(case.project, editor) if editor else None,
            heads=heads,
            advisers=advisers,
            accounts=accounts,
        )

    def _account(self, wanted: Account) -> Person | None:
        """Return the account with that id, or ``None`` where Jira has none: it may own whatever Jira lets it."""
        found = self._read(wanted.id, by_key=True) if is_account(wanted.id) else None
        return found[0] if found is not None and found[0].id == wanted.id else None

    def head(self, project: str) -> Person | None:
        """Return the lead of a project, or ``None`` where it has none or it cannot be read."""
        if not is_project(project):
            return None
        try:
            lead = self.client.get("project", project).get("lead")
        except (IssueNotFound, TrackerRefused):
            return None
        return person_of(lead) if lead else None

    def standing(self, project: str, person: Person) -> Standing:
        """Return what the mapping's lists need: nothing is asked where they name no group and no role."""
        holders = (self.authority.triage, self.authority.write, self.authority.admin)
        roles = frozenset(role for each in holders for role in each.roles)
        if person.site != "jira" or not is_account(person.id) or not (roles or any(each.groups for each in holders)):
            return Standing(person)
        known = self._person(person)
        if known is None:
            return Standing(replace(person, active=False))
        fresh, groups = known
        held = frozenset(
            name
            for name, (accounts, role_groups) in self._roles_of(project, roles).items()
            if accounts & {fresh.id, fresh.handle} or role_groups & groups
        )
        return Standing(fresh, MEMBER if held else None, groups, held)

    def people_called(self, name: str) -> tuple[Person, ...]:
        """Return every active person whom a written name means exactly: a mention, a display name, an address, a
        user name.
        """
        wanted = name.strip()
        if mention := _MENTION.fullmatch(wanted):
            found = self._read(mention[1], by_key=False) if is_account(mention[1]) else None
            exact = [found[0]] if found else []
        else:
            exact = self._search(plain(wanted).strip().removeprefix("@").strip())
        return tuple({each.id: each for each in exact if each.active and each.kind is PersonKind.HUMAN}.values())

    def _story(self, case: IssueRef) -> tuple[Story, frozenset[str]]:
        query: Query = {
            "fields": ",".join(("creator", "labels", *sorted(self.text_fields))),
            "expand": "changelog,names",
        }
        raw = self.client.get_issue(issue_id(case), query)
        names = raw.get("names") or {}
        return story_of(raw), self.text_fields | {f"custom:{names[each]}" for each in self.text_fields if each in names}

    def _search(self, words: str) -> list[Person]:
        if not words or len(words) > 200:
            return []
        query: dict[str, str | int | list[str]] = {
            "query" if self.client.is_cloud else "username": words,
            "maxResults": SEARCH_PAGE,
        }
        exact: list[Person] = []
        for page in range(MOST_SEARCH_PAGES):
            try:
                raw = self.client.get_list("user", "search", query=query | {"startAt": page * SEARCH_PAGE})
            except (IssueNotFound, TrackerRefused):
                # Browsing users needs a right that our account may lack; then nobody can be told from others.
                return []
            exact += [person_of(each) for each in raw if _is_called(each, words)]
            if len(raw) < SEARCH_PAGE:
                return exact
        # More people than are read answer to this name, so who is meant is not known.
        return []

    def _person(self, person: Person) -> tuple[Person, frozenset[str]] | None:
        if person.id not in self._people:
            self._people[person.id] = self._read(person.id, by_key=True)
        return self._people[person.id]

    def _read(self, ident: str, *, by_key: bool) -> tuple[Person, frozenset[str]] | None:
        name = "accountId" if self.client.is_cloud else "key" if by_key else "username"
        try:
            raw = self.client.get("user", query={name: ident, "expand": "groups"})
        except (IssueNotFound, TrackerRefused):
            return None
        items = (raw.get("groups") or {}).get("items") or ()
        return person_of(raw), frozenset(str(each.get("name")) for each in items)

    def _roles_of(self, project: str, wanted: frozenset[str]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        if project not in self._roles:
            self._roles[project] = dict(self._read_roles(project, wanted)) if wanted and is_project(project) else {}
        return self._roles[project]

    def _read_roles(
        self, project: str, wanted: frozenset[str]
    ) -> list[tuple[str, tuple[frozenset[str], frozenset[str]]]]:
        found = []
        try:
            # The answer maps the roles' names to addresses, of which only the id is used.
            for name, address in self.client.get("project", project, "role").items():
                number = _ROLE_ID.search(str(address))
                if name in wanted and number:
                    role = self.client.get("project", project, "role", numeric(number[1], "role"))
                    found.append((name, _actors(role)))
        except (IssueNotFound, TrackerRefused):
            # Reading roles needs rights that our account may lack; unreadable means not granted.
            return []
        return found


def _actors(role: Json) -> tuple[frozenset[str], frozenset[str]]:
    accounts, groups = set(), set()
    for actor in role.get("actors") or ():
        if user := (actor.get("actorUser") or {}).get("accountId"):
            accounts.add(str(user))
        elif group := actor.get("actorGroup"):
            groups.add(str(group.get("name")))
        elif actor.get("type") == "atlassian-user-role-actor":
            accounts.add(str(actor.get("name")))
        elif actor.get("type") == "atlassian-group-role-actor":
            groups.add(str(actor.get("name")))
    return frozenset(accounts), frozenset(groups)


def _is_called(raw: Json, words: str) -> bool:
    names = (raw.get("displayName"), raw.get("emailAddress"), raw.get("name"))
    return words.casefold() in {str(each).casefold() for each in names if each}
