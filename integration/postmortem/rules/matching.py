"""Which row is which remembered action: by id, else by text, else by the one clear likeness. Doubt is a finding, never a second ticket."""

import re
from dataclasses import dataclass

from integration.postmortem.decisions import RememberedAction
from integration.postmortem.reading.normalise import normalise, similarity
from integration.postmortem.remediation import ActionRow

ALIKE = 0.6  # Below this, two descriptions are about different things.
CLEARLY = 0.15  # The best likeness must lead the second best by this much.
_ID = re.compile(r"A([1-9]\d{0,2})")
_NUMBERED = re.compile(r"A(\d+)")


@dataclass(frozen=True)
class Matched:
    """A row, a remembered action, or both, under the id that we use for it. ``doubt`` says why the row could not be placed, or is empty."""

    action_id: str
    row: ActionRow | None
    remembered: RememberedAction | None
    doubt: str = ""


def match_rows(rows: tuple[ActionRow, ...], remembered: tuple[RememberedAction, ...]) -> tuple[Matched, ...]:
    """Pair rows with remembered actions; rows keep their order, actions whose row is gone follow. Ids are never used twice."""
    left = {action.action_id: action for action in remembered}
    pairs: dict[int, RememberedAction] = {}
    doubts = _clashing_ids(rows, left) | _repeated(rows)
    for way in (_by_id, _by_text):
        for index, row in enumerate(rows):
            found = None if index in pairs or index in doubts else way(row, left)
            if found is not None:
                pairs[index] = left.pop(found.action_id)
    _place_alike(rows, pairs, doubts, left)
    return _named(rows, pairs, doubts, left, remembered)


def _repeated(rows: tuple[ActionRow, ...]) -> dict[int, str]:
    """Find rows without an id that say word for word what another one says: the first of them counts, or the one with an id."""
    doubts = {}
    texts = [normalise(row.description) for row in rows]
    for index, (row, text) in enumerate(zip(rows, texts, strict=True)):
        if not text or _written_id(row) is not None:
            continue
        same = [other for other, said in enumerate(texts) if said == text and other != index]
        rival = next((other for other in same if other < index or _written_id(rows[other]) is not None), None)
        if rival is not None:
            doubts[index] = f"it says the same as {_written_id(rows[rival]) or f'row {rival + 1}'}"
    return doubts


def _clashing_ids(rows: tuple[ActionRow, ...], known: dict[str, RememberedAction]) -> dict[int, str]:
    """Find rows that share an id, and rows of which one has an action's id and another, or itself, another action's very text."""
    doubts: dict[int, str] = {}
    ids = [_written_id(row) for row in rows]
    said = [normalise(row.description) for row in rows]
    for index, (written, text) in enumerate(zip(ids, said, strict=True)):
        owners = sorted(action.action_id for action in known.values() if action.text == text)
        called = [(other, owner) for other, owner in enumerate(ids) if owner in owners and said[other] != text]
        if written is not None and ids.count(written) > 1:
            doubts[index] = f"several rows are called {written}"
        elif written in known and owners and written not in owners:
            doubts[index] = f"the id says {written}, the text is that of {owners[0]}"
        elif written is None and called:
            doubts[index] = f"its text is that of {called[0][1]}, and row {called[0][0] + 1} is called so"
        else:
            continue
        for other, owner in called:
            doubts.setdefault(other, f"the id says {owner}, but row {index + 1} has the text of {owner}")
    return doubts


def _written_id(row: ActionRow) -> str | None:
    match = _ID.fullmatch((row.id or "").strip().upper())
    return match.group(0) if match else None


def _by_id(row: ActionRow, left: dict[str, RememberedAction]) -> RememberedAction | None:
    written = _written_id(row)
    return left.get(written) if written else None


def _by_text(row: ActionRow, left: dict[str, RememberedAction]) -> RememberedAction | None:
    text = normalise(row.description)
    same = [action for action in left.values() if action.text == text]
    return same[0] if len(same) == 1 else None


def _place_alike(
    rows: tuple[ActionRow, ...],
    pairs: dict[int, RememberedAction],
    doubts: dict[int, str],
    left: dict[str, RememberedAction],
) -> None:
    """Pair rows that clearly resemble one action, the clear ones first, so that the order of rows decides nothing; the rest is in doubt.

    A row with an id of its own that is not remembered is a new action, however alike. An action that a doubtful row means by its id or by its very
    text is given to no other row meanwhile: its remembered text would become that row's, and the next look would find another doubt, or none.
    """
    claimed = _meant(tuple(rows[index] for index in doubts), left)
    texts = {i: normalise(row.description) for i, row in enumerate(rows) if _written_id(row) is None}
    while True:
        texts = {i: text for i, text in texts.items() if i not in pairs and i not in doubts}
        scores = {(i, a): similarity(text, left[a].text) for i, text in texts.items() for a in left}
        close = {pair: score for pair, score in scores.items() if score >= ALIKE}
        clear = [
            pair for pair, score in close.items() if pair[1] not in claimed and score - _rival(pair, close) >= CLEARLY
        ]
        if not clear:
            break
        for index, action_id in clear:
            pairs[index] = left.pop(action_id)
    for index in sorted({index for index, _ in close}):
        doubts[index] = "it could be " + " or ".join(sorted(a for i, a in close if i == index))


def _meant(doubtful: tuple[ActionRow, ...], left: dict[str, RememberedAction]) -> frozenset[str]:
    """Return the ids of the actions that rows mean by their id or by their very text."""
    ids = {_written_id(row) for row in doubtful}
    texts = {normalise(row.description) for row in doubtful}
    return frozenset(action_id for action_id, action in left.items() if action_id in ids or action.text in texts)


def _rival(pair: tuple[int, str], close: dict[tuple[int, str], float]) -> float:
    """Return the best likeness that the row has to another action, or another row to the action."""
    others = (score for (i, a), score in close.items() if (i == pair[0]) != (a == pair[1]))
    return max(others, default=0.0)


def _named(
    rows: tuple[ActionRow, ...],
    pairs: dict[int, RememberedAction],
    doubts: dict[int, str],
    gone: dict[str, RememberedAction],
    remembered: tuple[RememberedAction, ...],
) -> tuple[Matched, ...]:
    used = {action.action_id for action in remembered}
    wanted = [None if index in pairs else _written_id(row) for index, row in enumerate(rows)]
    used |= {written for index, written in enumerate(wanted) if written and index not in doubts}
    matched = []
    for index, row in enumerate(rows):
        if index in pairs:
            matched.append(Matched(pairs[index].action_id, row, pairs[index]))
        elif index in doubts:
            # Not under the id that it claims: that may be another's, and an id stands for one action.
            matched.append(Matched(f"row {index + 1}", row, None, doubts[index]))
        else:
            action_id = wanted[index] or _next_id(used)
            used.add(action_id)
            matched.append(Matched(action_id, row, None))
    return (*matched, *(Matched(action.action_id, None, action) for action in gone.values()))


def _next_id(used: set[str]) -> str:
    highest = max((int(match.group(1)) for match in map(_NUMBERED.fullmatch, used) if match), default=0)
    return f"A{highest + 1}"
