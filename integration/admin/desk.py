"""What can be done on the admin page, without a page: read, check, preview, publish, roll back. The folder stays the truth; what is published is
written to its files, put in force and audited while nobody else may write.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from integration.ledger.ledger import Ledger
from integration.ledger.policies import PUBLISHED, ROLLED_BACK
from integration.ledger.records import Publication, Rejection
from integration.postmortem.people import Person
from integration.work.policies import loaded_in_force
from integration.work.rehearsing import Edit
from mappings.errors import MappingError, MappingErrors
from mappings.folder import locked, write_texts
from mappings.loading import LoadedPolicy, is_own_text, load_texts, read_texts, shipped_text
from mappings.shape import STEMS

MOST_VERSIONS = 50
SITE = "admin"  # Where names are kept that were given on the page: no tracker vouches for them.
Rehearse = Callable[[LoadedPolicy, LoadedPolicy, bool], Edit]


class ChangedMeanwhile(Exception):
    """Somebody else has written what is to be replaced; nothing was written."""


class UnknownVersion(LookupError):
    """No policy of this hash was ever in force."""


@dataclass(frozen=True)
class File:
    """A mapping file. ``is_there`` is false for one of which the shipped text holds; ``base`` tells later whether it was changed meanwhile."""

    name: str
    text: str
    is_there: bool
    base: str


@dataclass(frozen=True)
class Desk:
    """The desk over a folder and a ledger. ``rehearse`` compares two policies, over open incidents where its last argument is true."""

    folder: Path
    ledger: Ledger
    clock: Callable[[], datetime]
    rehearse: Rehearse

    def files(self) -> tuple[File, ...]:
        """Return the seven files and those of projects, whether they are in the folder or not. Raises ``MappingErrors``."""
        texts = read_texts(self.folder)
        names = (*(f"{stem}.yaml" for stem in STEMS), *(name for name in texts if name.startswith("projects/")))
        return tuple(_file(name, texts) for name in names)

    def file(self, name: str) -> File:
        """Return one file; of one that is not there the shipped text, or an empty one. Raises ``MappingErrors``."""
        return _file(name, read_texts(self.folder))

    def problems(self, name: str | None = None, text: str = "") -> tuple[MappingError, ...]:
        """Return what is wrong with the set, with ``text`` in the place of a file where one is named."""
        try:
            self._loaded(name, text)
        except MappingErrors as broken:
            return broken.errors
        return ()

    def preview(self, name: str, text: str) -> Edit:
        """Return what an edit would change, over open incidents. Raises ``MappingErrors``."""
        return self.rehearse(self._in_force(), self._loaded(name, text), True)

    def publish(self, name: str, text: str, base: str, by: str) -> str:
        """Write one file and put the set in force; return its hash. Raises ``ChangedMeanwhile``, ``MappingErrors`` or ``OSError``."""
        with locked(self.folder, exclusive=True):
            texts = read_texts(self.folder)
            if _base(texts.get(name)) != base:
                raise ChangedMeanwhile
            return self._put({name: text}, load_texts(texts | {name: text}), by, PUBLISHED)

    def history(self) -> tuple[Publication, ...]:
        """Return who put what in force and when, the latest first."""
        return self.ledger.policy_history(MOST_VERSIONS)

    def in_force(self) -> str | None:
        """Return the hash of the policy in force, or None before any was published."""
        active = self.ledger.active_policy()
        return active[0] if active else None

    def refused(self) -> Rejection | None:
        """Return the edit of the folder that the service refused and that nobody has mended yet."""
        return self.ledger.last_rejection()

    def base(self) -> str:
        """Return what tells later whether anything in the folder was changed meanwhile. Raises ``MappingErrors``."""
        return _folder_base(read_texts(self.folder))

    def version(self, policy: str, *, over_incidents: bool) -> Edit:
        """Return what going back to an earlier policy would change. Raises ``UnknownVersion`` or ``MappingErrors``."""
        texts = read_texts(self.folder)
        after = load_texts(_changed(texts, _way_back(texts, self._version(policy))))
        return self.rehearse(self._in_force(), after, over_incidents)

    def roll_back(self, policy: str, base: str, by: str) -> str:
        """Write the files of an earlier policy again and put it in force; return its hash now. Raises as ``publish``, and ``UnknownVersion``."""
        wanted = self._version(policy)
        with locked(self.folder, exclusive=True):
            texts = read_texts(self.folder)
            if _folder_base(texts) != base:
                raise ChangedMeanwhile
            changes = _way_back(texts, wanted)
            return self._put(changes, load_texts(_changed(texts, changes)), by, ROLLED_BACK)

    def _loaded(self, name: str | None, text: str) -> LoadedPolicy:
        texts = read_texts(self.folder)
        return load_texts(texts | {name: text} if name else texts)

    def _in_force(self) -> LoadedPolicy:
        return loaded_in_force(self.ledger, self.folder)

    def _version(self, policy: str) -> dict[str, str]:
        texts = self.ledger.policy_files(policy)
        if not texts:
            raise UnknownVersion(policy)
        return texts

    def _put(self, changes: Mapping[str, str | None], after: LoadedPolicy, by: str, kind: str) -> str:
        """Write the files, then put the policy in force: the service, should it read them first, finds the same."""
        weaker = self.rehearse(self._in_force(), after, False).weaker
        write_texts(self.folder, changes)
        digests = {
            name: hashlib.sha256(text.encode()).hexdigest() if text is not None else ""
            for name, text in changes.items()
        }
        self.ledger.publish_policy(
            after.content_hash,
            after.files,
            self.clock(),
            Person(SITE, by, by, by),
            weakenings=tuple(found.sentence for found in weaker),
            kind=kind,
            edited=digests,
        )
        return after.content_hash


def _way_back(texts: Mapping[str, str], wanted: Mapping[str, str]) -> dict[str, str | None]:
    """Return what to write and what to take away. A file that was not an admin's then is taken away, since the shipped one held."""
    changes: dict[str, str | None] = {name: None for name in texts if name not in wanted}
    for name, text in wanted.items():
        if is_own_text(name, text):
            changes |= {name: text} if texts.get(name) != text else {}
        elif name in texts and is_own_text(name, texts[name]):
            changes[name] = None
    return changes


def _changed(texts: Mapping[str, str], changes: Mapping[str, str | None]) -> dict[str, str]:
    return {name: text for name, text in {**texts, **changes}.items() if text is not None}


def _file(name: str, texts: Mapping[str, str]) -> File:
    return File(name, texts.get(name, _shipped(name)), name in texts, _base(texts.get(name)))


def _shipped(name: str) -> str:
    stem = name.removesuffix(".yaml")
    return shipped_text(stem) if stem in STEMS else ""


def _base(text: str | None) -> str:
    return "" if text is None else hashlib.sha256(text.encode()).hexdigest()


def _folder_base(texts: Mapping[str, str]) -> str:
    return hashlib.sha256("\n".join(f"{name} {_base(texts[name])}" for name in sorted(texts)).encode()).hexdigest()
