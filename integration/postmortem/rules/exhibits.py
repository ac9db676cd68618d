"""Ties evidence to the objects that it points at: which are to be looked up, which count, and whether one changed since it was verified (S10, S20).

What no tracker of ours can show stays on the word of whoever gave it, and is said to be.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from integration.postmortem.decisions import Decision, Memory
from integration.postmortem.exhibits import Exhibit, ExhibitKind
from integration.postmortem.incident import Issue
from integration.postmortem.reading.arguments import read_links

MOST_LINKS = 40
"""Links of one case that are looked up in one look, the newest first; what is beyond is on somebody's word (S4)."""

UNPINNED = "-"
# Trackers throw runs away after some weeks: that one is gone says nothing about what it showed.
PASSES_AWAY = frozenset({ExhibitKind.RUN})


@dataclass(frozen=True)
class Shown:
    """One piece of evidence and what was seen of it; ``exhibit`` is ``None`` where nothing could be looked up."""

    given: Decision
    exhibit: Exhibit | None

    @property
    def counts(self) -> bool:
        """Tell whether it shows what it claims, as far as can be seen."""
        return self.exhibit is None or self.exhibit.counts

    @property
    def source(self) -> str:
        """Say who vouches for it."""
        return f"on {self.given.actor.called}'s word" if self.exhibit is None else "checked by the service"


def link_in(args: str) -> str:
    """Return the link in the arguments of ``/evidence``, or an empty string where a file was named instead."""
    return next(iter(read_links(args.partition(" ")[2])), "")


def links_given(memory: Memory) -> frozenset[str]:
    """Return the links of remembered evidence that are to be looked up again in this look, so that a change is seen."""
    links = (link_in(d.args) for d in reversed(memory.decisions) if d.word == "evidence" and d.grants)
    return frozenset(list(dict.fromkeys(link for link in links if link))[:MOST_LINKS])


def show(given: tuple[Decision, ...], ticket: Issue | None, exhibits: Mapping[str, Exhibit]) -> tuple[Shown, ...]:
    """Return each piece of evidence with what was seen of it. A file is compared with those on the ``ticket`` now."""
    return tuple(Shown(decision, _exhibit(decision, ticket, exhibits)) for decision in given)


def since(exhibits: Mapping[str, Exhibit], began: datetime | None) -> dict[str, Exhibit]:
    """Return the same exhibits, where those that are older than the incident do not count (S20)."""
    return {link: _if_later(exhibit, began) for link, exhibit in exhibits.items()}


def pins_of(shown: tuple[Shown, ...]) -> str:
    """Return what the evidence looked like, in the order in which it was given; empty where nothing was seen of any."""
    pins = [_short(each.exhibit.pin) if each.exhibit and each.exhibit.pin else UNPINNED for each in shown]
    return ",".join(pins) if any(pin != UNPINNED for pin in pins) else ""


def changed_since(pins: str, shown: tuple[Shown, ...]) -> str:
    """Say what became of evidence that was pinned, or return an empty string. What was on somebody's word, or cannot be read now, stays so."""
    for pin, each in zip(pins.split(","), shown, strict=False):
        seen = each.exhibit
        if pin in ("", UNPINNED) or seen is None or (not seen.found and seen.kind in PASSES_AWAY):
            continue
        if not seen.counts:
            return seen.says
        if _short(seen.pin) != pin:
            return f"the {seen.kind} was changed since"
    return ""


def waiting_for(shown: tuple[Shown, ...]) -> str:
    """Say why some evidence does not count yet, or return an empty string."""
    return next((each.exhibit.says for each in shown if each.exhibit is not None and not each.counts), "")


def _exhibit(decision: Decision, ticket: Issue | None, exhibits: Mapping[str, Exhibit]) -> Exhibit | None:
    link = link_in(decision.args)
    if link or ticket is None or not decision.args:
        return exhibits.get(link)
    for file in ticket.attachments:
        if file_subject(decision.reason, file.id) == decision.subject:
            # Trackers never change a file in place: another one has another id.
            return Exhibit(ExhibitKind.ATTACHMENT, pin=f"{file.id}:{file.size}", authors=frozenset({file.author.id}))
    return Exhibit(ExhibitKind.ATTACHMENT, "is not on the ticket any more", found=False)


def file_subject(claim: str, attachment: str) -> str:
    """Return the digest of evidence that is a file on the ticket, by the file's own id."""
    return evidence_subject(claim, f"attachment:{attachment}")


def evidence_subject(claim: str, shown: str) -> str:
    """Return the digest of a piece of evidence: what it claims, and what it shows."""
    return hashlib.sha256(f"{claim}\n{shown}".encode()).hexdigest()


def _if_later(exhibit: Exhibit, began: datetime | None) -> Exhibit:
    if not exhibit.counts or began is None or exhibit.at is None or exhibit.at >= began:
        return exhibit
    return replace(exhibit, why="is older than the incident")


def _short(pin: str) -> str:
    return hashlib.sha256(pin.encode()).hexdigest()[:12]
