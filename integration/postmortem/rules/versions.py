"""Which version of a model or of data a cause is about (RULES R8): beside a label, in its words, or once for the incident."""

import re

from integration.postmortem.reading.causes import Cause
from integration.postmortem.rules.written import PostMortem

LONGEST = 300  # characters of a step that are looked at
VERSION = re.compile(
    r"\b(?:version|release|revision|snapshot|checkpoint|commit|build|tag)s?\s?[#:=]?\s?(?=[\w.-]{0,40}\d)[\w.-]{1,40}"
    r"|\bv\d+(?:\.\d+){0,4}\b|\b[A-Za-z][\w.]{0,30}(?:-\w{1,20}){0,4}-\d{4}-?\d{2}-?\d{2}\b|\b[A-Za-z]{2,30}-\d+(?:\.\d+)+\w{0,5}\b",
    re.IGNORECASE,
)


def version_of(cause: Cause, postmortem: PostMortem) -> str:
    """Return the version as it is written, or an empty string."""
    if cause.version:
        return _short(cause.version)
    for text in (cause.title, *cause.whys, cause.evidence_text):
        if found := VERSION.search(text[:LONGEST]):
            return _short(found[0])
    return _short(postmortem.answers.versions)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST // 5 else text[: LONGEST // 5 - 1].rstrip() + "…"
