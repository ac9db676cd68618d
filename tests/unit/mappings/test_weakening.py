"""An edit that weakens the policy is noticed, one that strengthens it is not."""

import pytest

from mappings.loading import load_texts
from mappings.models import Policy
from mappings.strictness import NEUTRAL, RULES
from mappings.weakening import rule_keys, weakenings

SEVERITIES = "severities:\n  SEV1: {}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"
SECTIONS = ("summary", "timeline", "impact", "where_else", "root_causes", "contributing_factors", "remediation")


def a_policy(files: dict[str, str]) -> Policy:
    return load_texts({f"{name}.yaml": text for name, text in files.items()}).policy


def severity(number: int, change: str) -> dict[str, str]:
    return {"severity": SEVERITIES.replace(f"SEV{number}: {{}}", f"SEV{number}: {{{change}}}")}


def section(name: str, change: str) -> dict[str, str]:
    return {
        "projects/all": f"applies_to: ['github:*']\npostmortem: {{sections: {{{name}: {{{change}}}}}}}\n",
    }


# what was done → (changes of the shipped policy, key, before, after, sentence)
WEAKER: dict[str, tuple[dict[str, str], str, str, str, str]] = {
    "a check weighs less": (
        {"checks": "checks: {evidence: {levels: {SEV1: warn}}}\n"},
        "checks.checks.evidence.levels.SEV1",
        "block",
        "warn",
        "checks.evidence at SEV1: it weighs less (block → warn).",
    ),
    "a deadline is later": (
        severity(1, "due_hours: 72"),
        "severity.severities.SEV1.due_hours",
        "48",
        "72",
        "SEV1: post-mortems are due later, in hours (48 → 72).",
    ),
    "a deadline is gone": (
        severity(3, "due_hours: null"),
        "severity.severities.SEV3.due_hours",
        "336",
        "none",
        "SEV3: post-mortems are due later, in hours (336 → none).",
    ),
    "a lesser post-mortem": (
        severity(2, "postmortem: abbreviated"),
        "severity.severities.SEV2.postmortem",
        "full",
        "abbreviated",
        "SEV2: a lesser post-mortem is asked for (full → abbreviated).",
    ),
    "an incident label is gone": (
        {"severity": "incident: {labels: [incident]}\n"},
        "severity.incident.labels",
        "incident, ai-incident",
        "incident",
        "issues with this label are incidents no more (ai-incident).",
    ),
    "incidents can be ignored by label": (
        {"severity": "incident: {ignore_labels: [drill]}\n"},
        "severity.incident.ignore_labels",
        "none",
        "drill",
        "incidents with this label are not looked at (drill).",
    ),
    "evidence is needed no more": (
        {"remediation": "kinds: {process: {claims: [documented]}, technical: {}, monitoring: {}, training: {}}\n"},
        "remediation.kinds.process.claims",
        "documented, communicated, followed",
        "documented",
        "process: this evidence is needed no more (communicated, followed).",
    ),
    "a required field is gone": (
        {
            "remediation": "required: {description: {}, owner: {}, due: {}, horizon: {}, kind: {}, cause: {}, priority: {}}\n"
        },
        "remediation.required",
        "description, owner, due, horizon, kind, criteria, cause, priority",
        "description, owner, due, horizon, kind, cause, priority",
        "this field is asked for no more (criteria).",
    ),
    "a command needs less authority": (
        {"people": "commands: {verify: triage}\n"},
        "people.commands.verify",
        "write",
        "triage",
        "verify: the command needs less authority (write → triage).",
    ),
    "a role of GitHub stands for more": (
        {"people": "github_roles: {read: any, triage: write, write: write, maintain: write, admin: admin}\n"},
        "people.github_roles.triage",
        "triage",
        "write",
        "the GitHub role triage stands for more (triage → write).",
    ),
    "an app may command": (
        {"people": "apps: {github: [acme-release]}\n"},
        "people.apps.github",
        "none",
        "acme-release",
        "this app may command (acme-release).",
    ),
    "incidents close before the actions are verified": (
        {"remediation": "close_incident_when: postmortem_approved\n"},
        "remediation.close_incident_when",
        "actions_verified",
        "postmortem_approved",
        "incidents close before their actions are verified (actions_verified → postmortem_approved).",
    ),
    "the service insists less": (
        {"remediation": "reopening: {rounds: 1}\n"},
        "remediation.reopening.rounds",
        "3",
        "1",
        "the service insists less often (3 → 1).",
    ),
    "the service does less": (
        {"service": "mode: advise\n"},
        "service.mode",
        "enforce",
        "advise",
        "the service does less (enforce → advise).",
    ),
    "issues before a day are left alone": (
        {"service": "governed_since: 2026-10-01\n"},
        "service.governed_since",
        "none",
        "2026-10-01",
        "issues opened before that day are left alone (none → 2026-10-01).",
    ),
    "more is said in public": (
        {"service": "public_issues: everything\n"},
        "service.public_issues",
        "checks",
        "everything",
        "more is written where everybody can read it (checks → everything).",
    ),
    "the circuit breaker lets more through": (
        {"service": "circuit_breaker: {times_usual: 50}\n"},
        "service.circuit_breaker.times_usual",
        "5",
        "50",
        "more is written before the service stops itself (5 → 50).",
    ),
    "people are not told that it is for learning": (
        {"service": "wording: {not_for_evaluation: false}\n"},
        "service.wording.not_for_evaluation",
        "true",
        "false",
        "people are no longer told that this is for learning (true → false).",
    ),
    "a holiday more": (
        {"clocks": "holidays: [2026-12-25]\n"},
        "clocks.holidays",
        "none",
        "2026-12-25",
        "working-day clocks stand still on this day (2026-12-25).",
    ),
    "a text counts as an answer": (
        {
            "postmortem": "empty: {answers: [none, 'no', nil, zero, '0', nobody, nothing, no impact, no one, tbc later]}\n"
        },
        "postmortem.empty.answers",
        "none, no, nil, zero, 0, nobody, nothing, no impact, no one",
        "none, no, nil, zero, 0, nobody, nothing, no impact, no one, tbc later",
        "this text counts as an answer (tbc later).",
    ),
    "a section has a condition in a project": (
        section("impact", "when: groups_differ"),
        "projects[github:*].postmortem.sections.impact.when",
        "none",
        "groups_differ",
        "In github:*, impact: the section is asked for only under a condition (none → groups_differ).",
    ),
    "a section is off in a project": (
        section("summary", "levels: {abbreviated: off}"),
        "projects[github:*].postmortem.sections.summary.levels.abbreviated",
        "block",
        "off",
        "In github:*, sections.summary at abbreviated: it weighs less (block → off).",
    ),
}


@pytest.mark.parametrize("name", WEAKER)
def test_what_weakens_is_told_with_key_values_and_meaning(name: str) -> None:
    changes, *told = WEAKER[name]
    found = weakenings(a_policy({}), a_policy(changes))
    assert [[entry.key, entry.before, entry.after, entry.sentence] for entry in found] == [told]


@pytest.mark.parametrize("name", WEAKER)
def test_the_way_back_strengthens(name: str) -> None:
    changes = WEAKER[name][0]
    found = weakenings(a_policy(changes), a_policy({}))
    # Without a day nobody can tell when governing begins, so both directions are told.
    assert [entry.key for entry in found] == (["service.governed_since"] if "governed_since" in str(changes) else [])


@pytest.mark.parametrize("name", WEAKER)
def test_a_policy_is_no_weaker_than_itself(name: str) -> None:
    policy = a_policy(WEAKER[name][0])
    assert weakenings(policy, policy) == ()


def test_a_criterion_or_section_taken_out_is_told() -> None:
    old = a_policy({})
    sections = "\n".join(f"  {entry.id}: {{}}" for entry in old.postmortem.sections if entry.id != "lessons")
    criteria = "\n".join(f"  {entry.id}: {{}}" for entry in old.severity.criteria if entry.id != "client_loss")
    new = a_policy({"postmortem": f"sections:\n{sections}\n", "severity": f"criteria:\n{criteria}\n"})
    assert [entry.sentence for entry in weakenings(old, new)] == [
        "this criterion implies no severity any more (client_loss).",
        "this section is asked for no more (lessons).",
    ]


def test_a_word_moved_to_a_kind_with_less_evidence_is_told() -> None:
    new = a_policy(
        {
            "remediation": "kinds:\n  process: {headings: [process, policy, governance, communication, documentation]}\n"
            "  technical: {}\n  monitoring: {}\n  training: {headings: [training, education, awareness, procedure]}\n"
        }
    )
    (found,) = weakenings(a_policy({}), new)
    assert found.sentence == "actions called “procedure” need less evidence (documented, communicated, followed)."


def test_a_word_moved_to_a_later_horizon_is_told() -> None:
    new = a_policy(
        {
            "remediation": "horizons:\n  immediate: {headings: [immediate, now]}\n  short-term: {}\n"
            "  long-term: {headings: [long-term, urgent]}\n"
        }
    )
    (found,) = weakenings(a_policy({}), new)
    assert found.sentence == "actions called “urgent” may be due later, in days (7 → 180)."


def test_naming_people_on_jira_takes_authority_away_and_emptying_the_list_gives_it_to_all() -> None:
    everybody, listed = a_policy({}), a_policy({"people": "jira: {write: {groups: [devs]}}\n"})
    more = a_policy({"people": "jira: {write: {groups: [devs, everyone]}}\n"})
    assert weakenings(everybody, listed) == ()
    assert [entry.sentence for entry in weakenings(listed, everybody)] == [
        "nobody is listed on Jira any more, so that every active user may command."
    ]
    assert [entry.sentence for entry in weakenings(listed, more)] == ["this group holds write (everyone)."]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"remediation": "default_kind: training\n"}, "remediation.default_kind"),
        ({"severity": "jira: {field: customfield_10050}\n"}, "severity.jira.field"),
        (
            {"severity": SEVERITIES.replace("SEV1: {}", "SEV1: {jira_value: Blocker}")},
            "severity.severities.SEV1.jira_value",
        ),
    ],
)
def test_what_counts_differently_afterwards_is_told_in_both_directions(changes: dict[str, str], key: str) -> None:
    old, new = a_policy({}), a_policy(changes)
    assert [entry.key for entry in weakenings(old, new)] == [key]
    assert [entry.key for entry in weakenings(new, old)] == [key]


def test_a_later_day_of_governing_is_told_and_an_earlier_one_is_not() -> None:
    may, june = (a_policy({"service": f"governed_since: 2026-0{month}-01\n"}) for month in (5, 6))
    assert [entry.key for entry in weakenings(may, june)] == ["service.governed_since"]
    assert weakenings(june, may) == ()


def test_a_strict_project_file_taken_away_is_told() -> None:
    base = {"service": "mode: advise\n"}
    strict = {**base, "projects/shop": "applies_to: ['github:acme/shop']\nservice: {mode: enforce}\n"}
    (found,) = weakenings(a_policy(strict), a_policy(base))
    assert (found.key, found.before, found.after) == ("projects[github:acme/shop].service.mode", "enforce", "advise")


def test_what_weakens_everywhere_is_told_once_and_not_for_each_project() -> None:
    project = {"projects/shop": "applies_to: ['github:acme/shop']\nclocks: {zone: Europe/Vienna}\n"}
    found = weakenings(a_policy(project), a_policy({**project, "service": "mode: advise\n"}))
    assert [entry.key for entry in found] == ["service.mode"]


def test_every_key_of_the_mappings_is_judged_or_named_neutral() -> None:
    people = "people:\n  a: {name: A, github: a, github_id: 1, jira: x}\n"
    places = "places:\n  reviews: {project: 'github:acme/reviews', audiences: [governance]}\n"
    routes = "routes:\n  search: {to: 'github:acme/search', components: [a], labels: [b], kinds: [process]}\n"
    full = a_policy({"people": people, "destinations": places, "remediation": routes})
    assert rule_keys(full) == RULES.keys() | NEUTRAL
    assert not RULES.keys() & NEUTRAL
