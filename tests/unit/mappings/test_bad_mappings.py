"""Each mistake an admin can make is told with file, line, key and remedy."""

import pytest

from mappings.errors import MappingError, MappingErrors
from mappings.loading import load_texts

LEVELS = "Use one of: advise, block, off, warn."

# name → (files, (file, line, key, problem, remedy))
MISTAKES: dict[str, tuple[dict[str, str], tuple[str, int, str, str, str]]] = {
    "a misspelt key": (
        {"severity.yaml": "incident:\n  lables: [x]\n"},
        ("severity.yaml", 2, "incident.lables", "This key is not known.", "Did you mean labels?"),
    ),
    "a key that resembles none": (
        {"service.yaml": "mode: advise\nqqqq: 1\n"},
        (
            "service.yaml",
            2,
            "qqqq",
            "This key is not known.",
            "Use one of: circuit_breaker, client, clients, governed_since, leave_alone, mode, profile, public_issues, wording.",
        ),
    ),
    "an underscore where the command has a hyphen": (
        {"people.yaml": "commands:\n  accept_risk: admin\n"},
        ("people.yaml", 2, "commands.accept_risk", "This key is not known.", "Did you mean accept-risk?"),
    ),
    "an id inside an entry": (
        {"remediation.yaml": "columns:\n  owner:\n    id: owner\n"},
        ("remediation.yaml", 3, "columns.owner.id", "This key is not known.", "Use one of: headings."),
    ),
    "a misspelt level": (
        {"checks.yaml": "checks:\n  evidence:\n    levels: {SEV1: blok}\n"},
        ("checks.yaml", 3, "checks.evidence.levels.SEV1", "“blok” is not one of the choices.", "Did you mean block?"),
    ),
    "a truth value as a level": (
        {"checks.yaml": "checks:\n  evidence:\n    levels:\n      SEV2: true\n"},
        ("checks.yaml", 4, "checks.evidence.levels.SEV2", "true is not one of the choices.", LEVELS),
    ),
    "an unknown check": (
        {"checks.yaml": "checks:\n  evidense:\n    levels: {SEV1: block}\n"},
        (
            "checks.yaml",
            2,
            "checks.evidense",
            "The program knows nothing of this name.",
            "Did you mean evidence?",
        ),
    ),
    "a misspelt section": (
        {
            "projects/shop.yaml": "applies_to: ['jira:SHOP']\npostmortem:\n  sections:\n    impcat:\n"
            "      jira_field: null\n"
        },
        (
            "projects/shop.yaml",
            4,
            "postmortem.sections.impcat",
            "This name is new, and its entry is not complete.",
            "Did you mean impact?",
        ),
    ),
    "a new section that lacks a key": (
        {
            "postmortem.yaml": "sections:\n  zebra:\n    title: Zebra\n    headings: []\n    when: null\n"
            "    jira_field: null\n"
            "    prompt: []\n    ask: Say it.\n    parts: {}\n"
            "    parts_levels: {full: off, abbreviated: off, review: off}\n"
        },
        ("postmortem.yaml", 2, "sections.zebra.levels", "This key is missing.", "Add it, as in the shipped file."),
    ),
    "an unmapped severity": (
        {"severity.yaml": "severities:\n  SEV1: {}\n  SEV2: {}\n  SEV3: {}\n"},
        (
            "severity.yaml",
            1,
            "severities",
            "SEV4 is missing.",
            "All four severities have to be there; copy the missing one from the shipped file.",
        ),
    ),
    "the same label for two severities": (
        {"severity.yaml": "severities:\n  SEV1: {}\n  SEV2:\n    labels: [major, Sev1]\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            4,
            "severities.SEV2.labels[1]",
            "“Sev1” belongs to SEV1 already.",
            "Keep it in one of the two places.",
        ),
    ),
    "a label that a shipped severity has": (
        {"severity.yaml": "severities:\n  SEV1:\n    labels: [sev1, sev2]\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            3,
            "severities.SEV1.labels[1]",
            "“sev2” belongs to SEV2 already.",
            "Keep it in one of the two places.",
        ),
    ),
    "a graver severity that is due later": (
        {"severity.yaml": "severities:\n  SEV1: {due_hours: null}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            2,
            "severities.SEV1.due_hours",
            "SEV1 has no deadline, while the milder SEV2 has 168 hours.",
            "Give SEV1 at most 168 hours, or SEV2 more.",
        ),
    ),
    "a deadline shorter than the grace": (
        {"severity.yaml": "severities:\n  SEV1: {due_hours: 12}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            2,
            "severities.SEV1.due_hours",
            "24 hours after labelling are longer than the deadline of SEV1, 12 hours.",
            "Write 24 or more.",
        ),
    ),
    "a claim taken away that a kind needs": (
        {
            "remediation.yaml": "claims:\n  documented: {}\n  communicated: {}\n  followed: {}\n"
            "  tested: {}\n  detected: {}\n"
        },
        (
            "remediation.yaml",
            1,
            "claims",
            "“completed” is missing, which kinds.training.claims[0] refers to.",
            "Keep it, or change what refers to it.",
        ),
    ),
    "setting that is harder than lowering": (
        {"people.yaml": "commands:\n  severity: admin\n"},
        (
            "people.yaml",
            2,
            "commands.severity",
            "Setting needs admin, which is more than the write that lowering needs.",
            "Name write or less.",
        ),
    ),
    "tickets that would be incidents": (
        {"remediation.yaml": "ticket:\n  labels:\n    - action\n    - incident\n"},
        (
            "remediation.yaml",
            4,
            "ticket.labels[1]",
            "“incident” belongs to incidents already.",
            "Keep it in one of the two places.",
        ),
    ),
    "a milder severity that is due sooner": (
        {"severity.yaml": "severities:\n  SEV1: {}\n  SEV2:\n    due_hours: 40\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            4,
            "severities.SEV2.due_hours",
            "SEV2 has 40 hours, while the graver SEV1 has 48 hours.",
            "Give SEV2 at least as long as SEV1.",
        ),
    ),
    "two severities with one Jira value": (
        {"severity.yaml": "severities:\n  SEV1: {}\n  SEV2: {jira_value: highest}\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            3,
            "severities.SEV2.jira_value",
            "“highest” belongs to SEV1 already.",
            "Give each severity a value of its own.",
        ),
    ),
    "hours in quotes that are no number": (
        {"clocks.yaml": "ask_reviewer_after_hours: a day\n"},
        (
            "clocks.yaml",
            1,
            "ask_reviewer_after_hours",
            "“a day” is not a whole number.",
            "Write a number without quotes, such as 24.",
        ),
    ),
    "looks that follow each other too fast": (
        {"clocks.yaml": "\n\nseconds_between_looks: 2\n"},
        ("clocks.yaml", 3, "seconds_between_looks", "2 is too small.", "Write 5 or more."),
    ),
    "more tickets than the service makes": (
        {"remediation.yaml": "ticket:\n  max_per_incident: 51\n"},
        ("remediation.yaml", 2, "ticket.max_per_incident", "51 is too large.", "Write 50 or less."),
    ),
    "a day in another form": (
        {"clocks.yaml": "holidays:\n  - 2026-12-25\n  - 1.1.2027\n"},
        ("clocks.yaml", 3, "holidays[1]", "“1.1.2027” is not a day.", "Write it as YYYY-MM-DD."),
    ),
    "a day that is none": (
        {"clocks.yaml": "holidays: [2026-02-30]\n"},
        ("clocks.yaml", 1, "holidays[0]", "“2026-02-30” is not a day.", "Write it as YYYY-MM-DD."),
    ),
    "a number where a label belongs": (
        {"severity.yaml": "incident:\n  labels:\n    - incident\n    - 911\n"},
        ("severity.yaml", 4, "incident.labels[1]", "911 is not a text.", 'Put it in quotes: "911".'),
    ),
    "a label with a comma": (
        {"severity.yaml": "incident:\n  labels: ['one, two']\n"},
        (
            "severity.yaml",
            2,
            "incident.labels[0]",
            "“one, two” has not the form that is needed here.",
            "A label has 1 to 50 characters and no comma.",
        ),
    ),
    "a written label with a space": (
        {"severity.yaml": "severities:\n  SEV1: {label: sev 1}\n  SEV2: {}\n  SEV3: {}\n  SEV4: {}\n"},
        (
            "severity.yaml",
            2,
            "severities.SEV1.label",
            "“sev 1” has not the form that is needed here.",
            "Use up to 50 letters, digits and . _ : / - and no spaces, which Jira's labels cannot have.",
        ),
    ),
    "a Jira field that would reach another path": (
        {"severity.yaml": "jira:\n  field: ../../user\n"},
        (
            "severity.yaml",
            2,
            "jira.field",
            "“../../user” has not the form that is needed here.",
            "Write customfield_ and its number, or priority, duedate, description or environment.",
        ),
    ),
    "a text where a list belongs": (
        {"severity.yaml": "incident:\n  types: Incident\n"},
        ("severity.yaml", 2, "incident.types", "“Incident” is not a list.", "Write a list, as in [one, two]."),
    ),
    "no incident label at all": (
        {"severity.yaml": "incident:\n  labels: []\n"},
        ("severity.yaml", 2, "incident.labels", "This is empty.", "Add at least one entry."),
    ),
    "a list where keys belong": (
        {"people.yaml": "commands:\n  - verify\n"},
        (
            "people.yaml",
            1,
            "commands",
            "This is not a mapping.",
            "Write keys beneath it, each with a colon, as in the shipped file.",
        ),
    ),
    "a key with nothing beneath it": (
        {"people.yaml": "commands:\n"},
        (
            "people.yaml",
            1,
            "commands",
            "Nothing is written here.",
            "Write keys beneath it, each with a colon, as in the shipped file.",
        ),
    ),
    "a file that is a list": (
        {"clocks.yaml": "- zone\n"},
        (
            "clocks.yaml",
            0,
            "",
            "This is not a mapping.",
            "Write keys beneath it, each with a colon, as in the shipped file.",
        ),
    ),
    "an authority that does not exist": (
        {"people.yaml": "github_roles:\n  read: any\n  auditor: writer\n"},
        ("people.yaml", 3, "github_roles.auditor", "“writer” is not one of the choices.", "Did you mean write?"),
    ),
    "a reviewer whom nobody knows": (
        {"people.yaml": "roles:\n  governance_reviewers: [gine]\npeople:\n  gina: {name: Gina, github_id: 1}\n"},
        (
            "people.yaml",
            2,
            "roles.governance_reviewers[0]",
            "“gine” is not among the people.",
            "Did you mean gina?",
        ),
    ),
    "an account that belongs to two people": (
        {"people.yaml": "people:\n  a: {name: A, github_id: 7}\n  b: {name: B, github_id: 7}\n"},
        ("people.yaml", 3, "people.b.github_id", "“7” belongs to a already.", "An account belongs to one person."),
    ),
    "a person without an account that decides": (
        {"people.yaml": "people:\n  a:\n    name: A\n    github: a-login\n"},
        ("people.yaml", 2, "people.a", "No account that decides is named.", "Add github_id or jira."),
    ),
    "lowering that is easier than raising": (
        {"people.yaml": "commands:\n  severity: write\n  severity-lower: triage\n"},
        (
            "people.yaml",
            3,
            "commands.severity-lower",
            "Lowering needs triage, which is less than the write that setting needs.",
            "Name write or more.",
        ),
    ),
    "a question that nobody asks": (
        {
            "projects/shop.yaml": "applies_to: ['jira:S']\npostmortem:\n  sections:\n    fairness_impact:\n"
            "      when: groups_difer\n"
        },
        (
            "projects/shop.yaml",
            5,
            "postmortem.sections.fairness_impact.when",
            "“groups_difer” is not among the questions.",
            "Did you mean groups_differ?",
        ),
    ),
    "a heading of two sections": (
        {
            "projects/shop.yaml": "applies_to: ['jira:S']\npostmortem:\n  sections:\n    lessons:\n"
            "      headings: ['impact:']\n"
        },
        (
            "projects/shop.yaml",
            5,
            "postmortem.sections.lessons.headings[0]",
            "“impact:” belongs to impact already.",
            "Keep it in one section.",
        ),
    ),
    "a heading of two columns": (
        {"remediation.yaml": "columns:\n  due:\n    headings: [due, owner]\n"},
        (
            "remediation.yaml",
            3,
            "columns.due.headings[1]",
            "“owner” belongs to owner already.",
            "Keep it in one of the two.",
        ),
    ),
    "a question without a check": (
        {"postmortem.yaml": "responding:\n  lead_name: {ask: Who leads?, line: /lead @name}\n"},
        (
            "postmortem.yaml",
            2,
            "responding.lead_name",
            "There is no check of this name.",
            "Did you mean lead_named?",
        ),
    ),
    "evidence that cannot be given": (
        {"remediation.yaml": "kinds:\n  technical:\n    claims: [testd]\n"},
        (
            "remediation.yaml",
            3,
            "kinds.technical.claims[0]",
            "“testd” is not among the claims.",
            "Did you mean tested?",
        ),
    ),
    "a default that is no kind": (
        {"remediation.yaml": "default_kind: other\n"},
        (
            "remediation.yaml",
            1,
            "default_kind",
            "“other” is not among the kinds.",
            "Use one of: monitoring, process, technical, training.",
        ),
    ),
    "a required field that is no column": (
        {
            "remediation.yaml": "required:\n  budget:\n    ask: How much?\n"
            "    levels: {SEV1: off, SEV2: off, SEV3: off, SEV4: off}\n"
        },
        (
            "remediation.yaml",
            2,
            "required.budget",
            "There is no column of this name.",
            "Take it out, or look it up in docs/mappings.md.",
        ),
    ),
    "a route of a kind that is none": (
        {"remediation.yaml": "routes:\n  search: {to: 'github:acme/search', kinds: [techncal]}\n"},
        (
            "remediation.yaml",
            2,
            "routes.search.kinds[0]",
            "“techncal” is not among the kinds of action.",
            "Did you mean technical?",
        ),
    ),
    "a route to a place that is left alone": (
        {
            "remediation.yaml": "routes:\n  search:\n    to: github:acme/search\n",
            "service.yaml": "leave_alone: ['github:acme/*']\n",
        },
        (
            "remediation.yaml",
            3,
            "routes.search.to",
            "github:acme/search is left alone, so no ticket goes there.",
            "Route to another place, or take github:acme/search out of leave_alone.",
        ),
    ),
    "a route to something that is no place": (
        {"remediation.yaml": "routes:\n  search: {to: search}\n"},
        (
            "remediation.yaml",
            2,
            "routes.search.to",
            "“search” has not the form that is needed here.",
            "Use the form of the shipped file.",
        ),
    ),
    "horizons in the wrong order": (
        {"remediation.yaml": "horizons:\n  long-term: {}\n  short-term: {}\n"},
        (
            "remediation.yaml",
            1,
            "horizons",
            "long-term has 180 days, while short-term, which comes after it, has 30.",
            "Order the horizons from the soonest to the latest.",
        ),
    ),
    "a title with a name that is not filled in": (
        {"remediation.yaml": "ticket:\n  title: '{owner.name}: {action}'\n"},
        (
            "remediation.yaml",
            2,
            "ticket.title",
            "{owner.name} is not filled in.",
            "Use one of: action, id, incident, severity.",
        ),
    ),
    "a zone that does not exist": (
        {"clocks.yaml": "zone: Europe/Wien\n"},
        (
            "clocks.yaml",
            1,
            "zone",
            "“Europe/Wien” is not a time zone.",
            "Write an IANA name, such as Europe/Vienna or UTC.",
        ),
    ),
    "a zone that names a file": (
        {"clocks.yaml": "zone: ../../etc/passwd\n"},
        (
            "clocks.yaml",
            1,
            "zone",
            "“../../etc/passwd” has not the form that is needed here.",
            "Use the form of the shipped file.",
        ),
    ),
    "a provisional severity without a clock": (
        {"clocks.yaml": "provisional_severity: SEV4\n"},
        (
            "clocks.yaml",
            1,
            "provisional_severity",
            "SEV4 has no deadline, so that no clock would run while the severity is unknown.",
            "Choose a severity that has due_hours.",
        ),
    ),
    "a grace longer than the deadline": (
        {"clocks.yaml": "least_hours_after_labelling: 72\n"},
        (
            "clocks.yaml",
            1,
            "least_hours_after_labelling",
            "72 hours after labelling are longer than the deadline of SEV1, 48 hours.",
            "Write 48 or less.",
        ),
    ),
    "a client who is not among the clients": (
        {"service.yaml": "client: Nordlich\nclients: [Nordlicht]\n"},
        ("service.yaml", 1, "client", "“Nordlich” is not among the clients.", "Did you mean Nordlicht?"),
    ),
    "a project that is no pattern": (
        {"service.yaml": "leave_alone:\n  - acme/playground\n"},
        (
            "service.yaml",
            2,
            "leave_alone[0]",
            "“acme/playground” has not the form that is needed here.",
            'Write github:owner/repo or jira:KEY; * and ? stand for other characters, as in "github:acme/shop-*".',
        ),
    ),
    "a project file for no project": (
        {"projects/shop.yaml": "service:\n  mode: advise\n"},
        ("projects/shop.yaml", 0, "applies_to", "This key is missing.", "Add it, as in the shipped file."),
    ),
    "a project file with a misspelt file name in it": (
        {"projects/shop.yaml": "applies_to: ['jira:SHOP']\nseverty: {}\n"},
        ("projects/shop.yaml", 2, "severty", "This key is not known.", "Did you mean severity?"),
    ),
    "a project file that is a text": (
        {"projects/shop.yaml": "jira:SHOP\n"},
        (
            "projects/shop.yaml",
            0,
            "",
            "This is not a mapping.",
            "Write applies_to: and, beneath each other, the names of the files that it changes.",
        ),
    ),
    "one pattern in two project files": (
        {
            "projects/a.yaml": "applies_to: ['jira:SHOP']\n",
            "projects/b.yaml": "applies_to:\n  - jira:X\n  - jira:shop\n",
        },
        (
            "projects/b.yaml",
            3,
            "applies_to[1]",
            "“jira:shop” is in projects/a.yaml already.",
            "Keep it in one of the two files.",
        ),
    ),
    "a misspelt file": (
        {"severty.yaml": "incident: {}\n"},
        ("severty.yaml", 0, "", "There is no mapping file of this name.", "Did you mean severity.yaml?"),
    ),
    "a file with the other ending": (
        {"severity.yml": "incident: {}\n"},
        ("severity.yml", 0, "", "There is no mapping file of this name.", "Let its name end in .yaml."),
    ),
    "a project file with a space in its name": (
        {"projects/My Shop.yaml": "applies_to: ['jira:S']\n"},
        (
            "projects/My Shop.yaml",
            0,
            "",
            "There is no mapping file of this name.",
            "Name it with small letters, digits, - and _, as in projects/shop.yaml.",
        ),
    ),
    "a key that is there twice": (
        {"clocks.yaml": "zone: UTC\nholidays: []\nzone: Europe/Vienna\n"},
        ("clocks.yaml", 3, "zone", "This key is here twice.", "Keep one of the two; the other is in line 1."),
    ),
    "an alias": (
        {"clocks.yaml": "zone: UTC\nholidays: *days\n"},
        ("clocks.yaml", 2, "holidays", "An alias (*) is not read here.", "Write the value out."),
    ),
    "an anchor": (
        {"clocks.yaml": "zone: UTC\nholidays: &days [2026-12-25]\n"},
        (
            "clocks.yaml",
            2,
            "holidays",
            "An anchor (&) is not read here.",
            "Take it out, and write the values out where they are used.",
        ),
    ),
    "a tag": (
        {"clocks.yaml": "zone: !!python/object/apply:os.system [id]\n"},
        (
            "clocks.yaml",
            1,
            "zone",
            "The tag tag:yaml.org,2002:python/object/apply:os is not read here.",
            "Take it out.",
        ),
    ),
    "a second document": (
        {"clocks.yaml": "zone: UTC\n---\nzone: UTC\n"},
        ("clocks.yaml", 2, "", "A second document begins here.", "Take the line --- out."),
    ),
    "an indentation that does not fit": (
        {"clocks.yaml": "zone: UTC\n  holidays: []\n"},
        (
            "clocks.yaml",
            2,
            "",
            "This is not YAML: mapping values are not allowed here.",
            "Look at indentation, colons and quotes, here and in the line above.",
        ),
    ),
    "a list as a key": (
        {"clocks.yaml": "? [a, b]\n: c\n"},
        ("clocks.yaml", 1, "", "A key has to be a plain word here.", "Write a word and a colon."),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_file_line_key_and_remedy(name: str) -> None:
    files, told = MISTAKES[name]
    with pytest.raises(MappingErrors) as caught:
        load_texts(files)
    assert [(error.file, error.line, error.key, error.problem, error.remedy) for error in caught.value.errors] == [told]


def test_all_mistakes_are_told_at_once_and_read_like_a_list() -> None:
    files = {
        "severity.yaml": "incident:\n  lables: [x]\nseverities:\n  SEV1: {due_hours: soon}\n",
        "checks.yaml": "checks:\n  evidence:\n    levels: {SEV1: blok}\n",
        "projects/shop.yaml": "applies_to: [shop]\n",
        "clocks.yaml": "zone: [\n",
    }
    with pytest.raises(MappingErrors) as caught:
        load_texts(files)
    assert [(error.file, error.key) for error in caught.value.errors] == [
        ("checks.yaml", "checks.evidence.levels.SEV1"),
        ("clocks.yaml", ""),
        ("projects/shop.yaml", "applies_to[0]"),
        ("severity.yaml", "incident.lables"),
        ("severity.yaml", "severities.SEV1.due_hours"),
    ]
    lines = str(caught.value).splitlines()
    assert lines[0] == "5 lines of the mappings need a change:"
    assert lines[1] == (
        "  checks.yaml:3: checks.evidence.levels.SEV1: “blok” is not one of the choices. Did you mean block?"
    )


def test_one_mistake_is_told_in_the_singular() -> None:
    error = MappingError("a.yaml", 0, "", "It is empty.", "Fill it.")
    assert str(MappingErrors([error, error])) == (
        "One line of the mappings needs a change:\n  a.yaml: It is empty. Fill it."
    )
