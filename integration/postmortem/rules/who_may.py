"""Says in words who may do what: by their rights, and by a role that the mapping or somebody here names. Every refusal ends with whom to ask."""

from integration.postmortem.people import Person
from integration.postmortem.rules.authority import APPOINTED_FOR
from integration.postmortem.rules.bench import Bench
from integration.postmortem.rules.bench import needs as authority_for
from integration.postmortem.rules.rights import by_right
from integration.postmortem.rules.roles import Role, mapped
from mappings.models import Authority

MOST = 3


def who_may(needed: Authority, deed: str, bench: Bench) -> str:
    """Return who may do ``deed`` (a word, an approval with its scope): by right, or by a role of the mapping, with its people's names."""
    roles = [_of_role(Role(role), bench) for role in APPOINTED_FOR.get(deed, ())]
    return " or ".join((by_right(needed), *filter(None, roles)))


def others_who_may(deed: str, bench: Bench) -> str:
    """Return the sentence that says who else may do what somebody may not decide about their own work."""
    needed = authority_for(bench, deed.replace(" ", "-"))
    return f"Others can: {who_may(needed, deed, bench)}."


def _of_role(role: Role, bench: Bench) -> str:
    """Return a role with those of its people who are not the commenter, or an empty string where the mapping lists nobody else."""
    people = mapped(bench.issue.ref.key.site, role.value, bench.policy, bench.today)
    others = [person for person in people if person.id != bench.comment.author.id]
    named = "" if bench.issue.public else f" ({_names(others)})"  # Nobody is named where everybody can read it (S27).
    return f"{_article(role)}{named}" if others else ""


def _article(role: Role) -> str:
    return f"{'an' if role is Role.SPONSOR else 'a'} {role.called}"


def _names(people: list[Person]) -> str:
    more = len(people) - MOST
    return ", ".join((*(person.called for person in people[:MOST]), *((f"{more} more",) if more > 0 else ())))
