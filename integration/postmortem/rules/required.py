"""What the mapping requires of a row of actions (who, what, until when …): whether it is said, and whether it means exactly one (RULES A3)."""

from integration.postmortem.findings import Finding
from integration.postmortem.people import Person
from integration.postmortem.places import Place
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.rules.drafting import ActionDraft
from integration.postmortem.rules.phrasing import accepts_risk
from mappings.models import Policy, RequiredField, Severity


def judge_required(draft: ActionDraft, severity: Severity | None, policy: Policy) -> tuple[Finding, ...]:
    """Return a finding per field that the mapping requires of a row; none where the row is gone."""
    if draft.row is None:
        return ()
    # Of a risk that is lived with, only who answers for it and until when is asked.
    asked = ("description", "owner", "due") if accepts_risk(draft.row, policy) else None
    return tuple(
        _field(draft, entry, severity, policy)
        for entry in policy.remediation.required
        if asked is None or entry.id in asked
    )


def _field(draft: ActionDraft, entry: RequiredField, severity: Severity | None, policy: Policy) -> Finding:
    level = policy.level(f"action.{entry.id}", severity)
    about = f"Action {draft.matched.action_id}"
    problem, remedy = _problem(draft, entry, policy)
    check = f"action.{entry.id}"
    if not problem:
        return Finding(check, about, True, level, _seen(draft, entry))
    return Finding(check, about, False, level, problem, remedy)


def _seen(draft: ActionDraft, entry: RequiredField) -> str:
    """Say what the row says, in few words: a reader checks this at a glance."""
    said = {
        "description": "it says what will be done",
        "owner": f"{draft.owner.called} sees it through" if draft.owner else "",
        "due": f"due {draft.due}" if draft.due else "",
        "criteria": "it says when it works",
        "cause": "it names its cause",
        "priority": f"its priority is {draft.row.priority}" if draft.row else "",
        "kind": f"its kind is {draft.kind}",
    }
    return said.get(entry.id) or f"it says its {entry.id}"


def _problem(draft: ActionDraft, entry: RequiredField, policy: Policy) -> tuple[str, str]:
    row = draft.row
    if row is None:
        return "", ""
    if entry.id == "owner":
        return _owner_problem(draft, entry, policy)
    if entry.id == "due":
        if draft.due is not None or row.due is not None:
            return "", ""
        if row.due_text:
            return f"its date “{row.due_text[:40]}” leaves open which day is meant", "Please write it as YYYY-MM-DD."
        return "it has no date", entry.ask
    value = {
        "description": row.description,
        "horizon": row.horizon,
        "kind": row.kind,
        "criteria": row.criteria,
        "priority": row.priority,
    }.get(entry.id)
    if entry.id in ("cause", "interim", "ticket"):
        value = row.ticket if entry.id == "ticket" else dict(row.fields).get(entry.id, "")
    return ("", "") if value else (f"it does not say its {entry.id}", entry.ask)


def _owner_problem(draft: ActionDraft, entry: RequiredField, policy: Policy) -> tuple[str, str]:
    if draft.owner is not None:
        return "", ""
    row = draft.row
    if row is None or not row.owner:
        return "it has no owner", entry.ask
    if is_group(row.owner, policy):
        return f"“{row.owner[:60]}” is a group", entry.ask
    named = [person for person in draft.named if person.active]
    if len(named) == 1 and draft.ticket is not None:
        return (
            f"nobody is assigned to its ticket {draft.ticket.ref.locator}",
            f"Please assign {named[0].called} there, or somebody else here and there.",
        )
    if len(named) == 1 and draft.routed.place is not None and named[0].site != draft.routed.place.site:
        return _unknown_there(named[0], draft.routed.place)
    if not named:
        return (
            f"the tracker knows no active account “{row.owner[:60]}”",
            "Please mention the owner the way the tracker offers it, one person per action.",
        )
    return (
        f"“{row.owner[:60]}” could be {len(named)} people",
        "Please mention the owner, so that exactly one account is meant.",
    )


def _unknown_there(person: Person, place: Place) -> tuple[str, str]:
    """The ticket is on another tracker, where nothing says who this is (S10)."""
    tracker = {"github": "GitHub", "jira": "Jira"}[place.site]
    problem = f"its ticket belongs in {place.project}, and no account of {person.called} on {tracker} is known that could own it there"
    remedy = f"An administrator can add both accounts of {person.called} under `people` in people.yaml, or please name somebody who is there."
    return problem, remedy


def is_group(owner: str, policy: Policy) -> bool:
    """Tell whether an owner as written is a group of people: "the search team", but not an account of that name."""
    words = normalise(owner).split()
    return (
        "@" not in owner
        and "~" not in owner
        and any(normalise(name) in (words[:1] + words[-1:]) for name in policy.remediation.wording.teams)
    )
