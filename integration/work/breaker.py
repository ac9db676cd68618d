"""The circuit breaker: when far more reopenings or creations are wanted in a project than is usual, writing stops there and a person is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from integration.ledger.ledger import Ledger
from integration.postmortem.commands import Command, EnsureActionTicket, EnsureOpen
from integration.postmortem.incident import IssueRef
from mappings.models import Policy

HOUR = timedelta(hours=1)


class Breaker:
    """Counts what one project wants in an hour against what the mapping always allows and what is usual there."""

    def __init__(self, ledger: Ledger, policy: Policy, incident: IssueRef, now: datetime) -> None:
        self._ledger, self._policy, self._incident, self._now = ledger, policy, incident, now

    def allows(self, wanted: Sequence[Command]) -> bool:
        """Tell whether these commands may be carried out; otherwise writing in the project stops until somebody resumes it."""
        site, project = self._incident.key.site, self._incident.project
        limits = self._policy.service.circuit_breaker
        for kind, what, always in (
            (EnsureOpen, "reopenings", limits.reopenings_per_hour),
            (EnsureActionTicket, "new tickets", limits.creations_per_hour),
        ):
            count = sum(isinstance(command, kind) for command in wanted)
            if count == 0:
                continue
            since = self._now - HOUR
            ledger = self._ledger
            before = (
                ledger.reopenings_since(site, project, since)
                if kind is EnsureOpen
                else ledger.creations_since(site, project, since)
            )
            if before + count <= always:
                continue
            created, reopened = ledger.usual_per_hour(site, project, self._now)
            usual = reopened if kind is EnsureOpen else created
            if before + count <= limits.times_usual * usual:
                continue
            self._open(
                f"{before + count} {what} were wanted within an hour; {always} are always allowed, {usual:.1f} are usual"
            )
            return False
        return True

    def _open(self, reason: str) -> None:
        self._ledger.open_breaker(self._incident.key.site, self._incident.project, reason, self._now)
        structlog.get_logger(__name__).warning("breaker_opened", project=self._incident.project, why=reason)
