"""What a stand-in tracker does wrong on demand: slow, failing, limited or lost answers, and webhooks that go astray.

Faults are scripted (the next n calls that match) or drawn from a seeded random. This module decides what goes wrong;
``web`` and ``hooks`` make it happen.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from threading import RLock
from typing import Literal

Order = Literal["kept", "reversed", "shuffled"]
HookFate = Literal["send", "drop", "lose", "double"]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong with one call.

    ``fail`` answers with ``status`` (after the deed if ``after_deed``); ``limit`` answers that too much was asked;
    ``lose`` does the deed and then cuts the connection without an answer. ``retry_after`` is in seconds.
    """

    kind: Literal["fail", "limit", "lose"]
    status: int = 503
    after_deed: bool = False
    retry_after: int | None = None


@dataclass(slots=True)
class _Scripted:
    fault: Fault
    match: re.Pattern[str]
    left: int


class Misbehaviour:
    """The script of faults of one tracker. Thread-safe; the ``match`` patterns are searched in ``METHOD /path``."""

    def __init__(self) -> None:
        """Behave well."""
        self._lock = RLock()
        self._on_release: list[Callable[[Order, int], None]] = []
        self.clear()

    def clear(self) -> None:
        """Behave well again: drop every script, probability and refusal, and release what is held."""
        with self._lock:
            self._scripts: list[_Scripted] = []
            self._delays: list[tuple[re.Pattern[str], float]] = []
            self._refused: set[str] = set()
            self._next_hooks: list[HookFate] = []
            self._chances: dict[str, float] = {}
            self._random = random.Random(0)  # noqa: S311 - faults must be reproducible; nothing secret is drawn.
            self._held = False
        self._tell_released("kept", 0)

    def delay(self, seconds: float, match: str = "") -> None:
        """Answer every matching call late by ``seconds``, from now on; 0 ends all delays."""
        with self._lock:
            self._delays = [] if seconds <= 0 else [*self._delays, (re.compile(match), seconds)]

    def fail_next(
        self, n: int = 1, status: int = 503, match: str = "", after_deed: bool = False, retry_after: int | None = None
    ) -> None:
        """Answer the next ``n`` matching calls with ``status``, without doing them or after having done them."""
        self._script(Fault("fail", status, after_deed, retry_after), n, match)

    def rate_limit_next(
        self, n: int = 1, retry_after: int | None = 60, status: int | None = None, match: str = ""
    ) -> None:
        """Refuse the next ``n`` matching calls as too many; ``status`` 429 unless told, ``retry_after`` in seconds."""
        self._script(Fault("limit", status or 429, retry_after=retry_after), n, match)

    def lose_answer_next(self, n: int = 1, match: str = "") -> None:
        """Do the next ``n`` matching calls, then cut the connection without an answer."""
        self._script(Fault("lose", after_deed=True), n, match)

    def refuse_assignee(self, login: str) -> None:
        """Treat this person as one who cannot be assigned."""
        with self._lock:
            self._refused.add(login.lower())

    def accept_assignee(self, login: str) -> None:
        """Undo ``refuse_assignee``."""
        with self._lock:
            self._refused.discard(login.lower())

    def refuses_assignee(self, login: str) -> bool:
        """Return whether this person is at present refused as an assignee."""
        with self._lock:
            return login.lower() in self._refused

    def at_random(
        self,
        seed: int,
        *,
        fail: float = 0.0,
        lose: float = 0.0,
        limit: float = 0.0,
        drop: float = 0.0,
        double: float = 0.0,
    ) -> None:
        """Go wrong with these probabilities per call (fail, lose, limit) and per webhook (drop, double)."""
        with self._lock:
            self._random = random.Random(seed)  # noqa: S311 - faults must be reproducible; nothing secret is drawn.
            self._chances = {"fail": fail, "lose": lose, "limit": limit, "drop": drop, "double": double}

    def drop_next(self, n: int = 1, *, recorded: bool = True) -> None:
        """Do not deliver the next ``n`` webhooks; ``recorded`` ones appear as failed deliveries, others nowhere."""
        self._script_hooks("drop" if recorded else "lose", n)

    def double_next(self, n: int = 1) -> None:
        """Deliver each of the next ``n`` webhooks twice, with the same id."""
        self._script_hooks("double", n)

    def hold(self) -> None:
        """Keep webhooks back until ``release``."""
        with self._lock:
            self._held = True

    def release(self, order: Order = "kept", seed: int = 0) -> None:
        """Deliver what was held: in its order, reversed, or shuffled by ``seed``."""
        with self._lock:
            self._held = False
        self._tell_released(order, seed)

    @property
    def holds_hooks(self) -> bool:
        """Return whether webhooks are being held back."""
        with self._lock:
            return self._held

    def when_released(self, listener: Callable[[Order, int], None]) -> None:
        """Call ``listener(order, seed)`` at each release; the sender of webhooks registers itself here."""
        self._on_release.append(listener)

    def delay_of(self, method: str, path: str) -> float:
        """Return by how many seconds the answer to this call is late."""
        asked = f"{method} {path}"
        with self._lock:
            return sum(seconds for match, seconds in self._delays if match.search(asked))

    def take(self, method: str, path: str) -> Fault | None:
        """Return what goes wrong with this call, and count it against its script."""
        asked = f"{method} {path}"
        with self._lock:
            for script in self._scripts:
                if script.match.search(asked):
                    script.left -= 1
                    if script.left <= 0:
                        self._scripts.remove(script)
                    return script.fault
            if self._falls("fail"):
                return Fault("fail")
            if self._falls("lose"):
                return Fault("lose", after_deed=True)
            return Fault("limit", 429, retry_after=1) if self._falls("limit") else None

    def next_hook(self) -> HookFate:
        """Return what becomes of the next webhook, and count it against its script."""
        with self._lock:
            if self._next_hooks:
                return self._next_hooks.pop(0)
            if self._falls("drop"):
                return "drop"
            return "double" if self._falls("double") else "send"

    def _falls(self, kind: str) -> bool:
        chance = self._chances.get(kind, 0.0)
        return chance > 0 and self._random.random() < chance

    def _script(self, fault: Fault, n: int, match: str) -> None:
        with self._lock:
            self._scripts.append(_Scripted(fault, re.compile(match), n))

    def _script_hooks(self, fate: HookFate, n: int) -> None:
        with self._lock:
            self._next_hooks.extend([fate] * n)

    def _tell_released(self, order: Order, seed: int) -> None:
        for listener in self._on_release:
            listener(order, seed)
