"""Verdicts on the commands that take an issue for an incident, or end one without its post-mortem (issue 5, "No way around")."""

from integration.postmortem.reading.arguments import read_severity
from integration.postmortem.reading.commands import Command
from integration.postmortem.rules.bench import Bench, Verdict, elsewhere_than, needs
from integration.postmortem.rules.ending import (
    DUPLICATE,
    INCIDENT,
    NOT_INCIDENT,
    OF_AN_INCIDENT,
    ended,
    is_labelled,
    original_named,
)
from mappings.models import Severity


def judge_incident_word(said: Command, bench: Bench) -> Verdict:
    """Judge ``/incident sevN``: it takes on what was asked about, or what somebody ended before."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = read_severity(said.args)
    if named is None:
        return Verdict.refuse("form", "it needs a severity", "For example: `/incident sev2`")
    is_ended = ended(bench.memory.decisions, bench.case.incident.ref.key) is not None
    if _is_incident(bench) and not is_ended:
        return Verdict.refuse("is_incident", "it is an incident already", "Its severity: `/severity sev2 <why>`.")
    return Verdict(True, Severity(named).value, needs=needs(bench, INCIDENT))


def judge_not_incident(said: Command, bench: Bench) -> Verdict:
    """Judge ``/not-incident <why>``; of a governed incident it takes the authority to set findings aside."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    if not said.args:
        return Verdict.refuse("form", "it needs a reason", "For example: `/not-incident a planned release`")
    if _is_incident(bench):
        return Verdict(True, NOT_INCIDENT, subject=OF_AN_INCIDENT, needs=needs(bench, "waive"))
    return Verdict(True, NOT_INCIDENT, needs=needs(bench, NOT_INCIDENT))


def judge_duplicate(said: Command, bench: Bench) -> Verdict:
    """Judge ``/duplicate-of #12``: only a governed incident of the same project can carry the work of another one."""
    if elsewhere := elsewhere_than(bench, ticket=False):
        return elsewhere
    named = original_named(said, bench.case.incident)
    original = bench.facts.incidents.get(named.casefold()) if named else None
    if original is None:
        return Verdict.refuse(
            "no_incident",
            "I know no other incident of that name here that is governed",
            "Please name one of this project, for example: `/duplicate-of #12`",
        )
    return Verdict(True, named, subject=str(original), needs=needs(bench, DUPLICATE))


def _is_incident(bench: Bench) -> bool:
    return bench.memory.governed or is_labelled(bench.case.incident, bench.policy)
