"""Whether somebody who has the right is the one who was asked, and apart from what they decide about (issue 5, "Roles", "Independence"; S11).

Rights alone are judged in :mod:`authority`. Independence and authority are never waived: what a small team may do is a setting of the mapping.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from integration.postmortem.decisions import Decision
from integration.postmortem.people import Person
from integration.postmortem.rules.answered import lead_written
from integration.postmortem.rules.authority import APPOINTED_FOR, appointed
from integration.postmortem.rules.bench import Bench, Verdict
from integration.postmortem.rules.identities import listed_as
from integration.postmortem.rules.reviewing import passes_on
from integration.postmortem.rules.roles import Role, Seat, involved, written_by_themselves
from integration.postmortem.rules.who_may import others_who_may
from mappings.roles import Team


def objection(deed: str, bench: Bench) -> Verdict | None:
    """Return why it is not for the commenter to do ``deed`` (a word, an approval with its scope) though it makes sense, or ``None``."""
    if deed not in APPOINTED_FOR:
        return None
    seats = [bench.seat(Role(role)) for role in APPOINTED_FOR[deed]]
    if deed == "accept-risk" and not bench.ids.isdisjoint(involved(bench.memory.decisions, bench.roles_written)):
        return Verdict.refuse(
            "took_part",
            "whoever took part in the incident does not accept its risk",
            f"{others_who_may('accept-risk', bench)} A deputy will do as well.",
        )
    if deed.startswith("approve"):
        return _of_approval(deed.partition(" ")[2], seats[0], bench) or _by_default(deed, seats, bench)
    return _by_default(deed, seats, bench)


ONLY_TELLS = frozenset({"agenda", "disclose", "evidence", "moved", "note", "status"})
"""Words that decide nothing: whoever may say them on a ticket need not be known on the incident's tracker."""


def unknown_across(word: str, bench: Bench) -> Verdict | None:
    """Return why somebody decides nothing on a ticket of another tracker: whether they took part in the incident could not be told (S10)."""
    if not bench.is_across or word in ONLY_TELLS:
        return None
    listed = listed_as(bench.comment.author, bench.policy.people)
    on_github, on_jira = (listed.github_id, listed.jira) if listed is not None else (None, None)
    if on_github is not None and on_jira is not None:
        return None
    return Verdict.refuse(
        "not_known_across",
        f"the incident is {bench.case.incident.ref.locator}, on another tracker, and it is not known who you are there",
        "An administrator can put both of your accounts together under `people` in people.yaml.",
    )


def _of_approval(scope: str, seat: Seat, bench: Bench) -> Verdict | None:
    who = bench.comment.author
    other = "governance" if scope == "technical" else "technical"
    given = [d for d in bench.memory.decided("approve") if d.reason == other]
    if given and given[-1].actor.id == who.id and bench.policy.people.team is Team.NORMAL:
        return Verdict.refuse(
            "both_reviews",
            "one person does not give both approvals here",
            f"{others_who_may(f'approve {scope}', bench)} Where there is nobody else, an administrator sets `team: small` in people.yaml.",
        )
    named = _named_by_others(seat, bench)
    if named and who.id not in named and not has_passed(bench) and not _is_mapped(f"approve {scope}", bench):
        asked = ", ".join(person.called for person in seat.people)
        return Verdict.refuse(
            "not_asked",
            f"{asked} was asked to review this",
            f"Whoever leads, or somebody with triage rights, can name others: `/reviewer {scope} @name`",
        )
    return None


def _by_default(deed: str, seats: list[Seat], bench: Bench) -> Verdict | None:
    """On a Jira site whose rights are not mapped, everybody has every right: there, the project's lead decides, or whom others named (S7, S11)."""
    people, who = bench.policy.people, bench.comment.author
    if who.site != "jira" or people.jira.is_mapped or deed == "approve technical" or _is_mapped(deed, bench):
        return None
    head = bench.facts.heads.get(bench.issue.ref.project)
    if (head is not None and head.id == who.id) or any(who.id in _named_by_others(seat, bench) for seat in seats):
        return None
    return Verdict.refuse(
        "not_the_reviewer",
        "this is for the project's lead, or for a reviewer or sponsor whom somebody else has named",
        "Somebody else can name one: `/reviewer governance @name`. Or an administrator lists them in people.yaml.",
    )


def _named_by_others(seat: Seat, bench: Bench) -> frozenset[str]:
    """Return who was named for the seat; a name that its owner may have written into the text appoints nobody."""
    who = bench.comment.author
    named = seat.named
    is_own = who.id in named and seat.is_written and written_by_themselves(who, bench.case.incident, bench.facts)
    return named - {who.id} if is_own else named


def _is_mapped(deed: str, bench: Bench) -> bool:
    return bool(role_held(bench.comment.author, deed, bench))


def role_held(who: Person, deed: str, bench: Bench) -> str:
    """Return the role by which the mapping lets this very account do ``deed`` now, deputies included once it has passed to them."""
    took_part = involved(bench.memory.decisions, bench.roles_written)
    barred = took_part if deed == "accept-risk" else frozenset({bench.lead})
    return appointed(who, deed, bench.policy.people, bench.today, barred, has_passed=has_passed(bench))


def has_passed(bench: Bench) -> bool:
    """Tell whether the review went unanswered for so long that it has passed to the deputies."""
    since = bench.memory.in_review_since
    return since is not None and bench.now >= passes_on(since, bench.severity, bench.policy)


def may_stand_alone(bench: Bench) -> bool:
    """Tell whether ``team: solo`` lets people look at their own work here: at SEV3 and SEV4, and not at what they lowered to that themselves."""
    if bench.policy.people.team is not Team.SOLO or bench.severity is None or bench.severity.rank < 3:
        return False
    return not any(_lowered(decision, bench.comment.author) for decision in bench.memory.decided("severity"))


def _lowered(decision: Decision, who: Person) -> bool:
    return decision.actor.id == who.id and decision.subject in ("SEV1", "SEV2")


def not_before(since: datetime | None, bench: Bench) -> str:
    """Return the instant from which a team of one may look at its own work, in words, or an empty string once it has come."""
    from_then = (since or bench.now) + timedelta(hours=bench.policy.people.solo_after_hours)
    return "" if bench.now >= from_then else from_then.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def leads_or_led(bench: Bench) -> bool:
    """Tell whether the commenter leads, or led until they named somebody else: handing it on for a moment frees nobody."""
    who = bench.comment.author.id
    if bench.lead == who:
        return True
    leads = bench.memory.decided("lead")
    first = lead_written(bench.written.answers, bench.facts)
    if first is not None and first.id == who and leads and leads[0].actor.id == who:
        return True
    return any(before.subject == who and after.actor.id == who for before, after in pairwise(leads))
