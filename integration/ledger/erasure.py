"""Forgetting a person: names and account id go, what they decided stays, and the audit chain stays valid (S25)."""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, or_, select, union, union_all, update

from integration.errors import ErasureRefused
from integration.ledger import holding
from integration.ledger.cases import ref_of
from integration.ledger.chain import Plain, Writing
from integration.ledger.decisions import text_digest
from integration.ledger.lost import is_lost
from integration.ledger.people import SALT_BYTES
from integration.ledger.rolling import roll
from integration.ledger.tables import actions, cases, decisions, lessons, owners, people, recollections, recommendations
from integration.postmortem.incident import IssueRef
from integration.postmortem.people import Person

_FREE_TEXT = ("args", "authority", "reason", "subject")


@dataclass(frozen=True)
class Mention:
    """A case of which words that are kept here speak of somebody. ``is_lost`` where its issue cannot be found: no look brings its words up to date."""

    case: IssueRef
    is_lost: bool


def mentions(connection: Connection, person: Person) -> tuple[Mention, ...]:
    """Return the cases of which title, actions, lessons or words for finding it again speak of an account: what erasing the person does not reach."""
    words = _spoken((person.id, person.handle, person.name))
    if not words:
        return ()
    kept = (
        select(cases.c.id.label("row"), cases.c.title.label("text")),
        select(actions.c.case_id, actions.c.description),
        select(lessons.c.case_id, lessons.c.text),
        select(recommendations.c.case_id, recommendations.c.text),
        select(recollections.c.case_id, recollections.c.text),
    )
    text = union_all(*kept).subquery()
    told = or_(*(text.c.text.icontains(word, autoescape=True) for word in words))
    pattern = _pattern(words)
    rows = {row.row for row in connection.execute(select(text).where(told)) if pattern.search(row.text)}
    listed = select(cases.c.id, cases.c.site, cases.c.issue_id, cases.c.locator, cases.c.url).where(
        cases.c.id.in_(rows)
    )
    return tuple(
        Mention(ref_of(*row[1:]), is_lost(connection, row.id))
        for row in connection.execute(listed.order_by(cases.c.id)).all()
    )


def erase_person(writing: Writing, site: str, account_id: str, now: datetime) -> bool:
    """Forget an account; return whether it was known.

    Its rows then show ``erased/<number>``. Free text of decisions that mentions the account loses the mention; the
    chain's new entry holds the new digests of those texts, so that they can still be checked. Raises :class:`ErasureRefused` where the person
    took part in a case that is held.
    """
    connection = writing.connection
    person = connection.execute(
        select(people).where(people.c.site == site, people.c.account_id == account_id)
    ).one_or_none()
    if person is None:
        return False
    _require_free(connection, person.id)
    stand_in = f"erased/{person.id}"
    redacted = _redact(writing, (person.account_id, person.handle, person.name), stand_in)
    forgotten = {"account_id": stand_in, "handle": stand_in, "name": "", "salt": None, "erased_at": now}
    connection.execute(update(people).where(people.c.id == person.id).values(active=False, **forgotten))
    writing.trail.note("person.erased", now, {"person": person.digest, "decisions": redacted})
    return True


def _require_free(connection: Connection, person: int) -> None:
    """Raise where a legal hold stands against forgetting somebody: in what is held it has to stay readable who decided and who owned."""
    held = holding.held(connection)
    if not held:
        return
    took_part = union(
        select(decisions.c.case_id).where(decisions.c.actor_id == person),
        select(actions.c.case_id).where(or_(actions.c.owner_id == person, actions.c.row_owner_id == person)),
        select(actions.c.case_id).join(owners, owners.c.action_id == actions.c.id).where(owners.c.person_id == person),
    )
    mine = cases.c.id.in_(took_part), cases.c.id.in_(_rows(connection, held))
    found = list(connection.execute(select(cases.c.locator).where(*mine).order_by(cases.c.id)).scalars())
    if found:
        raise ErasureRefused(f"This person took part in what is on legal hold: {', '.join(found)}.")


def _rows(connection: Connection, keys: frozenset[str]) -> frozenset[int]:
    key = cases.c.site + ":" + cases.c.issue_id
    return frozenset(connection.execute(select(cases.c.id).where(key.in_(sorted(keys)))).scalars())


def _redact(writing: Writing, mentions: tuple[str, ...], stand_in: str) -> dict[str, Plain]:
    """Replace mentions in the free text of decisions; return the new digests by the number of the entry that vouches
    for each.
    """
    words = sorted({word for word in mentions if word}, key=len, reverse=True)
    if not words:
        return {}
    columns = [decisions.c[name] for name in _FREE_TEXT]
    touched = or_(*(column.icontains(word, autoescape=True) for column in columns for word in words))
    held = _rows(writing.connection, holding.held(writing.connection))
    redacted: dict[str, Plain] = {}
    for row in writing.connection.execute(select(decisions).where(touched)).all():
        texts = _texts(row, words, stand_in)
        if texts is None:
            continue
        if row.case_id in held:
            raise ErasureRefused(
                "A decision on what is on legal hold names this person. `followthrough holds` lists what is."
            )
        texts["args_salt"] = secrets.token_hex(SALT_BYTES)
        writing.connection.execute(update(decisions).where(decisions.c.id == row.id).values(**texts))
        redacted[str(row.audit_seq)] = text_digest(texts)
        roll(writing.connection, row.case_id)
    return redacted


def _texts(row: Row[*tuple[object, ...]], words: list[str], stand_in: str) -> dict[str, str] | None:
    was = row._asdict()
    spoken = _spoken(words)
    told = {name: words if name == "subject" else spoken for name in _FREE_TEXT}
    texts = {name: _without(str(was[name]), told[name], stand_in) for name in _FREE_TEXT}
    return None if all(texts[name] == was[name] for name in _FREE_TEXT) else texts


def _spoken(words: Iterable[str]) -> list[str]:
    """Return the words that name somebody in a sentence. A bare number is an account id only in a subject; elsewhere it is rather a pull request or a date."""
    return [word for word in words if word and not word.isdecimal()]


def _pattern(words: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words), re.IGNORECASE)


def _without(text: str, words: list[str], stand_in: str) -> str:
    return _pattern(words).sub(stand_in, text) if words else text
