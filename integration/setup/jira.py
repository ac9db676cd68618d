"""Sets a Jira project up: gate field, screens, the workflow's rule, webhook. What is there is looked at first, so that a second time changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.commands import GateValue
from integration.setup.steps import Fate, Step
from integration.trackers.events import used
from integration.trackers.jira.client import Json
from integration.trackers.jira.gaterule import unruled, with_rule
from integration.trackers.jira.settling import Home, Settling

EVENTS = used("jira")
DESCRIPTION = "Kept by Followthrough: whether this issue may be closed. The workflow reads it; what people write here is put back."
NEEDS = "Jira did not allow it: it takes an administrator of the site. Give their token with --token-file and --user."
RULE = f"on every transition into a status that counts as done, the condition that the field is not “{GateValue.HELD.value}”"
TEAM_MANAGED = (
    "The team keeps this project's fields and workflow itself, and such a rule cannot be put there from outside; "
    "the service opens again what was closed too early."
)


@dataclass(frozen=True)
class Wanted:
    """What is to be there. ``gate_field`` is ``None`` where the mappings want none; ``hook_url`` is empty where no receiver was named."""

    gate_field: str | None
    hook_url: str
    secret: str


def bring_about(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    """Yield each step once it is done; with ``only_show`` nothing is done. On Data Center the steps are for people."""
    home = place.home()
    if wanted.gate_field is None:
        yield Step("field", "", Fate.KEEP, "The mappings name no gate field.")
    elif not place.client.is_cloud:
        yield from _gate_by_hand(wanted.gate_field)
    elif home.is_team_managed:
        yield Step("rule", place.project, Fate.BY_HAND, TEAM_MANAGED)
    else:
        yield from _guarded("gate", _gate(place, home, wanted.gate_field, only_show=only_show))
    if place.client.is_cloud and wanted.hook_url:
        yield from _guarded("webhook", _webhook(place, wanted, only_show=only_show))
    else:
        yield from _hook_by_hand(place, wanted)


def _guarded(kind: str, steps: Iterator[Step]) -> Iterator[Step]:
    """What our token may not do ends its own kind of steps, and no other."""
    try:
        yield from steps
    except (TrackerRefused, IssueNotFound) as refused:
        if isinstance(refused, TrackerRefused) and refused.status == 401:
            raise
        is_right = isinstance(refused, IssueNotFound) or refused.status == 403
        yield Step(kind, "", Fate.REFUSED, NEEDS if is_right else f"Jira did not take it: {refused}")


def _gate(place: Settling, home: Home, named: str, *, only_show: bool) -> Iterator[Step]:
    there = place.fields_called(named)
    if len(there) > 1:
        says = f"There are {len(there)} fields of this name ({', '.join(there)}). Name the right one's id in remediation.yaml, `jira_gate_field`."
        yield Step("field", named, Fate.BY_HAND, says)
        return
    if not there and named.startswith("customfield_"):
        yield Step(
            "field", named, Fate.BY_HAND, "remediation.yaml names it by its id, and there is none; name it in words."
        )
        return
    field = there[0] if there else "" if only_show else place.make_field(named, DESCRIPTION)
    yield Step("field", named, Fate.KEEP if there else Fate.MAKE)
    yield from _screens(place, home, field, only_show=only_show)
    yield from _rules(place, home, field, only_show=only_show)


def _screens(place: Settling, home: Home, field: str, *, only_show: bool) -> Iterator[Step]:
    for screen in place.screens(home):
        tab = place.tab_for(screen, field)
        if tab is not None and not only_show:
            place.put_on(screen, tab, field)
        yield Step(
            "screen", screen, Fate.KEEP if tab is None else Fate.MEND, "" if tab is None else "It shows the field."
        )


def _rules(place: Settling, home: Home, field: str, *, only_show: bool) -> Iterator[Step]:
    workflows, statuses = place.workflows(home)
    for workflow in workflows:
        name, open_ways = str(workflow.get("name")), unruled(workflow, statuses, field)
        if not open_ways:
            yield Step("rule", name, Fate.KEEP)
        elif workflow.get("isEditable") is False:
            yield Step(
                "rule",
                name,
                Fate.BY_HAND,
                f"Jira lets nobody edit this workflow. Copy it, use the copy, and add {RULE}.",
            )
        else:
            if not only_show:
                place.update_workflow(with_rule(workflow, statuses, field))
            says = f"{', '.join(open_ways)}: offered unless the field says “{GateValue.HELD.value}”."
            yield Step("rule", name, Fate.MEND, says)


def _webhook(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    body: Json = {"name": "Followthrough", "url": wanted.hook_url, "events": list(EVENTS), "enabled": True}
    body |= {"secret": wanted.secret, "excludeBody": False}
    same = next((hook for hook in place.hooks() if str(hook.get("url")).rstrip("/") == wanted.hook_url), None)
    if same is None:
        if not only_show:
            place.make_hook(body)
        yield Step("webhook", wanted.hook_url, Fate.MAKE, "for the whole site, signed")
    elif _is_right(same):
        yield Step("webhook", wanted.hook_url, Fate.KEEP)
    else:
        if not only_show:
            place.mend_hook(same, body)
        yield Step("webhook", wanted.hook_url, Fate.MEND, "on, signed, with all events")


def _is_right(hook: Json) -> bool:
    signed = hook.get("isSigned") is not False
    return (
        bool(hook.get("enabled", True))
        and signed
        and not hook.get("excludeBody")
        and set(EVENTS) <= set(hook.get("events") or ())
    )


def _gate_by_hand(named: str) -> Iterator[Step]:
    says = "Administration → Issues → Custom fields → Add: Text Field (read only), with the context of the projects concerned."
    yield Step("field", named, Fate.BY_HAND, says)
    yield Step(
        "screen",
        named,
        Fate.BY_HAND,
        "Put the field on the project's create and edit screens, or the service cannot write it.",
    )
    says = f"Jira Data Center has no such rule of its own. With an add-on for workflows: {RULE}. Without one the service opens again what was closed too early."
    yield Step("rule", named, Fate.BY_HAND, says)


def _hook_by_hand(place: Settling, wanted: Wanted) -> Iterator[Step]:
    if not wanted.hook_url:
        says = "Name where the receiver can be reached with --receiver https://…"
        yield Step(
            "webhook",
            "",
            Fate.BY_HAND,
            f"{says}, and it is made." if place.client.is_cloud else f"{says}, and the steps are said.",
        )
        return
    says = f"Administration → System → WebHooks → Create: this address, JIRA_WEBHOOK_SECRET as its secret, and the events {', '.join(EVENTS)}."
    yield Step("webhook", wanted.hook_url, Fate.BY_HAND, says)
