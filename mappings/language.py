"""The models of ``language.yaml``: which wording blames people, and what to write instead. Patterns are words, never regular expressions (S19)."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from mappings.values import ENTRIES, Id, Keyed, MappingModel, Sentence, Words

PLACEHOLDERS = ("{role}", "{person}", "{someone}")
GAP = "..."
_WORDS = re.compile(r"[\w@#'’*/-]+(\|[\w@#'’*/-]+)*")
MOST_PARTS, MOST_GAPS = 16, 3


def check_pattern(text: str) -> str:
    """Refuse a pattern that could not be read, or that would find everything."""
    parts = text.split()
    odd = [part for part in parts if part not in (GAP, *PLACEHOLDERS) and not _WORDS.fullmatch(part)]
    if odd:
        raise PydanticCustomError("pattern_words", "“{part}” is neither words nor a placeholder", {"part": odd[0]})
    if GAP in (parts[0], parts[-1]) or all(part in (GAP, *PLACEHOLDERS) for part in parts):
        raise PydanticCustomError("pattern_ends", "a pattern begins and ends with words, and has at least one")
    if len(parts) > MOST_PARTS or parts.count(GAP) > MOST_GAPS:
        raise PydanticCustomError("pattern_long", "a pattern has at most 16 parts and 3 gaps")
    return text


Pattern = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(check_pattern)]


class People(MappingModel):
    """Whom the placeholders of a pattern find."""

    pronouns: tuple[Words, ...]
    """Words that stand for somebody."""
    roles: tuple[Words, ...]
    """Roles, in the singular; the plural is found too."""
    groups: tuple[Words, ...]
    """Groups of people."""
    not_names: tuple[Words, ...]
    """Capitalised words that are no names of people."""


class Blame(MappingModel):
    """One kind of wording that blames."""

    id: Id
    """Short name."""
    says: tuple[Pattern, ...]
    """The patterns."""
    instead: Sentence
    """What to write instead."""


class MightHaveBeen(MappingModel):
    """Counterfactuals: what might have been, instead of what was."""

    says: tuple[Pattern, ...]
    """The patterns."""
    instead: Sentence
    """What to write instead."""


class LanguageFile(MappingModel):
    """``language.yaml``."""

    people: People
    """Whom {person} finds."""
    silent_when: tuple[Pattern, ...]
    """A sentence in which one of these stands is left alone."""
    blame: Annotated[tuple[Blame, ...], ENTRIES, Keyed()]
    """Each kind of blame."""
    might_have_been: MightHaveBeen
    """What might have been, in the section of root causes."""
