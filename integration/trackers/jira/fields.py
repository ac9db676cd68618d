"""The fields of one Jira site, as it lists them: which there are, of what type, and which one is meant by a name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

NEWS_AFTER = timedelta(minutes=10)  # How long the site's list of fields is taken for whole.


@dataclass(frozen=True)
class FieldInfo:
    """A field of the site: ``kind`` is the type of its values (``option``, ``string`` …), ``custom`` what kind of custom field it is."""

    id: str
    name: str
    kind: str
    custom: str = ""


class SiteFields:
    """The list of fields, asked with ``read`` once, when it is first needed. Whatever ``read`` raises is raised."""

    def __init__(self, read: Callable[[], list[dict[str, Any]]], clock: Callable[[], datetime]) -> None:
        self._read, self._clock = read, clock
        self._known: tuple[FieldInfo, ...] | None = None
        self._read_at: datetime | None = None

    def all(self) -> tuple[FieldInfo, ...]:
        """Return every field of the site."""
        if self._known is None:
            self._read_at = self._clock()
            self._known = tuple(map(_info, self._read()))
        return self._known

    def custom(self) -> list[FieldInfo]:
        """Return the fields that somebody made on this site."""
        return [each for each in self.all() if each.id.startswith("customfield_")]

    def type_of(self, field: str) -> str:
        """Return the type of a field's values, empty where Jira has no such field."""
        return next((each.kind for each in self.all() if each.id == field), "")

    def has(self, field: str) -> bool:
        """Tell whether Jira has a field of that id."""
        return any(each.id == field for each in self.all())

    def called(self, named: str) -> FieldInfo | None:
        """Return the custom field with that id, or else the only one with that name; names are compared without case.

        Where there is none it is looked for again after a while: an administrator may make it while we run.
        """
        found = self._custom_called(named)
        if found is None and self._read_at is not None and self._clock() - self._read_at > NEWS_AFTER:
            self._known = None
            found = self._custom_called(named)
        return found

    def _custom_called(self, named: str) -> FieldInfo | None:
        custom = self.custom()
        by_name = [each for each in custom if each.name.casefold() == named.casefold()]
        by_id = next((each for each in custom if each.id == named), None)
        return by_id or (by_name[0] if len(by_name) == 1 else None)


def _info(raw: dict[str, Any]) -> FieldInfo:
    schema = raw.get("schema") or {}
    return FieldInfo(
        str(raw.get("id")), str(raw.get("name") or ""), str(schema.get("type") or ""), str(schema.get("custom") or "")
    )
