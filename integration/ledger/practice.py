"""How the practice goes: post-mortems, leads, chains, proofs, what was asked for, and lines of the policy. Nobody's name is read here."""

import json
from datetime import datetime

from sqlalchemy import select

from integration.ledger.lengths import to_finish, to_verify
from integration.ledger.persisting import came_back, checks
from integration.ledger.policies import PUBLISHED, ROLLED_BACK
from integration.ledger.tables import audit
from integration.ledger.totals import Totals
from integration.ledger.windows import NEAR_MISS, Counting
from integration.postmortem.chains import Ending
from integration.postmortem.practice import Practice, Resources
from integration.postmortem.shares import Part


def practice(of: Counting, found: Totals) -> Practice:
    """Count the practice of one window; ``found`` has what is counted for it already."""
    severities, asked = found.of("severity"), found.of("asked")
    incidents = sum(severities.values())
    return Practice(
        to_finish=to_finish(of, incidents - severities.get(NEAR_MISS, 0)),
        # Of the post-mortems that were finished in the window: those that were in review no second time, and are finished still.
        first_pass=_part(found, "first pass", "at once"),
        # Of the causes that have a chain: those whose chain ends at something in the system.
        systemic=_part(found, "chain", Ending.SYSTEM.value),
        # Of the incidents whose lead and participants are known: those whose lead is not among them.
        independent=_part(found, "lead", "apart"),
        to_verify=to_verify(of),
        resources=Resources(asked=sum(asked.values()), **asked),
        weakened=_weakened(of),
        came_back=Part(came_back(of), incidents),
        checks=checks(of),
    )


def _part(found: Totals, what: str, name: str) -> Part:
    return Part(found.of(what).get(name, 0), found.all(what))


def _weakened(of: Counting) -> tuple[str, ...]:
    """Return the lines of the policy that were made easier in the window, as the audit chain tells them; the policy is one for all projects."""
    listed = select(audit.c.at, audit.c.body).where(audit.c.kind.in_((PUBLISHED, ROLLED_BACK))).order_by(audit.c.seq)
    found: list[str] = []
    for at, body in of.connection.execute(listed):
        if of.start <= datetime.fromisoformat(at) < of.end:
            found += json.loads(body).get("weakenings", ())
    return tuple(dict.fromkeys(found))
