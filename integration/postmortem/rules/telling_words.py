"""What the words mean that tell of the incident itself: ``/severity``, ``/criteria``, ``/resolved``, ``/note`` and ``/client``."""

from zoneinfo import ZoneInfo

from integration.postmortem.reading.arguments import A_MINUTE, Told, read_severity, read_told
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.criteria import NONE
from mappings.models import Severity


def judge_severity_word(said: Command, bench: Bench) -> Verdict:
    """Judge ``/severity sevN <why>``; lowering takes more authority than setting or raising."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = read_severity(said.args)
    reason = said.args.partition(" ")[2].strip()
    if named is None or not reason:
        return Verdict.refuse(
            "form", "it needs a severity and a reason", "For example: `/severity sev2 wrong answers for two days`"
        )
    # What counts is the severity in force, not the recorded one: at the first look nothing is recorded yet.
    wanted, before = Severity(named), bench.severity
    lower = before is not None and wanted.is_below(before)
    was = before.value if before is not None and lower else ""
    return Verdict(True, wanted.value, subject=was, needs=needs(bench, "severity-lower" if lower else "severity"))


def judge_criteria_word(said: Command, bench: Bench) -> Verdict:
    """Judge ``/criteria <names>``, or ``/criteria none``: which graver criteria are met."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    names = [word for word in said.args.replace(",", " ").split() if word.casefold() != "and"]
    if [name.casefold() for name in names] == [NONE]:
        return Verdict(True, NONE, needs=needs(bench, "criteria"))
    found = [bench.policy.severity.criterion(name) for name in names]
    known = [criterion.id for criterion in found if criterion is not None]
    if not names or len(known) < len(names):
        offered = ", ".join(f"`{entry.id.replace('_', '-')}`" for entry in bench.policy.severity.grave())
        return Verdict.refuse(
            "criterion_unknown", "it needs the names of criteria, or none", f"`/criteria none`, or some of {offered}"
        )
    return Verdict(True, " ".join(dict.fromkeys(known)), needs=needs(bench, "criteria"))


def judge_resolved(said: Command, bench: Bench) -> Verdict:
    """Judge ``/resolved [time]``: since when it is over."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    told = _told(said, bench)
    if told.at is None:
        return Verdict.refuse(
            "form", f"the time “{told.time[:40]}” is not clear", "For example: `/resolved 2026-11-18 13:20 UTC`"
        )
    return _ahead(told, bench) or Verdict(True, told.at.isoformat(), needs=needs(bench, "resolved"))


def _told(said: Command, bench: Bench) -> Told:
    return read_told(said.args, bench.comment.created_at, ZoneInfo(bench.policy.clocks.zone))


def _ahead(told: Told, bench: Bench) -> Verdict | None:
    if told.at is None or told.at <= bench.comment.created_at + A_MINUTE:
        return None
    return Verdict.refuse("date", "the time lies ahead", "Without a time, it is the time of your comment.")


def judge_note(said: Command, bench: Bench) -> Verdict:
    """Judge ``/note [time] <text>``: a line for the timeline."""
    if not said.args:
        return Verdict.refuse("form", "the note is empty", "For example: `/note 09:00 release 41 went out`")
    told = _told(said, bench)
    at = told.at.isoformat() if told.at else ""
    return _ahead(told, bench) or Verdict(True, said.args[:300], subject=at, needs=needs(bench, "note"))


def judge_client(said: Command, bench: Bench) -> Verdict:
    """Judge ``/client <name>``, one of those that the mapping lists where it lists any."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a name", "For example: `/client Nordlicht`")
    known = bench.policy.service.clients
    name = next(
        (client for client in known if client.casefold() == said.args.casefold()), None if known else said.args[:100]
    )
    if not name:
        return Verdict.refuse(
            "client_unknown", "the mapping does not list this client", "Please use a name that the mapping lists."
        )
    return Verdict(True, name, needs=needs(bench, "client"))
