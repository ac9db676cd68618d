"""Sets a GitHub repository up: labels, webhook, issue forms. What is there is looked at first, so that a second time changes nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.asking import templates
from integration.setup.steps import Fate, Step
from integration.trackers.events import used
from integration.trackers.github.failures import is_ours
from integration.trackers.github.payloads import Hook, HookConfig
from integration.trackers.github.settling import BRANCH, Settling
from integration.trackers.github.templates import MADE_BY
from mappings.models import Policy

EVENTS = used("github")
# Red to grey by severity; shapes and words carry the meaning, colours only help.
COLOURS = {"SEV1": "b60205", "SEV2": "d93f0b", "SEV3": "fbca04", "SEV4": "c5def5"}
OTHER = "0052cc"
TITLE = "Issue forms for incidents"
BODY = (
    "These forms ask for what Followthrough looks at, with the same words. They are made from the mappings: change those and run "
    "`followthrough setup github` again.\n\nMerge this when the words suit you."
)
NEEDS = {
    "label": "Issues: write",
    "webhook": "Webhooks: write, on the repository",
    "field": "Issue fields: write, on the organisation",
    "form": "Contents and Pull requests: write; or `--files DIR` writes the forms there instead",
}


@dataclass(frozen=True)
class Wanted:
    """What is to be there. ``hook_url`` is empty where no receiver was named; ``secret`` is what deliveries are signed with;
    ``due_field`` is the issue field for due dates, empty where the mapping uses none.
    """

    labels: Mapping[str, tuple[str, str]]
    forms: Mapping[str, str]
    hook_url: str
    secret: str = field(repr=False)
    due_field: str = ""


def labels_of(policy: Policy) -> Mapping[str, tuple[str, str]]:
    """Return the labels that the service and its people need: name → (colour, description). One of each kind."""
    found = {policy.severity.incident.labels[0]: (OTHER, "Followthrough looks after the post-mortem")}
    for severity in policy.severity.severities:
        # The one that the service writes; others that say the same are understood, and not made.
        found[severity.label] = (COLOURS[severity.id], f"{severity.id}: {severity.name}")
    for template in templates(policy):
        for label in template.labels:
            # GitHub leaves out, without a word, what a form names and the repository does not have.
            found.setdefault(label, (OTHER, f"Put on by the issue form {template.name}"))
    found[policy.severity.incident.adopt_label] = (OTHER, "Somebody with triage right wants this issue governed")
    for label in policy.remediation.ticket.labels:
        found[label] = (OTHER, "An action of a post-mortem")
    found[policy.remediation.reopening.unverified_label] = ("5319e7", "Closed without its evidence; counted as open")
    return found


def bring_about(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    """Yield each step once it is done; with ``only_show`` nothing is done."""
    yield from _guarded("label", _labels(place, wanted, only_show=only_show))
    yield from _guarded("webhook", _webhook(place, wanted, only_show=only_show))
    yield from _guarded("field", _field(place, wanted, only_show=only_show))
    yield from _guarded("form", _forms(place, wanted, only_show=only_show))


def _guarded(kind: str, steps: Iterator[Step]) -> Iterator[Step]:
    """What our token may not do ends its own kind of steps, and no other."""
    try:
        yield from steps
    except (TrackerRefused, IssueNotFound) as refused:
        if isinstance(refused, TrackerRefused) and refused.status == 401:
            raise
        yield Step(kind, "", Fate.REFUSED, f"GitHub did not allow it. The token needs {NEEDS[kind]}.")


def _labels(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    there = place.labels()
    for name, (colour, description) in wanted.labels.items():
        if name.casefold() in there:
            yield Step("label", name, Fate.KEEP)
            continue
        if not only_show:
            place.make_label(name, colour, description)
        yield Step("label", name, Fate.MAKE, description)


def _webhook(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    of_app = place.hook_of_app()
    if of_app is not None:
        yield from _webhook_of_app(place, wanted, *of_app, only_show=only_show)
        return
    if not wanted.hook_url:
        says = "Name where the receiver can be reached with --receiver https://…, and it is made."
        yield Step("webhook", "", Fate.BY_HAND, says)
        return
    hooks = place.hooks()
    same = next((hook for hook in hooks if str(hook.config.get("url")).rstrip("/") == wanted.hook_url), None)
    if same is None:
        if not only_show:
            place.make_hook(wanted.hook_url, wanted.secret, list(EVENTS))
        yield Step("webhook", wanted.hook_url, Fate.MAKE, f"tells of {', '.join(EVENTS)}, signed")
    elif _is_right(same):
        yield Step("webhook", wanted.hook_url, Fate.KEEP)
    else:
        if not only_show:
            # What else somebody chose to be told of stays.
            events = sorted({*EVENTS, *same.events}) if "*" not in same.events else ["*"]
            place.mend_hook(same.id, wanted.hook_url, wanted.secret, events)
        yield Step("webhook", wanted.hook_url, Fate.MEND, "on, signed, with all events")


def _webhook_of_app(
    place: Settling, wanted: Wanted, there: HookConfig, events: frozenset[str], *, only_show: bool
) -> Iterator[Step]:
    """An App has one webhook for all that it is installed on. Its address and secret can be set; its events only on its own page."""
    leads_elsewhere = bool(there.url) and not is_ours(there.url)
    if leads_elsewhere:
        says = f"It leads to {there.url}, so it stays. The service needs an App of its own."
        yield Step("webhook", "of the App", Fate.BY_HAND, says)
    elif not wanted.hook_url and not (there.url and there.secret):
        says = "Name where the receiver can be reached with --receiver https://…, and the App's webhook is led there."
        yield Step("webhook", "of the App", Fate.BY_HAND, says)
    elif wanted.hook_url and not _leads_there(there, wanted.hook_url):
        if not only_show:
            place.lead_hook_of_app(wanted.hook_url, wanted.secret)
        yield Step(
            "webhook",
            wanted.hook_url,
            Fate.MEND if there.url else Fate.MAKE,
            "for all that the App is installed on, signed",
        )
    else:
        yield Step("webhook", str(there.url), Fate.KEEP)
    lacking = sorted(set(EVENTS) - events)
    if lacking:
        says = (
            f"Choose {', '.join(lacking)} on the App's page, under Permissions & events: GitHub lets nobody else do so."
        )
        yield Step("webhook", "events", Fate.BY_HAND, says)


def _leads_there(there: HookConfig, url: str) -> bool:
    is_safe = str(there.insecure_ssl or "0") == "0" and there.content_type == "json"
    return (there.url or "").rstrip("/") == url and bool(there.secret) and is_safe


def _field(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    if not wanted.due_field:
        return
    try:
        fields = place.fields()
    except IssueNotFound:
        says = "There are no issue fields here. Let due dates stand in a line instead: remediation.yaml, `ticket.github.due: line`."
        yield Step("field", wanted.due_field, Fate.BY_HAND, says)
        return
    same = next((each for each in fields if each.name.casefold() == wanted.due_field.casefold()), None)
    if same is None:
        if not only_show:
            place.make_date_field(wanted.due_field)
        yield Step("field", wanted.due_field, Fate.MAKE, "for dates, in the whole organisation")
    elif same.data_type == "date":
        yield Step("field", wanted.due_field, Fate.KEEP)
    else:
        says = f"It is there for {same.data_type}, not for dates. Name another in remediation.yaml, `ticket.github.due_field`."
        yield Step("field", wanted.due_field, Fate.BY_HAND, says)


def _is_right(hook: Hook) -> bool:
    config = hook.config
    is_safe = str(config.get("insecure_ssl") or "0") == "0" and config.get("content_type") == "json"
    tells_all = "*" in hook.events or set(EVENTS) <= set(hook.events)
    return hook.active and is_safe and bool(config.get("secret")) and tells_all


def _forms(place: Settling, wanted: Wanted, *, only_show: bool) -> Iterator[Step]:
    if not wanted.forms:
        return
    into = place.default_branch()
    there = {name: place.file(name, into) for name in wanted.forms}
    missing = {
        name: text for name, text in wanted.forms.items() if (found := there[name]) is None or found.text != text
    }
    for name in wanted.forms:
        found = there[name]
        if name not in missing:
            yield Step("form", name, Fate.KEEP)
        elif found is not None and not found.text.startswith(MADE_BY):
            del missing[name]
            yield Step("form", name, Fate.BY_HAND, "Somebody else wrote it, so it stays.")
    if not missing:
        return
    proposed, declined = place.open_proposal(), place.declined_proposal()
    is_same = (proposed or declined) and all(
        (found := place.file(name, BRANCH)) is not None and found.text == text for name, text in missing.items()
    )
    if declined and not proposed and is_same:
        yield Step("form", declined, Fate.KEEP, "Somebody closed this pull request, so it stays closed.")
        return
    if proposed and is_same:
        yield Step("form", proposed, Fate.KEEP, "This pull request waits to be merged.")
        return
    address = "a pull request" if only_show else place.propose(missing, into, TITLE, BODY)
    yield Step("form", address, Fate.MEND if proposed else Fate.MAKE, f"with {', '.join(missing)}")
