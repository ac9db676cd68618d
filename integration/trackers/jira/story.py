"""Who did what to an issue, from Jira's JSON: accounts, instants, and the changelog, from which actors are taken
(SECURITY.md S2). Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from integration.postmortem.people import Person, PersonKind

Raw = Mapping[str, Any]

_KINDS = {"atlassian": PersonKind.HUMAN, "app": PersonKind.APP, "customer": PersonKind.CUSTOMER}
NOBODY = Person("jira", "", "", "somebody unknown", PersonKind.CUSTOMER, active=False)
"""Who stands where Jira names no author: anonymous users of Data Center, deleted accounts. Holds nothing."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Change:
    """One line of the changelog. ``field`` is the field's id; Data Center has none there for custom fields:
    ``custom:<name>``.
    """

    at: datetime
    author: Person
    field: str
    before: str
    after: str


@dataclass(frozen=True)
class Story:
    """The changelog, oldest first. ``is_whole`` tells whether it reaches back to the issue's creation by ``creator``.

    ``labels`` are those that the issue carries now, in lower case, as far as they were asked for.
    """

    creator: Person
    changes: tuple[Change, ...]
    is_whole: bool
    labels: frozenset[str] = frozenset()

    def last_change(self, *fields: str) -> Change | None:
        """Return the newest change of one of the fields, or ``None``."""
        return next((each for each in reversed(self.changes) if each.field in fields), None)

    def labelled_by(self, label: str) -> Person | None:
        """Return who put the label there last: at the creation, where no change did. ``None`` where that cannot be
        seen.
        """
        wanted = label.casefold()
        if wanted not in self.labels:
            return None
        for change in reversed(self.changes):
            # One string of labels, joined by blanks, on either side.
            if change.field == "labels" and wanted in _words(change.after) and wanted not in _words(change.before):
                return change.author
        return self.creator if self.is_whole else None

    def edited_by(self, fields: frozenset[str]) -> Person | None:
        """Return who changed one of the fields last: the creator, where nobody did. ``None`` where that cannot be
        seen.
        """
        change = self.last_change(*fields)
        return change.author if change else self.creator if self.is_whole else None


def story_of(raw: Raw) -> Story:
    """Return the story of an issue that was read with ``expand=changelog``."""
    fields, log = raw.get("fields") or {}, raw.get("changelog") or {}
    histories = log.get("histories") or ()
    # Cloud lists the newest entry first, Data Center the oldest; of equal instants the later entry has the higher id.
    entries = sorted(
        histories, key=lambda each: (instant(each.get("created")) or LONG_AGO, int(str(each.get("id") or 0)))
    )
    changes = tuple(
        Change(
            instant(entry.get("created")) or LONG_AGO,
            person_of(entry.get("author")),
            _field(item),
            str(item.get("fromString") or ""),
            str(item.get("toString") or ""),
        )
        for entry in entries
        for item in entry.get("items") or ()
    )
    is_whole = "changelog" in raw and len(histories) >= int(log.get("total") or 0)
    creator = person_of(fields.get("creator") or fields.get("reporter"))
    return Story(creator, changes, is_whole, frozenset(str(each).casefold() for each in fields.get("labels") or ()))


def person_of(raw: Any) -> Person:
    """Return an account. On Cloud ``accountId`` is id and handle; on Data Center ``key`` is the id and ``name`` the
    handle.
    """
    if not isinstance(raw, Mapping):
        return NOBODY
    active, name = raw.get("active", True) is True, str(raw.get("displayName") or "")
    if account := raw.get("accountId"):
        # "unknown" is Jira's word for accounts that it cannot tell; they hold nothing.
        kind = _KINDS.get(str(raw.get("accountType", "atlassian")), PersonKind.APP)
        return Person("jira", str(account), str(account), name, kind, active)
    handle = str(raw.get("name") or raw.get("key") or "")
    return Person("jira", str(raw.get("key") or handle), handle, name, PersonKind.HUMAN, active) if handle else NOBODY


def instant(text: Any) -> datetime | None:
    """Return an instant of Jira's (``2026-11-23T10:00:00.000+0000``) as aware UTC, or ``None`` where it is none."""
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def _field(item: Raw) -> str:
    name = str(item.get("field") or "")
    # A custom field may be called "status"; its type tells it apart.
    return str(item.get("fieldId") or (f"custom:{name}" if item.get("fieldtype") == "custom" else name))


def _words(labels: str) -> frozenset[str]:
    return frozenset(labels.casefold().split())
