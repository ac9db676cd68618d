"""Verdicts on commands that name people: who leads, who took part, who is asked to review, who sponsors (issue 5, "Roles"; S6, S11)."""

from datetime import date

from integration.postmortem.people import Person
from integration.postmortem.reading.arguments import read_people, read_term
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.roles import DEPUTY
from integration.postmortem.rules.rolesection import DEPUTIES

_EXAMPLES = {
    "reviewer": "For example: `/reviewer technical @name`, or `/reviewer governance @name deputy @name until:2026-12-24`",
    "sponsor": "For example: `/sponsor @name`, or `/sponsor @name deputy @name`",
}


def judge_people(said: Command, bench: Bench) -> Verdict:
    """Judge ``/lead`` and ``/participants``."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = read_people(said.args)
    if not named or (said.word == "lead" and len(named) > 1):
        return Verdict.refuse("form", "it needs a person", f"For example: `/{said.word} @name`")
    found = _accounts(named, bench)
    if isinstance(found, Verdict):
        return found
    called, ids = ", ".join(person.called for person in found), " ".join(person.id for person in found)
    return Verdict(True, called, subject=ids, needs=needs(bench, said.word))


def judge_asked(said: Command, bench: Bench) -> Verdict:
    """Judge ``/reviewer`` and ``/sponsor``: whom they name is proposed, and acts only with a right of their own."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    scope, rest = _scope(said)
    head, tail = _halves(rest)
    first, last, is_sound = read_term(rest)
    names = read_people(head)
    if (said.word == "reviewer" and not scope) or not names or not is_sound:
        return Verdict.refuse("form", "it needs whom to ask", _EXAMPLES[said.word])
    people, deputies = _accounts(names, bench), _accounts(read_people(tail), bench)
    if isinstance(people, Verdict):
        return people
    if isinstance(deputies, Verdict):
        return deputies
    if refusal := _not_these((*people, *deputies), last, bench):
        return refusal
    ids = " ".join((*(each.id for each in people), *(f"{DEPUTY}{each.id}" for each in deputies)))
    called = ", ".join(each.called for each in (*people, *deputies))
    subject = f"{ids};{first or ''},{last or ''}" if first or last else ids
    return Verdict(True, f"{scope}: {called}", subject=subject, needs=needs(bench, said.word))


def _not_these(people: tuple[Person, ...], last: date | None, bench: Bench) -> Verdict | None:
    ids = {person.id for person in people}
    if bench.comment.author.id in ids:
        return Verdict.refuse(
            "self_appointed", "nobody names themselves", "Somebody else in this incident can name you."
        )
    if bench.lead in ids:
        return Verdict.refuse(
            "own_work", "whoever leads the post-mortem does not approve it", "Please name somebody else."
        )
    if last is not None and last < bench.now.date():
        return Verdict.refuse("date", "the day lies in the past", "Please name a later one, or none.")
    return None


def _scope(said: Command) -> tuple[str, str]:
    if said.word != "reviewer":
        return "", said.args
    scope, _, rest = said.args.partition(" ")
    return (scope.casefold(), rest) if scope.casefold() in ("technical", "governance") else ("", "")


def _halves(text: str) -> tuple[str, str]:
    word = DEPUTIES.search(text)
    return (text[: word.start()], text[word.end() :]) if word else (text, "")


def _accounts(names: tuple[str, ...], bench: Bench) -> tuple[Person, ...] | Verdict:
    """Return the one active account of each name, or the refusal of the first that has none or several (S6)."""
    found: list[Person] = []
    for name in names:
        active = [person for person in bench.facts.people.get(name, ()) if person.active]
        if len(active) != 1:
            return Verdict.refuse(
                "nobody",
                f"{name} is not exactly one active account here",
                "Please mention them the way the tracker offers it.",
            )
        found.append(active[0])
    return tuple({person.id: person for person in found}.values())
