"""The circuit breaker: when far more reopenings or creations are wanted in a project than is usual, writing stops there and a person is asked."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from integration.ledger.ledger import Ledger
from integration.postmortem.commands import Command, EnsureActionTicket, EnsureLinkedIncident, EnsureOpen
from integration.postmortem.incident import IssueRef
from mappings.models import Policy

HOUR = timedelta(hours=1)


class Breaker:
    """Counts what one project wants in an hour against what the mapping always allows and what was usual there before that hour."""

    def __init__(self, ledger: Ledger, policy: Policy, incident: IssueRef, now: datetime) -> None:
        self._ledger, self._policy, self._incident, self._now = ledger, policy, incident, now

    def objection(self, wanted: Sequence[Command]) -> str:
        """Return why these commands must not be carried out, or an empty text."""
        site, project = self._incident.key.site, self._incident.project
        limits = self._policy.service.circuit_breaker
        for kind, what, always in (
            (EnsureOpen, "reopenings", limits.reopenings_per_hour),
            ((EnsureActionTicket, EnsureLinkedIncident), "new tickets", limits.creations_per_hour),
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
            created, reopened = ledger.usual_per_hour(site, project, since)
            usual = reopened if kind is EnsureOpen else created
            if before + count <= limits.times_usual * usual:
                continue
            return f"{before + count} {what} were wanted within an hour; {always} are always allowed, {usual:.1f} are usual"
        return ""

    def open(self, reason: str) -> None:
        """Stop writing in the project until somebody resumes it; audited."""
        self._ledger.open_breaker(self._incident.key.site, self._incident.project, reason, self._now)
        structlog.get_logger(__name__).warning("breaker_opened", project=self._incident.project, why=reason)
