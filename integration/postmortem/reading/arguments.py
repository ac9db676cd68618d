"""The arguments of commands → typed values, strictly: what is not formed as it should be is not there."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from urllib.parse import urlsplit

from integration.postmortem.reading.moments import read_date, read_stamp
from integration.postmortem.reading.runs import ADDRESS

# GitHub logins (docs.github.com); Jira user names and account ids, as wiki mentions write them.
PERSON = re.compile(
    r"(?<![\w@/.\[~-])@[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}(?![\w/])|\[~(?:accountid:)?[\w.@:+-]{1,128}\]"
)
SEVERITY = re.compile(r"\s*sev[ -]?([1-4])(?![\w.])", re.IGNORECASE)
FROM = re.compile(r"(?<!\S)from:(\S+)", re.IGNORECASE)
UNTIL = re.compile(r"(?<!\S)until:(\S+)", re.IGNORECASE)
ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
MAX_ADDRESS = 2_000
BEFORE_A_TIME = re.compile(r"\s*(?:(?:at|on|since|from|about|around)\s+){0,2}", re.IGNORECASE)
A_MINUTE = timedelta(minutes=1)
"""Times are written to the minute, and comments are posted to the second."""


def read_people(args: str) -> tuple[str, ...]:
    """Return the people mentioned, as written (``@dana``, ``[~dana]``, ``[~accountid:…]``), each once."""
    return tuple(dict.fromkeys(PERSON.findall(args)))


def read_severity(args: str) -> str | None:
    """Return the severity with which the arguments begin, as ``SEV1`` … ``SEV4``."""
    match = SEVERITY.match(args)
    return f"SEV{match[1]}" if match else None


def read_until(args: str) -> tuple[date | None, str]:
    """Return the day of ``until:YYYY-MM-DD`` and the rest of the arguments; no day where there is not exactly one."""
    found = UNTIL.findall(args)
    rest = " ".join(UNTIL.sub(" ", args).split())
    day = read_date(found[0]) if len(found) == 1 and ISO_DATE.fullmatch(found[0]) else None
    return day, rest


def read_actions(args: str, known: Iterable[str]) -> tuple[frozenset[str], str]:
    """Return the actions with which the arguments begin, of those that are ``known``, and the rest: ``A1, A2 the replay is green``."""
    by_name = {name.casefold(): name for name in known}
    words, named = args.split(), []
    while words and words[0].strip(",:;").casefold() in by_name:
        named.append(by_name[words.pop(0).strip(",:;").casefold()])
    return frozenset(named), " ".join(words)


def read_term(args: str) -> tuple[date | None, date | None, bool]:
    """Return the days of ``from:`` and ``until:``, and whether what is there is sound: a day each, at most one of each, in their order."""
    days: list[date | None] = []
    for pattern in (FROM, UNTIL):
        found = pattern.findall(args)
        days.append(read_date(found[0]) if len(found) == 1 and ISO_DATE.fullmatch(found[0]) else None)
        if found and days[-1] is None:
            return None, None, False
    first, last = days
    return first, last, first is None or last is None or first <= last


def read_time(args: str, day: date, zone: tzinfo = UTC) -> tuple[datetime | None, str]:
    """Return the instant with which the arguments begin, in UTC, and the rest; all of them where they begin otherwise.

    ``day`` and ``zone`` hold where the writer names none.
    """
    stamp = read_stamp(args, day, zone)
    if stamp is None or stamp.at is None or args[: stamp.start].strip():
        return None, args.strip()
    return stamp.at, args[stamp.end :].strip(" \t:-–—")


@dataclass(frozen=True, slots=True)
class Told:
    """What ``/note`` and ``/resolved`` tell: the time as written (empty where none leads), its instant in UTC, and the words after it.

    ``at`` is ``None`` where the time that was written is a day alone, or can be read in more than one way.
    """

    time: str
    at: datetime | None
    words: str


def read_told(args: str, posted_at: datetime, zone: tzinfo = UTC) -> Told:
    """Read the time with which the arguments begin; without one, it was when the comment was posted.

    A clock without a day is the latest such time that was over by then: just after midnight, 23:50 was yesterday.
    """
    stamp = read_stamp(args, posted_at.astimezone(zone).date(), zone)
    if stamp is None or not BEFORE_A_TIME.fullmatch(args[: stamp.start]):
        return Told("", posted_at, args.strip())
    words, at = args[stamp.end :].strip(" \t:-–—"), stamp.at
    if at is not None and not stamp.has_date and at > posted_at + A_MINUTE:
        at -= timedelta(days=1)
    return Told(args[stamp.start : stamp.end], at, words)


def read_links(args: str) -> tuple[str, ...]:
    """Return the http and https addresses in the arguments, each once: with a host, without a password in them."""
    return tuple(dict.fromkeys(filter(_is_plain_address, ADDRESS.findall(args))))


def _is_plain_address(address: str) -> bool:
    if len(address) > MAX_ADDRESS or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
        return bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:  # A malformed host or port.
        return False
