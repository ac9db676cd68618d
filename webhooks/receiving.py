"""The way of every delivery through the door: verify, check the shape, note the wake-ups, answer. Decides nothing."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

from flask import Response, request
from redis.exceptions import RedisError

from integration.errors import DeliveryRejected
from integration.wakeups import WakeUp
from webhooks.deliveries import (
    BODY_LIMIT,
    Headers,
    Sender,
    check_signature,
    delivery_key,
    delivery_name,
    read_signature,
)
from webhooks.health import Counts
from webhooks.inbox import Inbox

log = logging.getLogger(__name__)

ReadWakeUps = Callable[[Headers, bytes, float], tuple[WakeUp, ...]]


class Door:
    """What the routes of all trackers share: the inbox and the counts."""

    def __init__(self, inbox: Inbox, counts: Counts) -> None:
        self.inbox, self.counts = inbox, counts

    def receive(self, sender: Sender, secrets: tuple[bytes, ...], read: ReadWakeUps) -> Response:
        """Answer the request in hand: 202 noted, 204 concerns no case. Raises :class:`DeliveryRejected` else."""
        try:
            return self._receive(sender, secrets, read)
        except DeliveryRejected as refusal:
            self._refuse(sender, refusal)
        except RedisError as error:
            log.error("redis does not answer", extra={"site": sender.site, "error": type(error).__name__})
            text = "The delivery could not be noted. Send it again."
            self._refuse(sender, DeliveryRejected(503, "store_down", text))

    def _receive(self, sender: Sender, secrets: tuple[bytes, ...], read: ReadWakeUps) -> Response:
        headers = request.headers
        signature = read_signature(sender, headers, secrets)
        body = _read_body()
        check_signature(body, signature, secrets)
        at = time.time()
        found = read(headers, body, at)
        if not found:
            self.counts.delivery(sender.site, "unrelated")
            return Response(status=204)
        key = delivery_key(sender, headers, signature)
        name = delivery_name(sender, headers, key)
        is_new = self.inbox.note(key, [replace(wakeup, delivery=name) for wakeup in found], at)
        outcome = "accepted" if is_new else "repeated"
        self.counts.delivery(sender.site, outcome)
        log.info("delivery noted", extra={"site": sender.site, "delivery": name, "outcome": outcome})
        return Response(b'{"status":"accepted"}\n', 202, content_type="application/json")

    def _refuse(self, sender: Sender, refusal: DeliveryRejected) -> NoReturn:
        self.counts.delivery(sender.site, refusal.reason)
        told = {"site": sender.site, "status": refusal.status, "reason": refusal.reason}
        log.warning("delivery refused", extra=told)
        raise refusal


def _read_body() -> bytes:
    """Return the body, up to 25 MB. Raises :class:`DeliveryRejected` 413; an announced length is refused unread."""
    announced = request.content_length or 0
    # The framework stops reading one byte after the limit, so that a body without a length ends there.
    body = request.get_data(cache=False) if announced <= BODY_LIMIT else b""
    if max(announced, len(body)) > BODY_LIMIT:
        raise DeliveryRejected(413, "too_large", "The body is over 25 MB.")
    return body
