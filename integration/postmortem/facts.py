"""What judging wants to know beyond the case itself, and the answers to that. Looked up for one look, kept for none."""

from dataclasses import dataclass, field

from integration.postmortem.exhibits import Exhibit
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person, Standing
from integration.postmortem.places import Account, Place, Reach
from integration.postmortem.precedents import Precedents, Recurred
from integration.postmortem.remediation import EarlierAction


@dataclass(frozen=True)
class FactsNeeded:
    """What judging wants to know beyond the case itself: the standing of people by id, and whom a written name means.

    ``standings`` holds people per project, as rights are read where the decision is taken; ``names`` are names as written in rows;
    ``labellers`` labels of the incident of which it matters who put them there; ``body_editor`` asks who changed the incident's text last.
    ``links`` are addresses that evidence gave: looked up where they name an object of this very tracker, and never asked otherwise (S20).
    ``earlier`` asks the ledger for actions that were verified on earlier incidents of the project.
    ``heads`` are projects whose lead is asked for, where the tracker has one. ``advisers`` asks whom the place itself names for what is in it:
    code owners, and the leads of the incident's components.
    ``places`` are where tickets would be opened that do not belong beside their incident; ``accounts`` are those of owners on the tracker of
    such a ticket. ``beside`` are tickets elsewhere: evidence may point at their own repository as well.
    """

    standings: frozenset[tuple[str, Person]] = frozenset()
    names: frozenset[str] = frozenset()
    labellers: frozenset[str] = frozenset()
    body_editor: bool = False
    links: frozenset[str] = frozenset()
    earlier: bool = False
    heads: frozenset[str] = frozenset()
    advisers: bool = False
    places: frozenset[Place] = frozenset()
    accounts: frozenset[Account] = frozenset()
    beside: frozenset[IssueRef] = frozenset()

    def __bool__(self) -> bool:
        about_people = self.standings or self.names or self.labellers or self.body_editor or self.heads or self.advisers
        return bool(about_people or self.links or self.earlier or self.places or self.accounts)


@dataclass(frozen=True)
class Facts:
    """The tracker's answers to :class:`FactsNeeded`: nothing here is kept for the next look (S7).

    ``standings`` maps (project, person id); ``people`` maps a written name to the accounts that it may mean: exactly one active account
    counts, none or several is a finding (S6). ``labellers`` maps a label to the standing of whoever set it last, taken from the timeline or
    changelog; ``body_editor`` is the standing of whoever changed the text last. ``exhibits`` maps a link to what was
    seen of its object; ``heads`` a project to its lead. What could not be read is absent. ``earlier`` are actions of earlier incidents of the
    project, from the ledger. ``incidents`` maps the name of an issue, in small letters, to the governed incident that the ledger knows by it.
    ``comments_gone`` holds issue and comment of grants whose comment is not there any more; ``comments_strange`` are ids of comments in our
    name that we do not remember.
    ``precedents`` are earlier incidents that the ledger remembers, where they are wanted; ``recurred`` later ones that are this one come back.
    ``advisers`` are code owners or leads of components, in the order in which the place names them; they have no right by that.
    ``places`` says of each place how it was seen; ``accounts`` maps tracker and id to the account, where it can own a ticket there.
    """

    standings: dict[tuple[str, str], Standing] = field(default_factory=dict)
    people: dict[str, tuple[Person, ...]] = field(default_factory=dict)
    labellers: dict[str, Standing] = field(default_factory=dict)
    body_editor: Standing | None = None
    exhibits: dict[str, Exhibit] = field(default_factory=dict)
    earlier: tuple[EarlierAction, ...] = ()
    incidents: dict[str, IssueKey] = field(default_factory=dict)
    comments_gone: frozenset[tuple[IssueKey, str]] = frozenset()
    comments_strange: tuple[str, ...] = ()
    heads: dict[str, Person] = field(default_factory=dict)
    precedents: Precedents | None = None
    recurred: tuple[Recurred, ...] = ()
    advisers: tuple[Person, ...] = ()
    places: dict[Place, Reach] = field(default_factory=dict)
    accounts: dict[tuple[str, str], Person] = field(default_factory=dict)

    def standing(self, project: str, person: Person) -> Standing:
        """Return the person's standing on the project; what was not read grants nothing."""
        return self.standings.get((project, person.id), Standing(person))
