"""What was seen at one repository or project → lines, each passed or with its remedy. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from integration.doctor.hooks import judge_hooks
from integration.doctor.lines import Line, advice, failed, passed, token_line, unknown
from integration.trackers.examination import Examined, SignIn
from mappings.models import Policy, Team

MOST_SKEW = timedelta(seconds=60)


def judge_place(seen: Examined, policy: Policy, now: datetime) -> tuple[Line, ...]:
    """Return everything that can be said of one place."""
    policy = policy.for_project(seen.site, seen.place)
    return (
        *_account(seen, policy),
        *_rights(seen),
        *judge_hooks(seen),
        *_labels(seen, policy),
        *_fallbacks(seen),
        *_reopening(seen),
        *_gate(seen, policy),
        _visibility(seen),
        _clock(seen),
        *_token(seen, now),
        *_people(seen, policy),
    )


def renamed(seen: Examined, asked: str) -> Iterable[Line]:
    """Say that a place has another name by now than the one that it was asked for by."""
    if seen.place.casefold() != asked.casefold():
        remedy = f"Name {seen.place} in FOLLOWTHROUGH_SCOPE and in the mappings, under projects/."
        yield failed("connection", f"{asked} is called {seen.place} by now.", remedy, seen.place)


def _account(seen: Examined, policy: Policy) -> Iterable[Line]:
    who = seen.account.called
    mapped = any(
        str(each.github_id or "") == seen.account.id if seen.site == "github" else each.jira == seen.account.id
        for each in policy.people.people
    )
    own = "Use a GitHub App, or an account of its own." if seen.site == "github" else "Use an account of its own."
    if mapped:
        says = f"We sign in as {who}, who is a person in people.yaml: what we write appears in that person's name, and their own commands count for nothing."
        yield failed("account", says, own, seen.place)
    elif seen.sign_in is SignIn.CLASSIC:
        says = f"We sign in as {who} with a classic token, which reaches every repository of that account."
        remedy = "Use a GitHub App, or a fine-grained token for these repositories alone."
        yield advice("account", says, remedy, seen.place)
    elif seen.sign_in is SignIn.TOKEN and seen.site == "github":
        says = f"We sign in as {who} by a token. If that is somebody's own account, all ends when they leave."
        yield advice("account", says, own, seen.place)
    else:
        yield passed("account", f"We sign in as {who}.", seen.place)
    if seen.beyond:
        says = f"Our account may do more than the work needs: {', '.join(seen.beyond)}."
        yield advice("account", says, "Take these rights away; what is not there cannot be misused.", seen.place)


def _rights(seen: Examined) -> Iterable[Line]:
    if seen.is_archived:
        yield failed(
            "rights",
            "It is archived, so nothing can be written.",
            "Unarchive it, or take it out of FOLLOWTHROUGH_SCOPE.",
            seen.place,
        )
        return
    lacking = [right for right in seen.rights if right.is_held is False]
    for right in lacking:
        says = f"Our account lacks {right.name}, for {right.used_for}."
        remedy = f"Give {seen.account.called} this right on {seen.place}."
        line = failed if right.is_required else advice
        yield line("rights", says, remedy, seen.place)
    if any(right.is_held is None for right in seen.rights):
        yield unknown("rights", f"{seen.site} does not tell all rights of our account.", place=seen.place)
    elif not lacking:
        yield passed("rights", "Our account may do all that the work needs.", seen.place)


def _labels(seen: Examined, policy: Policy) -> Iterable[Line]:
    if seen.labels is None:
        return  # Jira's labels are made by using them.
    there = {label.casefold() for label in seen.labels}
    ways = {"incident": policy.severity.incident.labels} | {
        entry.id: entry.labels for entry in policy.severity.severities
    }
    lacking = [
        f"{name} ({' or '.join(labels[:2])})"
        for name, labels in ways.items()
        if not {each.casefold() for each in labels} & there
    ]
    if lacking:
        says = f"There is no label for {', '.join(lacking)}."
        yield failed("labels", says, f"`followthrough setup {seen.site}` makes them.", seen.place)
    else:
        yield passed("labels", "There is a label for incidents, and for each severity.", seen.place)


def _fallbacks(seen: Examined) -> Iterable[Line]:
    lacking = [each for each in seen.capabilities.lacking if each.instead]
    for each in lacking:
        says = f"{seen.capabilities.server} has no {each.name.replace('_', ' ')} ({each.used_for}). Instead: {each.instead}."
        yield advice("fallbacks", says, place=seen.place)
    if not lacking:
        yield passed("fallbacks", f"{seen.capabilities.server} has all that we use.", seen.place)


def _reopening(seen: Examined) -> Iterable[Line]:
    if seen.way_back is None:
        yield unknown("reopening", "There is no closed issue yet to try it on.", place=seen.place)
    elif seen.way_back:
        yield passed("reopening", "What was closed too early can be opened again.", seen.place)
    else:
        remedy = "Name a transition that opens an issue again: remediation.yaml, `reopening`, `jira_transitions`."
        yield failed(
            "reopening", "The workflow offers our account no way back from a closed issue.", remedy, seen.place
        )


def _gate(seen: Examined, policy: Policy) -> Iterable[Line]:
    if seen.site != "jira" or seen.has_gate_field is None:
        return
    named = policy.remediation.reopening.jira_gate_field
    if not seen.has_gate_field:
        says = f"This Jira has no field {named}, so its workflow lets people close; the service opens again what was closed too early."
        yield advice(
            "gate", says, "`followthrough setup jira` makes field, screen and rule: docs/operating.md.", seen.place
        )
    elif seen.gated is None:
        yield unknown(
            "gate", "No open issue is held by the gate field yet, so nothing could be tried.", place=seen.place
        )
    elif seen.gated.offered:
        says = f"{seen.gated.locator} is held, and the workflow offers {', '.join(seen.gated.offered)} all the same."
        yield failed(
            "gate",
            says,
            "`followthrough setup jira` adds the rule to every transition that closes: docs/operating.md.",
            seen.place,
        )
    else:
        yield passed(
            "gate", f"{seen.gated.locator} is held, and the workflow offers nobody a way to close it.", seen.place
        )


def _visibility(seen: Examined) -> Line:
    if seen.is_public:
        says = "It is public: everybody can read its incidents, and anybody with an account can open one."
        return advice(
            "visibility",
            says,
            "Keep incidents in a private repository, or never name clients and people in them.",
            seen.place,
        )
    return passed("visibility", "Only people with access read it.", seen.place)


def _clock(seen: Examined) -> Line:
    seconds = round(seen.skew.total_seconds())
    if abs(seen.skew) > MOST_SKEW:
        says = f"The tracker's clock is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} ours."
        return failed("clock", says, "Let this machine keep its time by NTP.", seen.place)
    return passed("clock", "The tracker's clock and ours agree.", seen.place)


def _token(seen: Examined, now: datetime) -> Iterable[Line]:
    if seen.token_expires is not None:
        yield token_line("Our token", seen.token_expires, now, seen.place)


def _people(seen: Examined, policy: Policy) -> Iterable[Line]:
    people = policy.people
    if seen.site == "jira" and not people.jira.is_mapped:
        says = "people.yaml names nobody who may command on Jira, so every active user may."
        yield advice("people", says, "Name accounts, groups or project roles in people.yaml, `jira`.", seen.place)
    unmapped = seen.site == "jira" and not people.jira.is_mapped
    instead = "administrators of the repository" if seen.site == "github" else "those with the authority `admin`"
    if unmapped:
        instead = "the project's lead, or whom somebody else names,"
    if not people.roles.technical_reviewers:
        says = "No technical reviewer is named; whom the lead names with write rights decides, or anybody with them who does not lead."
        yield advice("people", says, "Name them in people.yaml, `roles`.", seen.place)
    if people.team is not Team.NORMAL:
        says = f"The team is `{people.team}`, so fewer people look at the same thing (docs/roles.md)."
        yield advice("people", says, "When there are more of you, set `team: normal` in people.yaml.", seen.place)
    unnamed = [
        title
        for title, named in (
            ("governance reviewer", people.roles.governance_reviewers),
            ("executive sponsor", people.roles.executive_sponsors),
        )
        if not named
    ]
    if unnamed:
        says = f"No {' and no '.join(unnamed)} is named; {instead} decide instead."
        yield advice("people", says, "Name them in people.yaml, `roles`.", seen.place)
    else:
        yield passed("people", "Governance reviewers and sponsors are named.", seen.place)
