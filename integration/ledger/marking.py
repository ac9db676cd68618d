"""Facts about a case that are true once and for ever: what was said, which issue was opened again when, when it was finished."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from sqlalchemy import bindparam, insert, select

from integration.ledger.chain import Plain, Writing
from integration.ledger.columns import storable
from integration.ledger.records import LookRecord
from integration.ledger.tables import marks
from integration.postmortem.incident import IssueKey, IssueRef

CHECK = "check"
"""The mark of a question whether an action still holds: the action and the day."""
FINISHED = "finished"
"""The mark of when a post-mortem was first finished; a case has one at most."""
_REVIEW = "review"
_SILENT = ("said", "taken", "due", _REVIEW, "asked", "offered", CHECK, FINISHED)
"""What was said was a creation, which its intent has put into the chain already; being taken on, agreed dates and phases have entries of
their own; what a row asks for stands in the post-mortem."""
_OF_CASE = select(marks.c.kind, marks.c.subject, marks.c.at).where(marks.c.case_id == bindparam("row"))


@dataclass(frozen=True)
class Look:
    """What every step of recording needs: the transaction, the case, its row, and the instant."""

    writing: Writing
    case: IssueRef
    row: int
    now: datetime

    @cached_property
    def marked(self) -> frozenset[tuple[str, str, datetime]]:
        """Return what was marked before this look: kind, subject, instant."""
        return frozenset(
            (kind, subject, at) for kind, subject, at in self.writing.connection.execute(_OF_CASE, {"row": self.row})
        )

    @cached_property
    def known(self) -> frozenset[tuple[str, str]]:
        """Return what was marked before this look, whenever that was."""
        return frozenset((kind, subject) for kind, subject, _ in self.marked)

    def has(self, kind: str) -> bool:
        """Tell whether anything of a kind was marked before this look."""
        return any(kind == each for each, _ in self.known)

    def note(self, kind: str, body: dict[str, Plain]) -> None:
        """Put an entry about the case into the chain."""
        self.writing.trail.note(kind, self.now, body, self.case.key)


def mark(look: Look, kind: str, subjects: Iterable[str]) -> None:
    """Remember facts that are true once and for ever, and put the new ones into the chain."""
    wanted = frozenset(subjects)
    for subject in sorted(each for each in wanted if (kind, storable(each)) not in look.known):
        _add(look, kind, subject)


def reopened(look: Look, issues: tuple[IssueKey, ...]) -> None:
    """Remember that issues were opened again; the same at the same instant is one."""
    for subject in sorted({str(issue) for issue in issues}):
        if ("reopened", subject, look.now) not in look.marked:
            _add(look, "reopened", subject)


def reviewed(look: Look, *, is_under_way: bool) -> None:
    """Remember when a review began, and when it was over or its text became unfinished again: its clock starts anew then."""
    turns = ((at, subject) for kind, subject, at in look.marked if kind == _REVIEW)
    was = max(turns, default=(look.now, "over"))[1] == "begun"
    if was != is_under_way:
        _add(look, _REVIEW, "begun" if is_under_way else "over")


def finished(look: Look, record: LookRecord) -> None:
    """Remember when the authors were first done: what is changed in a review makes nothing late. An approval is of a finished text."""
    if record.finished_at is not None and not look.has(FINISHED):
        _add(look, FINISHED, str(look.case.key), at=min(filter(None, (record.finished_at, record.approved_at))))


def _add(look: Look, kind: str, subject: str, at: datetime | None = None) -> None:
    row = {"case_id": look.row, "kind": kind, "subject": subject, "at": at or look.now}
    look.writing.connection.execute(insert(marks).values(**row))
    if kind not in _SILENT:
        look.note(f"gate.{kind}", {"issue": subject})
