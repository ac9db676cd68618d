"""What an author is asked is made from the policy, is a sound issue form, and is found again by the reader that judges it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from integration.postmortem.asking import FOR_LEARNING, LINK_PERSONAL_DATA, templates
from integration.postmortem.document import Document
from integration.postmortem.linting import lint
from integration.postmortem.reading.categories import Thread
from integration.postmortem.reading.form import answer_to, read_form, ticked
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.labels import Names
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.rules.answered import Answers
from integration.postmortem.rules.written import read_postmortem
from integration.sandbox.jira.wiki import html_of
from integration.sandbox.jira.wiki_inline import Names as Site
from integration.trackers.github.templates import issue_forms, markdown
from integration.trackers.jira.templates import descriptions
from mappings.models import Kind, Level, Policy, Severity
from tests.builders import NOW, a_body, a_policy, a_ref, an_issue

SCHEMA = json.loads((Path(__file__).parents[1] / "trackers" / "schemas" / "github-issue-forms.json").read_text())
POLICY = a_policy()
NOBODY = Site(lambda _: None, lambda _: None, "https://jira.example", is_cloud=True)
SHOUTING = re.compile(r"!|\berrors?\b|\binvalid\b|\bfailed to\b|\byou must\b", re.IGNORECASE)
FORMS = {Path(path).stem: yaml.safe_load(text) for path, text in issue_forms(POLICY).items()}
INCIDENT = FORMS["incident"]


def elements(form: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [entry for entry in form["body"] if not kinds or entry["type"] in kinds]


def as_github_renders(form: dict[str, Any], answers: dict[str, str] | None = None, boxes: tuple[str, ...] = ()) -> str:
    """Return the issue's text as GitHub makes it of a form: a heading for each label, and `_No response_` for none."""
    parts = []
    for entry in form["body"]:
        if entry["type"] == "markdown":
            continue
        attributes = entry["attributes"]
        label = attributes["label"]
        if entry["type"] == "checkboxes":
            options = [option["label"] for option in attributes["options"]]
            said = "\n".join(f"- [{'x' if option in boxes else ' '}] {option}" for option in options)
        else:
            said = (answers or {}).get(label, attributes.get("value", "")) or "_No response_"
        parts.append(f"### {label}\n\n{said}")
    return "\n\n".join(parts)


def sections_of(document: Document, policy: Policy = POLICY) -> dict[str, tuple[str, bool]]:
    """Return the heading of each section found and whether it says something."""
    found = read_postmortem(an_issue(a_ref(), document=document, body="text"), policy).sections.found
    return {each.id: (each.heading, each.has_substance) for each in found}


def written_answers() -> dict[str, str]:
    """Return an answer for each section, from a post-mortem that satisfies a SEV1."""
    parts = re.split(r"^## (.*)\n", a_body(), flags=re.MULTILINE)
    return {title: text.strip() for title, text in zip(parts[1::2], parts[2::2], strict=True)}


# The form is one that GitHub takes


@pytest.mark.parametrize("name", sorted(FORMS))
def test_a_form_satisfies_the_published_schema_of_issue_forms(name: str) -> None:
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(FORMS[name])] == []


@pytest.mark.parametrize("name", sorted(FORMS))
def test_ids_and_labels_are_unique_and_answers_are_texts(name: str) -> None:
    """https://docs.github.com/en/communities, "Common validation errors when creating issue forms"."""
    asked = [entry for entry in FORMS[name]["body"] if entry["type"] != "markdown"]
    ids = [entry["id"] for entry in asked]
    labels = [re.sub(r"\W+", " ", entry["attributes"]["label"]).strip().casefold() for entry in asked]
    assert len(set(ids)) == len(ids)
    assert len(set(labels)) == len(labels)
    for entry in elements(FORMS[name], "dropdown"):
        options = entry["attributes"]["options"]
        assert all(isinstance(option, str) for option in options)
        assert len(set(options)) == len(options)
        assert "none" not in {option.casefold() for option in options}


def test_a_policy_with_awkward_words_still_makes_a_form_that_github_takes() -> None:
    policy = a_policy(
        severity="criteria:\n  harm_to_person:\n    text: 'yes'\n  data_exposed:\n    text: 'no: # \"quoted\" -->'\n"
    )
    form = yaml.safe_load(issue_forms(policy)[".github/ISSUE_TEMPLATE/incident.yml"])
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(form)] == []
    assert [option["label"] for option in elements(form, "checkboxes")[0]["attributes"]["options"]] == [
        "yes",
        'no: # "quoted" -->',
        "None of the SEV1 and SEV2 criteria apply",
    ]


# What is asked is what is judged


def test_criteria_stand_in_the_form_word_for_word() -> None:
    asked = [option["label"] for entry in elements(INCIDENT, "checkboxes") for option in entry["attributes"]["options"]]
    assert [text for text in asked if text in {entry.text for entry in POLICY.severity.criteria}] == [
        entry.text for entry in sorted(POLICY.severity.criteria, key=lambda entry: entry.implies.rank)
    ]


def test_every_criterion_ticked_in_the_form_is_read_as_that_criterion() -> None:
    for entry in POLICY.severity.criteria:
        document = read_markdown(as_github_renders(INCIDENT, boxes=(entry.text,)))
        assert POLICY.severity.criteria_from_texts(ticked(document)) == (entry,)


def test_every_section_is_asked_under_its_title_in_the_order_of_the_mapping() -> None:
    asked = [entry["attributes"]["label"] for entry in elements(INCIDENT, "textarea")]
    kinds = (Kind.FULL, Kind.ABBREVIATED)
    weighing = [e for e in POLICY.postmortem.sections if any(e.levels.at(kind) is not Level.OFF for kind in kinds)]
    assert asked == ["Roles", *(entry.title for entry in weighing)]


def test_a_near_miss_is_asked_only_for_what_its_review_is_judged_by() -> None:
    asked = [entry["attributes"]["label"] for entry in elements(FORMS["near-miss"], "textarea")]
    assert asked == [entry.title for entry in POLICY.postmortem.asked_sections(Kind.REVIEW)]
    assert FORMS["near-miss"]["labels"] == ["incident", "sev4"]


def test_without_a_severity_for_reviews_there_is_no_form_of_a_near_miss() -> None:
    others = "".join(f"  SEV{number}: {{}}\n" for number in (1, 2, 3))
    policy = a_policy(severity=f"severities:\n{others}  SEV4: {{postmortem: abbreviated, due_hours: 500}}\n")
    assert [each.id for each in templates(policy)] == ["incident"]


def test_a_section_that_an_admin_adds_is_asked_for() -> None:
    assert "Suppliers" in issue_forms(with_suppliers())[".github/ISSUE_TEMPLATE/incident.yml"]
    document = read_markdown(markdown(with_suppliers())["incident.md"])
    assert sections_of(document, with_suppliers())["suppliers"] == ("Suppliers", False)


def with_suppliers() -> Policy:
    kept = "".join(f"  {entry.id}: {{}}\n" for entry in POLICY.postmortem.sections)
    new = (
        "  suppliers:\n    title: Suppliers\n    headings: []\n"
        "    levels: {full: block, abbreviated: warn, review: 'off'}\n    when: null\n    jira_field: null\n"
        "    prompt: [Name every supplier whose part was involved.]\n    ask: Name the suppliers.\n    parts: {}\n"
        "    parts_levels: {full: 'off', abbreviated: 'off', review: 'off'}\n"
    )
    return a_policy(postmortem=f"sections:\n{kept}{new}")


@pytest.mark.parametrize("entry", POLICY.postmortem.questions, ids=lambda entry: entry.id)
def test_an_answer_to_a_question_is_found_under_its_label(entry: Any) -> None:
    for said, read in (("Yes", "Yes"), ("No", "No"), ("", "")):
        document = read_markdown(as_github_renders(INCIDENT, {entry.text: said}))
        assert answer_to(document, entry.text, *entry.headings) == read


def test_only_sections_are_taken_for_sections() -> None:
    names = Names({entry.id: (entry.title, *entry.headings) for entry in POLICY.postmortem.sections})
    others = [e["attributes"]["label"] for e in INCIDENT["body"] if e["type"] not in {"markdown", "textarea"}]
    assert {label: names.find(label) for label in others} == dict.fromkeys(others, ())


# An empty template says nothing, a filled one says it all


@pytest.mark.parametrize("name", sorted(FORMS))
def test_an_empty_form_answers_nothing_and_every_section_is_found_under_its_label(name: str) -> None:
    text = as_github_renders(FORMS[name])
    asked = {entry["attributes"]["label"] for entry in elements(FORMS[name], "textarea")}
    found = sections_of(read_markdown(text))
    assert {heading for heading, _ in found.values()} == asked
    assert not any(says for _, says in found.values())
    assert [each.label for each in read_form(read_markdown(text))] == [
        entry["attributes"]["label"] for entry in FORMS[name]["body"] if entry["type"] != "markdown"
    ]


@pytest.mark.parametrize("name", ["incident", "near-miss"])
def test_empty_markdown_and_an_empty_jira_description_answer_nothing(name: str) -> None:
    asked = {entry["attributes"]["label"] for entry in elements(FORMS[name], "textarea")}
    on_github = sections_of(read_markdown(markdown(POLICY)[f"{name}.md"]))
    on_jira = sections_of(read_html(html_of(descriptions(POLICY)[f"{name}.jira.txt"], NOBODY)))
    assert {heading for heading, _ in on_github.values()} == asked
    assert on_jira == on_github
    assert not any(says for _, says in on_github.values())


def test_prompts_left_standing_are_no_answers() -> None:
    explained = {
        entry["attributes"]["label"]: entry["attributes"]["description"] for entry in elements(INCIDENT, "textarea")
    }
    hints = {ask.label: "\n\n".join(ask.hints) for template in templates(POLICY)[:1] for ask in template.asks}
    assert set(explained) <= set(hints)
    found = sections_of(read_markdown(as_github_renders(INCIDENT, hints)))
    assert [heading for heading, says in found.values() if says] == []


def test_a_filled_form_is_complete() -> None:
    answers = written_answers() | {entry.text: "No" for entry in POLICY.postmortem.questions}
    for entry in elements(INCIDENT, "textarea"):
        answers.setdefault(entry["attributes"]["label"], "Does not apply, because no model took part in it.")
    text = as_github_renders(INCIDENT, answers)
    assert {says for _, says in sections_of(read_markdown(text)).values()} == {True}
    noted = lint(text, Severity.SEV3, POLICY, NOW)
    assert [each.finding.check for each in noted if each.finding.blocks and not each.finding.passed] == []


def test_parts_answered_on_the_lines_of_the_form_are_each_answered() -> None:
    impact = next(entry for entry in elements(INCIDENT, "textarea") if entry["id"] == "section-impact")
    said = re.sub(r": ?$", ": none", impact["attributes"]["value"], flags=re.MULTILINE)
    text = as_github_renders(INCIDENT, {"Impact": said})
    parts = [
        each.finding for each in lint(text, Severity.SEV1, POLICY, NOW) if each.finding.check.startswith("part.impact.")
    ]
    assert [finding.passed for finding in parts] == [True] * len(POLICY.section("impact").parts)


def test_a_row_written_into_the_table_of_the_form_is_an_action() -> None:
    table = next(e for e in elements(INCIDENT, "textarea") if e["id"] == "section-remediation")["attributes"]["value"]
    head, rule, _ = table.splitlines()
    row = "| A1 | Filter recalled products | @dana | 2026-11-30 | immediate | technical | none in 1,000 | 1 |"
    text = as_github_renders(INCIDENT, {"Remediation actions": f"{head}\n{rule}\n{row}"})
    (read,) = read_postmortem(an_issue(a_ref(), document=read_markdown(text), body=text), POLICY).rows
    assert (read.id, read.owner, str(read.due), read.criteria) == ("A1", "@dana", "2026-11-30", "none in 1,000")


CAUSE = {
    "Cause": "Retrieval does not filter on product status",
    "Category": "data, rows that should be excluded",
    "Phase": "deployment",
    "Why?": "The status column was dropped",
    "What made it likely?": "Nobody owns the export",
    "Why was it not caught?": "No test asks for recalled products",
    "Why was it let through?": "The release check looks at relevance",
    "Evidence": "https://example.com/replay",
}


def filled(lines: str, said: dict[str, str]) -> str:
    """Return the lines of a form with an answer behind each label that has one."""
    out = []
    for line in lines.splitlines():
        label = line.removeprefix("- ").rstrip().removesuffix(":")
        out.append(f"{line.rstrip()} {said[label]}" if label in said else line)
    return "\n".join(out)


def cause_lines(form: dict[str, Any] = INCIDENT) -> str:
    return str(next(e for e in elements(form, "textarea") if e["id"] == "section-root_causes")["attributes"]["value"])


def test_two_causes_on_the_lines_of_the_form_are_read_as_two_with_all_that_is_asked_of_each() -> None:
    first = filled(cause_lines(), CAUSE)
    second = first.replace("Cause 1", "Cause 2").replace("data, rows", "vendor, rows")
    text = as_github_renders(INCIDENT, {"Root causes": f"{first}\n\n{second}"})
    causes = read_postmortem(an_issue(a_ref(), document=read_markdown(text), body=text), POLICY).causes
    assert [(cause.title, cause.category.value if cause.category else "") for cause in causes] == [
        (CAUSE["Cause"], "data"),
        (CAUSE["Cause"], "vendor"),
    ]
    assert causes[0].phase_id == "deployment"
    assert {step.thread for step in causes[0].steps} == set(Thread)
    assert [link.url for link in causes[0].evidence] == [CAUSE["Evidence"]]


def test_whys_that_are_left_empty_are_no_steps() -> None:
    text = as_github_renders(INCIDENT, {"Root causes": filled(cause_lines(), {"Cause": CAUSE["Cause"]})})
    (cause,) = read_postmortem(an_issue(a_ref(), document=read_markdown(text), body=text), POLICY).causes
    assert (cause.title, cause.steps) == (CAUSE["Cause"], ())


def test_empty_templates_answer_none_of_the_first_questions_either() -> None:
    for document in (
        read_markdown(as_github_renders(INCIDENT)),
        read_markdown(markdown(POLICY)["incident.md"]),
        read_html(html_of(descriptions(POLICY)["incident.jira.txt"], NOBODY)),
    ):
        written = read_postmortem(an_issue(a_ref(), document=document, body="text"), POLICY)
        assert (written.answers, written.rows, written.causes, written.roles.names) == (Answers(), (), (), frozenset())
        assert (written.told.entries, written.amounts) == ((), ())


# Every check, and the words of the form that ask for what it judges.
ASKED_BY = {
    "criteria_answered": POLICY.severity.none_apply.text,
    "lead_named": "Who leads the post-mortem?",
    "began_known": "When did it begin, if you know?",
    "client_known": "Which client?",
    "lead_apart": "Participants",
    "leader_present": "Leadership or resourcing",
    "approval_technical": "Technical reviewer",
    "approval_governance": "Governance reviewer",
    "timeline_began": "when it began",
    "timeline_detected": "when and how it was detected",
    "timeline_steps": "each step of the response",
    "timeline_resolved": "when and how it was resolved",
    "where_else_known": "not yet checked (owner, date)",
    "cause_category": "- Category:",
    "cause_sub_category": "and which sort of it",
    "cause_phase": "- Phase:",
    "cause_chain": "- Why?",
    "cause_depth": "- Why? \n- Why? \n- Why?",
    "cause_person": "- What made it likely?",
    "cause_beyond_us": "- Why was it not caught? \n- Why was it let through?",
    "cause_evidence": "- Evidence:",
    "cause_version": "Which versions of the model, the prompt and the data were in use?",
    "interim_measure": "| Interim |",
    "need_answered": "| Needs |",
    "due_within_horizon": "| Horizon |",
    "action_priority": "| Priority |",
    "action_measurable": "| Verification criteria |",
    "action_mix": "| Kind |",
    "cause_has_action": "| Cause |",
    "factor_has_action": "| Cause |",
    "section.roles": "### Roles",
    **{f"section.{entry.id}": f"### {entry.title}" for entry in POLICY.postmortem.sections},
    **{
        f"part.{entry.id}.{part.id}": f"- {part.title}"
        for entry in POLICY.postmortem.sections
        for part in entry.parts
        if (entry.id, part.id) not in {("roles", "lead"), ("root_causes", "happened")}
    },
    **{f"action.{entry.id}": "| " for entry in POLICY.remediation.required},
}
# Those that judge how something is said, or what stands on the issue and not in its text.
ASKED_BY_NO_FORM = {
    *("severity_stated", "incident_label", "steering_label", "text_adopted", "decisions_confirmed", "comments_read"),
    *("document_readable", "timeline_consistent", "timeline_order", "cause_symptom", "cause_names"),
    *("blameless_wording", "cause_counterfactual", "in_time", "action_verb", "action_vague", "action_repeated"),
    *("actions_strong", "date_moved", "action_identity", "action_agreement", "ticket_missing", "ticket_cap"),
    *("row_missing", "tracker_accepts", "evidence", "verification", "grant_comment", "strange_comment", "way_back"),
    *("gate_field", "authority_mapped", "launch_lessons", "recurrence_answered", "action_place", "ticket_moved"),
}


def test_whatever_is_judged_of_a_text_is_asked_by_the_form_and_the_description_of_jira() -> None:
    on_github = markdown(POLICY)["incident.md"]
    on_jira = descriptions(POLICY)["incident.jira.txt"].replace("\\", "")
    for check, words in ASKED_BY.items():
        assert words in on_github, check
        said = words.replace("### ", "h3. ").replace("- ", "* ").replace("| ", "").replace(" |", "").strip()
        assert said in on_jira, check


def test_no_check_is_forgotten_when_it_is_said_what_asks_for_it() -> None:
    known = {entry.id for entry in POLICY.checks.checks}
    assert known == {check for check in ASKED_BY if "." not in check} | ASKED_BY_NO_FORM
    assert not ASKED_BY_NO_FORM & set(ASKED_BY)


def test_every_category_phase_horizon_kind_and_priority_that_counts_is_named_where_it_is_asked() -> None:
    form = markdown(POLICY)["incident.md"]
    words = [
        *(entry.id for entry in POLICY.causes.categories),
        *(entry.title.lower() for entry in POLICY.causes.phases),
        *(entry.id for entry in POLICY.remediation.horizons),
        *(entry.id for entry in POLICY.remediation.kinds),
        *(entry.id for entry in POLICY.remediation.priorities),
    ]
    assert [word for word in words if word not in form] == []


def test_questions_that_decide_and_whether_it_reached_production_are_asked_with_unknown_as_an_answer() -> None:
    asked = {e["attributes"]["label"]: e["attributes"]["options"] for e in elements(INCIDENT, "dropdown")}
    wanted = [POLICY.severity.production.text, *(entry.text for entry in POLICY.postmortem.questions)]
    assert asked == {text: ["Yes", "No", "Unknown"] for text in wanted}


def test_that_none_of_the_grave_criteria_applies_can_be_ticked_and_is_read() -> None:
    text = as_github_renders(INCIDENT, boxes=(POLICY.severity.none_apply.text,))
    assert POLICY.severity.none_apply.is_among(ticked(read_markdown(text)))


def test_sections_that_may_not_apply_say_how_to_say_so() -> None:
    said = {e["attributes"]["label"]: e["attributes"]["description"] for e in elements(INCIDENT, "textarea")}
    telling = [label for label, text in said.items() if "Does not apply, because" in text]
    assert telling == ["Model behaviour", "Data investigation", "Fairness impact", "Monitoring gap"]


# How it speaks


def test_every_template_says_what_it_is_for_and_that_personal_data_is_linked() -> None:
    for text in (*issue_forms(POLICY).values(), *markdown(POLICY).values(), *descriptions(POLICY).values()):
        assert FOR_LEARNING in text
        assert LINK_PERSONAL_DATA in text
        assert SHOUTING.search(text.replace("<!--", "")) is None


def test_a_form_asks_at_most_for_ticks_and_three_lines_before_the_rest_may_wait() -> None:
    kinds = [entry["type"] for entry in INCIDENT["body"]]
    waits = [at for at, entry in enumerate(INCIDENT["body"]) if "can wait" in entry["attributes"].get("value", "")]
    assert set(kinds[1 : waits[0]]) == {"checkboxes", "input"}
    assert kinds[: waits[0]].count("input") == 3


def test_a_field_that_is_never_asked_has_no_column() -> None:
    policy = a_policy(
        remediation="required:\n"
        + "".join(
            f"  {entry.id}:\n    levels: {{SEV1: 'off', SEV2: 'off', SEV3: 'off', SEV4: 'off'}}\n"
            if entry.id == "horizon"
            else f"  {entry.id}: {{}}\n"
            for entry in POLICY.remediation.required
        )
    )
    assert policy.level("action.horizon", Severity.SEV1) is Level.OFF
    assert "Horizon" in markdown(POLICY)["incident.md"]
    assert "Horizon" not in markdown(policy)["incident.md"]
