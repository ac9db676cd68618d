"""Whether an answer is of the sort that its part wants: words, a fact, a number, or a number with its unit (issue 4, "Impact").

"None" always counts. So does "unknown" with who finds it out, since what nobody knows yet is honest, and forgotten when nobody looks for it.
"""

from typing import assert_never

from integration.postmortem.reading.impact import Dimension, Said
from integration.postmortem.reading.moments import read_date
from integration.postmortem.reading.normalise import normalise
from integration.postmortem.reading.units import has_number, has_number_with_unit
from mappings.models import Part, Wants

FEWEST_WORDS = 4
"""Words from which on "unknown, because …" is an answer where no figure is wanted."""
WHO = "Say who finds it out and by when, such as “unknown, @name by 2026-12-01”."


def what_lacks(part: Part, answer: Dimension) -> tuple[str, str] | None:
    """Return what an answer lacks and what would complete it, or ``None`` where it suffices."""
    match answer.said:
        case Said.MISSING:
            return "not answered yet", part.ask
        case Said.NONE:
            return None
        case Said.UNKNOWN:
            return _of_unknown(part, answer)
        case Said.ANSWERED:
            return _of_answer(part, answer.text)
        case _:
            assert_never(answer.said)


def told(answer: Dimension) -> str:
    """Return what is not known yet and who finds it out, in the words of the status comment; empty for other answers."""
    if answer.said is not Said.UNKNOWN or not answer.promise.owner:
        return ""
    by = f" by {answer.promise.due}" if answer.promise.due else ""
    return f"not known yet, {answer.promise.owner.removeprefix('@')} finds it out{by}"


def _of_unknown(part: Part, answer: Dimension) -> tuple[str, str] | None:
    if answer.promise.owner:
        return None
    if part.wants is Wants.ANSWER:
        return None if len(normalise(answer.text).split()) >= FEWEST_WORDS else ("not answered yet", part.ask)
    return "not known yet, and nobody is named who finds it out", WHO


def _of_answer(part: Part, text: str) -> tuple[str, str] | None:
    match part.wants:
        case Wants.ANSWER | Wants.FACT:
            return None
        case Wants.COUNT:
            return None if has_number(text) else ("no number is given", _with_example(part))
        case Wants.QUANTITY if not has_number(text):
            return "no number is given", _with_example(part)
        case Wants.QUANTITY:
            lacks = "the number has no unit", "Add what it counts, such as “4,000 USD” or “30 rows”."
            return None if has_number_with_unit(text) else lacks
        case Wants.DAY:
            return None if read_date(text) else ("no day is given", f"{part.ask} For example: 2026-12-01.")
        case _:
            assert_never(part.wants)


def _with_example(part: Part) -> str:
    return f"{part.ask} An estimate will do, such as “about 300”."
