"""What came back, and what held: answers to recurrences and to checks of effectiveness, counted. Read from decisions and marks; nobody's name is read here."""

from datetime import datetime

from sqlalchemy import func, select

from integration.ledger.marking import CHECK
from integration.ledger.tables import cases, decisions, marks
from integration.ledger.windows import Counting
from integration.postmortem.practice import Checks
from integration.postmortem.rules.lasting import ANSWERS, STILL
from integration.postmortem.rules.recurrence_words import ANSWERS as SAID
from integration.postmortem.rules.recurrence_words import OF

_GRANTED = (decisions.c.accepted, decisions.c.confirmed)


def came_back(of: Counting) -> int:
    """Return how many incidents were opened in the window of which people say that they are an earlier one come back."""
    last = select(func.max(decisions.c.id)).where(*_GRANTED, decisions.c.word.in_(SAID)).group_by(decisions.c.case_id)
    counted = select(func.count()).select_from(decisions.join(cases, decisions.c.case_id == cases.c.id))
    said = counted.where(of.opened, decisions.c.word == OF, decisions.c.id.in_(last))
    return of.connection.execute(said).scalar_one()


def checks(of: Counting) -> Checks:
    """Of the checks that were asked in the window, one for each action: how they were answered until now."""
    mine = (marks.c.kind == CHECK, marks.c.at >= of.start, marks.c.at < of.end, of.of_these(marks.c.case_id))
    asked = of.connection.execute(select(marks.c.case_id, marks.c.subject, marks.c.at).where(*mine)).all()
    given = select(decisions.c.case_id, decisions.c.word, decisions.c.subject, decisions.c.at).where(
        *_GRANTED, decisions.c.word.in_(ANSWERS), decisions.c.at >= of.start, of.of_these(decisions.c.case_id)
    )
    answers: dict[tuple[int, str], list[tuple[datetime, str]]] = {}
    for case, word, subject, at in of.connection.execute(given.order_by(decisions.c.id)):
        for action in subject.split():
            answers.setdefault((case, action), []).append((at, word))
    found = [
        next((word for at, word in answers.get((case, subject.rpartition(":")[0]), ()) if at >= since), "")
        for case, subject, since in asked
    ]
    holds = found.count(STILL)
    return Checks(len(found), holds, sum(bool(word) for word in found) - holds)
