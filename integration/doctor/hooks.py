"""The webhooks that were seen at one repository or project → lines. Pure."""

from collections.abc import Iterable

from integration.doctor.lines import Line, advice, failed, passed, unknown
from integration.trackers import events
from integration.trackers.examination import Examined, SeenHook


def judge_hooks(seen: Examined) -> Iterable[Line]:
    """Say whether there is one webhook to the receiver, and whether it is as it should be."""
    remedy = f"`followthrough setup {seen.site}` makes or mends it."
    if seen.hooks is None:
        says = "Only administrators can see the webhooks; the sweep finds what no delivery tells, within minutes."
        yield unknown(
            "webhook",
            says,
            "Look at them in the tracker's settings: the README says what has to be there.",
            seen.place,
        )
        return
    active = [hook for hook in seen.hooks if hook.is_active]
    if not active:
        says = (
            "There is a webhook to the receiver, and it is turned off."
            if seen.hooks
            else "No webhook leads to the receiver; only the sweep finds changes."
        )
        yield failed("webhook", says, remedy, seen.place)
        return
    if len(active) > 1:
        yield advice(
            "webhook", f"{len(active)} webhooks lead to the receiver; one is enough.", "Remove the others.", seen.place
        )
    wrong = [line for hook in active for line in _of_hook(hook, seen, remedy)]
    yield from wrong
    if not wrong:
        yield passed("webhook", "It is active, with the right events.", seen.place)


def _of_hook(hook: SeenHook, seen: Examined, remedy: str) -> Iterable[Line]:
    lacking = sorted(events.NEEDED[seen.site] - hook.events) if "*" not in hook.events else []
    if lacking:
        yield failed("webhook", f"It does not tell of {', '.join(lacking)}.", remedy, seen.place)
    yield from _useful(hook, seen, remedy)
    if hook.is_signed is False:
        yield failed("webhook", "It has no secret, so its deliveries are refused.", remedy, seen.place)
    if not hook.is_json:
        says = "It sends forms, not JSON." if seen.site == "github" else "It leaves out the body."
        yield failed("webhook", says, remedy, seen.place)
    if not hook.verifies_tls:
        yield failed(
            "webhook", "It does not check the receiver's certificate.", "Turn on SSL verification.", seen.place
        )
    if hook.last_code is not None and not 200 <= hook.last_code < 300:
        told = f"The receiver answered {hook.last_code} to the last delivery."
        why = (
            "The secrets differ: set the same one here and there."
            if hook.last_code in {401, 403}
            else "The receiver's log says why."
        )
        yield failed("webhook", told, why, seen.place)


def _useful(hook: SeenHook, seen: Examined, remedy: str) -> Iterable[Line]:
    """Name events without which less is seen at once, by what is lost."""
    by_loss: dict[str, list[str]] = {}
    for event, loss in events.USEFUL[seen.site].items():
        if not {"*", event} & hook.events:
            by_loss.setdefault(loss, []).append(event)
    for loss, lacking in by_loss.items():
        yield advice("webhook", f"It does not tell of {', '.join(lacking)}, so {loss}.", remedy, seen.place)
