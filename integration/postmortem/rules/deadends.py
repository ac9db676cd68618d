"""Whether a chain ends at a person or beyond the house, where the search has only begun.

The source: RULES R2, R5; S. Dekker, *The Field Guide to Understanding 'Human Error'*.

That a person stands at its end is no fault of the text: what made it likely, why it was not caught and why it was let through carry on from there.
"""

from functools import lru_cache

from integration.postmortem.reading.categories import Category, Thread
from integration.postmortem.reading.causes import Cause
from integration.postmortem.reading.patterns import Patterns, tokens_of
from mappings.models import Policy

Ends = tuple[tuple[str, bool, str, str], ...]
LONGEST = 300  # characters of a last step that are looked at
SHOWN = 60
AFTER = {
    Thread.MADE_LIKELY: ("what made it likely", "`What made it likely?`"),
    Thread.NOT_CAUGHT: ("why it was not caught", "`Why was it not caught?`"),
    Thread.LET_THROUGH: ("why it was let through", "`Why was it let through?`"),
}


def last_step(cause: Cause) -> str:
    """Return the answer at which the chain ends, or what the cause is called where no why lies behind it."""
    chain = [step.answer for step in cause.steps if step.thread in (Thread.HAPPENED, Thread.MADE_LIKELY)]
    return next((answer for answer in reversed(chain) if answer), cause.title)[:LONGEST]


def judge_dead_ends(cause: Cause, policy: Policy) -> tuple[Ends, frozenset[Thread]]:
    """Return the checks on how a cause ends, and the questions that they ask for now."""
    last = last_step(cause)
    at_person, beyond = _ready(policy)
    tokens = tokens_of(last)
    is_person, is_human = at_person.find(tokens) is not None, cause.category is Category.HUMAN
    wanted = [Thread.MADE_LIKELY] if is_person else []
    if is_human:
        # A human cause stands when the three questions are answered; what made it likely is its chain of whys.
        has_whys = any(step.thread in (Thread.HAPPENED, Thread.MADE_LIKELY) for step in cause.steps)
        wanted = [*(wanted or ([] if has_whys else [Thread.MADE_LIKELY])), Thread.NOT_CAUGHT, Thread.LET_THROUGH]
    open_ = [thread for thread in wanted if (is_person and thread is Thread.MADE_LIKELY) or not cause.answering(thread)]
    if open_:
        seen = (
            f"it ends at a person (“{_short(last)}”)"
            if is_person
            else "a human cause is one when it says what lay around it"
        )
        return (("cause_person", False, f"{seen}, and it does not say {_listed(open_)}", _ask(open_)),), frozenset(
            open_
        )
    ends: list[tuple[str, bool, str, str]] = [("cause_person", True, "it ends at something that can be changed", "")]
    if beyond.find(tokens) is None:
        return tuple(ends), frozenset()
    open_ = [thread for thread in (Thread.NOT_CAUGHT, Thread.LET_THROUGH) if not cause.answering(thread)]
    if not open_:
        return (("cause_beyond_us", True, "it ends beyond us, and says what let it through", ""),), frozenset()
    seen = f"it ends with “{_short(last)}”, and does not say {_listed(open_)}"
    return (("cause_beyond_us", False, seen, _ask(open_)),), frozenset(open_)


def _ask(threads: list[Thread]) -> str:
    lines = ", ".join(AFTER[thread][1] for thread in threads)
    return f"Answer below it, one line each will do: {lines}"


def _listed(threads: list[Thread]) -> str:
    said = [AFTER[thread][0] for thread in threads]
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} or {said[-1]}"


def _short(text: str) -> str:
    said = " ".join(text.split())
    return said if len(said) <= SHOWN else said[: SHOWN - 1].rstrip() + "…"


@lru_cache(maxsize=8)
def _ready(policy: Policy) -> tuple[Patterns, Patterns]:
    people = policy.language.people
    return (
        Patterns(tuple(("person", each) for each in policy.causes.ends_at_person), people),
        Patterns(tuple(("beyond", each) for each in policy.causes.ends_beyond_us), people),
    )
