"""Forgetting a person: names and account id go, what they decided stays, and the audit chain stays valid (S25)."""

import re
import secrets
from datetime import datetime

from sqlalchemy import Row, or_, select, update

from integration.ledger.chain import Plain, Writing
from integration.ledger.decisions import text_digest
from integration.ledger.people import SALT_BYTES
from integration.ledger.tables import decisions, people

_FREE_TEXT = ("args", "authority", "reason", "subject")


def erase_person(writing: Writing, site: str, account_id: str, now: datetime) -> bool:
    """Forget an account; return whether it was known.

    Its rows then show ``erased/<number>``. Free text of decisions that mentions the account loses the mention; the
    chain's new entry holds the new digests of those texts, so that they can still be checked.
    """
    connection = writing.connection
    person = connection.execute(
        select(people).where(people.c.site == site, people.c.account_id == account_id)
    ).one_or_none()
    if person is None:
        return False
    stand_in = f"erased/{person.id}"
    redacted = _redact(writing, (person.account_id, person.handle, person.name), stand_in)
    forgotten = {"account_id": stand_in, "handle": stand_in, "name": "", "salt": None, "erased_at": now}
    connection.execute(update(people).where(people.c.id == person.id).values(active=False, **forgotten))
    writing.trail.note("person.erased", now, {"person": person.digest, "decisions": redacted})
    return True


def _redact(writing: Writing, mentions: tuple[str, ...], stand_in: str) -> dict[str, Plain]:
    """Replace mentions in the free text of decisions; return the new digests by the number of the entry that vouches
    for each.
    """
    words = sorted({word for word in mentions if word}, key=len, reverse=True)
    if not words:
        return {}
    columns = [decisions.c[name] for name in _FREE_TEXT]
    touched = or_(*(column.icontains(word, autoescape=True) for column in columns for word in words))
    redacted: dict[str, Plain] = {}
    for row in writing.connection.execute(select(decisions).where(touched)).all():
        texts = _texts(row, words, stand_in)
        if texts is None:
            continue
        texts["args_salt"] = secrets.token_hex(SALT_BYTES)
        writing.connection.execute(update(decisions).where(decisions.c.id == row.id).values(**texts))
        redacted[str(row.audit_seq)] = text_digest(texts)
    return redacted


def _texts(row: Row[*tuple[object, ...]], words: list[str], stand_in: str) -> dict[str, str] | None:
    was = row._asdict()
    # A bare number is an account id only in a subject; in a sentence it is rather a pull request or a date.
    spoken = [word for word in words if not word.isdecimal()]
    told = {name: words if name == "subject" else spoken for name in _FREE_TEXT}
    texts = {name: _without(str(was[name]), told[name], stand_in) for name in _FREE_TEXT}
    return None if all(texts[name] == was[name] for name in _FREE_TEXT) else texts


def _without(text: str, words: list[str], stand_in: str) -> str:
    if not words:
        return text
    pattern = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)
    return re.sub(pattern, stand_in, text, flags=re.IGNORECASE)
