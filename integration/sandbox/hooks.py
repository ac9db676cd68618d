"""Sends the webhooks of a stand-in tracker: signed, in order, from one background thread (or several, out of order), to loopback addresses only.

What a delivery says and how it is signed is the tracker's business (``headers_for``); this module posts, keeps what
became of each delivery, sends again on request, and goes wrong as ``Misbehaviour`` tells it to.
"""

import json
import random
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from threading import Condition, Thread

import requests

from integration.sandbox.deliveries import Delivery, Hook, is_loopback_url
from integration.sandbox.faults import Misbehaviour, Order

KEPT_DELIVERIES = 20_000


class HookSender:
    """The webhooks of one tracker.

    ``headers_for(delivery)`` gives the tracker's headers. ``retried`` statuses (0: no answer) are tried again up to
    ``retries`` times, ``retry_pause`` seconds apart, as Jira Cloud does; GitHub never does.
    """

    def __init__(
        self,
        headers_for: Callable[[Delivery], Mapping[str, str]],
        misbehave: Misbehaviour,
        clock: Callable[[], datetime],
        *,
        timeout: float = 10.0,
        retried: frozenset[int] = frozenset(),
        retries: int = 0,
        retry_pause: float = 0.2,
    ) -> None:
        """Prepare to send; nothing goes out before ``start``."""
        self._headers_for = headers_for
        self._misbehave = misbehave
        self._clock = clock
        self._timeout = timeout
        self._retried, self._retries, self._retry_pause = retried, retries, retry_pause
        self._change = Condition()
        self._waiting: deque[Delivery] = deque()
        self._made: deque[Delivery] = deque(maxlen=KEPT_DELIVERIES)
        self._sending = 0
        self._is_stopping = False
        self._last_id = 0
        self._threads: tuple[Thread, ...] = ()
        # How many are sent at the same time, from the next start on; with more than one they arrive out of order.
        self.at_once = 1
        misbehave.when_released(self._reorder)

    def start(self) -> None:
        """Begin to send, from threads of its own."""
        with self._change:
            if self._threads:
                return
            self._is_stopping = False
            self._threads = tuple(
                Thread(target=self._run, name="sandbox-hooks", daemon=True) for _ in range(self.at_once)
            )
            for thread in self._threads:
                thread.start()

    def stop(self) -> None:
        """Stop after the deliveries under way; what waits is kept for the next start."""
        with self._change:
            threads, self._threads, self._is_stopping = self._threads, (), True
            self._change.notify_all()
        for thread in threads:
            thread.join()

    def send(self, hook: Hook, event: str, action: str | None, payload: object, guid: str | None = None) -> Delivery:
        """Queue one event for one receiver; ``payload`` is frozen to bytes now."""
        body = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
        with self._change:
            delivery = Delivery(
                self._next_id(), guid or str(uuid.uuid4()), hook, event, action, body, made_at=self._clock()
            )
            self._waiting.append(delivery)
            self._change.notify_all()
        return delivery

    @property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Return what was attempted, oldest first."""
        with self._change:
            return tuple(self._made)

    @property
    def waiting(self) -> int:
        """Return how many deliveries are queued or under way."""
        with self._change:
            return len(self._waiting) + self._sending

    def redeliver(self, delivery_id: int) -> Delivery | None:
        """Queue a made delivery again, with the same GUID and body; None if that id is not kept."""
        with self._change:
            made = next((each for each in self._made if each.id == delivery_id), None)
            if made is None:
                return None
            again = replace(
                made, id=self._next_id(), is_redelivery=True, status=None, reason="", attempt=0, made_at=self._clock()
            )
            self._waiting.append(again)
            self._change.notify_all()
        return again

    def wait_idle(self, timeout: float = 10.0) -> bool:
        """Wait until nothing is queued or under way; False if that took longer than ``timeout`` seconds."""
        with self._change:
            return self._change.wait_for(lambda: not self._waiting and not self._sending, timeout)

    def _next_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def _reorder(self, order: Order, seed: int) -> None:
        with self._change:
            held = list(self._waiting)
            if order == "reversed":
                held.reverse()
            elif order == "shuffled":
                random.Random(seed).shuffle(held)  # noqa: S311 - the order must be reproducible; nothing secret is drawn.
            self._waiting = deque(held)
            self._change.notify_all()

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False  # A proxy of the machine must not see loopback traffic.
            while True:
                with self._change:
                    self._change.wait_for(lambda: self._is_stopping or self._may_send())
                    if self._is_stopping:
                        return
                    delivery = self._waiting.popleft()
                    self._sending += 1
                try:
                    self._deliver(session, delivery)
                finally:
                    with self._change:
                        self._sending -= 1
                        self._change.notify_all()

    def _may_send(self) -> bool:
        return bool(self._waiting) and not self._misbehave.holds_hooks

    def _deliver(self, session: requests.Session, delivery: Delivery) -> None:
        match self._misbehave.next_hook():
            case "lose":
                return
            case "drop":
                self._keep(replace(delivery, status=0, reason="timed out"))
            case "double":
                self._keep(self._post(session, delivery))
                self._keep(self._post(session, delivery))
            case "send":
                self._post_until_accepted(session, delivery)

    def _post_until_accepted(self, session: requests.Session, delivery: Delivery) -> None:
        for attempt in range(self._retries + 1):
            done = self._post(session, replace(delivery, attempt=attempt))
            self._keep(done)
            if done.status not in self._retried or self._is_stopping:
                return
            time.sleep(self._retry_pause)

    def _keep(self, done: Delivery) -> None:
        with self._change:
            self._made.append(done)

    def _post(self, session: requests.Session, delivery: Delivery) -> Delivery:
        headers = dict(self._headers_for(delivery))
        if not is_loopback_url(delivery.hook.url):
            return replace(delivery, status=0, reason="not a loopback address", sent_headers=headers)
        began = time.monotonic()
        try:
            answer = session.post(
                delivery.hook.url, data=delivery.body, headers=headers, timeout=self._timeout, allow_redirects=False
            )
        except requests.RequestException as gone:
            status, reason = 0, "timed out" if isinstance(gone, requests.Timeout) else "failed to connect to host"
        else:
            ok = 200 <= answer.status_code < 300
            status, reason = answer.status_code, "OK" if ok else f"Invalid HTTP Response: {answer.status_code}"
        return replace(delivery, status=status, reason=reason, duration=time.monotonic() - began, sent_headers=headers)
