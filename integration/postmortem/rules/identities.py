"""Who is who across trackers: only ``people.yaml`` says it, by immutable ids (SECURITY.md S6, S10). Without an entry, two accounts are two people."""

from integration.postmortem.facts import Facts
from integration.postmortem.people import Person
from integration.postmortem.places import Account, Place
from integration.postmortem.rules.roles import as_account
from mappings.models import PeopleFile
from mappings.models import Person as Listed


def listed_as(person: Person, people: PeopleFile) -> Listed | None:
    """Return the entry of ``people.yaml`` that holds this very account, or ``None``."""
    if person.site == "jira":
        return people.by_jira_account(person.id)
    return people.by_github_id(int(person.id)) if person.id.isdecimal() else None


def account_at(person: Person, place: Place, people: PeopleFile) -> Account | None:
    """Return the account that the same person has on the tracker of ``place``, to be looked up; ``None`` where the mapping names none."""
    listed = listed_as(person, people)
    if listed is None:
        return None
    if place.site == "jira":
        return Account(place, listed.jira, listed.jira) if listed.jira else None
    return Account(place, str(listed.github_id), listed.github or "") if listed.github_id is not None else None


def counterpart(person: Person, place: Place, people: PeopleFile, facts: Facts) -> Person | None:
    """Return the same person as the tracker of ``place`` knows them now, where they can own a ticket there."""
    if person.site == place.site:
        return person
    account = account_at(person, place, people)
    found = facts.accounts.get((account.place.site, account.id)) if account is not None else None
    return found if found is not None and found.active else None


def known_on(site: str, person: Person, people: PeopleFile) -> Person:
    """Return the same person as they can be mentioned on that tracker, or as they are where the mapping does not know them there."""
    listed = listed_as(person, people) if person.site != site else None
    return (as_account(listed, site) if listed is not None else None) or person


def ids_of(person: Person, people: PeopleFile) -> frozenset[str]:
    """Return the ids under which the same person is known on any tracker, this one's first of all."""
    listed = listed_as(person, people)
    if listed is None:
        return frozenset({person.id})
    others = {str(listed.github_id) if listed.github_id is not None else None, listed.jira}
    return frozenset({person.id, *(each for each in others if each)})
