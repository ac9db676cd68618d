"""How it must feel (issue 4): on GitHub a first-time author sees at most ten lines, the most important first, the rest folded; on Jira nothing folds."""

import re
import textwrap
from datetime import timedelta

import pytest

from integration.postmortem.judgement import judge
from integration.postmortem.writing.status import status_tree
from integration.trackers.github.render import Renderer
from integration.trackers.jira.render import STATUS_HEADING, WikiWriter
from mappings.models import Mode
from tests.builders import (
    NOW,
    OPENED,
    PROJECT,
    STAMP,
    TOM,
    VIC,
    a_body,
    a_case,
    a_decision,
    a_line,
    a_memory,
    a_policy,
    a_ref,
    a_ticket,
    an_action,
    an_incident,
    facts,
    nothing_remembered,
)

MOST = 10
WIDTH = 110  # Characters in a line of a comment, in GitHub's own type, on a screen 1280 pixels wide.
HERE = a_ref(12).key
LED = a_decision("lead", TOM, issue=HERE, reason="Tom Tarn", subject=TOM.id)
CLIENT = a_decision("client", TOM, issue=HERE, reason="Nordlicht")
NOTE = a_decision("note", TOM, issue=HERE, reason="09:00 release 41", subject="2026-11-23T09:00:00+00:00")
OVER = a_decision("resolved", TOM, issue=HERE, reason="2026-11-23T18:20:00+00:00")
FOLDED = re.compile(r"<details><summary>(.*?)</summary>.*?</details>", re.DOTALL)


def tree(label, body, *decisions, now=OPENED, tickets=(), **changes):
    incident = an_incident(label, body=body)
    case = a_case(incident, *tickets)
    memory = changes.pop("memory", None) or a_memory(*decisions, **({"severity": label} | changes))
    mode = Mode.ENFORCE
    return status_tree(judge(case, facts(), memory, a_policy(), now, mode=mode), case, a_policy(), STAMP)


def lines_seen(shown):
    """Return the lines as somebody sees them before opening any fold, broken where the comment's width ends."""
    markdown = FOLDED.sub(r"▸ \1", Renderer(PROJECT).markdown(shown))
    plain = re.sub(r"</?sub>|\*\*|[`\\]|&#\d+;", "", markdown)
    return [part for line in plain.splitlines() if line.strip() for part in textwrap.wrap(line, WIDTH)]


def sections(count):
    names = ("summary", "timeline", "impact", "where_else", "root_causes", "contributing_factors", "lessons")
    return dict.fromkeys(names[:count], "")


MOMENTS = {
    "opened": ("SEV1", "", (), {"memory": nothing_remembered()}),
    "opened without a severity": ("", "", (), {"memory": nothing_remembered()}),
    "opened as a SEV2": ("SEV2", "", (), {"memory": nothing_remembered()}),
    "opened as a SEV3": ("SEV3", "", (), {"memory": nothing_remembered()}),
    "opened as a near-miss": ("SEV4", "", (), {"memory": nothing_remembered()}),
    "responding": ("SEV1", "", (LED, NOTE), {}),
    "responding without a severity": ("", "", (NOTE,), {"severity": ""}),
    "responding, and late": ("SEV1", "", (LED,), {"now": NOW + timedelta(days=4)}),
    "writing, with nothing written": ("SEV1", "", (LED, CLIENT, OVER), {}),
    "writing a SEV3": ("SEV3", "", (LED, CLIENT, OVER), {}),
    "writing without lead and client": ("SEV1", "", (OVER,), {}),
}


@pytest.mark.parametrize(("severity", "body", "decisions", "changes"), MOMENTS.values(), ids=MOMENTS)
def test_at_most_ten_lines_are_seen(severity, body, decisions, changes):
    seen = lines_seen(tree(severity, body, *decisions, **changes))
    assert len(seen) <= MOST, "\n".join(seen)


@pytest.mark.parametrize("missing", range(8))
@pytest.mark.parametrize("approved", [(), ("technical",), ("technical", "governance")])
def test_while_it_is_written_at_most_ten_things_are_said_however_much_is_missing(missing, approved):
    body = a_body(a_line(due=""), a_line("A2", "Alert on them", owner=""), **sections(missing))
    digest = an_incident(body=body).body_digest
    given = [a_decision("approve", VIC, issue=HERE, reason=scope, subject=digest) for scope in approved]
    shown = tree("SEV1", body, LED, OVER, NOTE, *given, tickets=(a_ticket(),), actions=(an_action(),), now=NOW)
    said = [line for line in FOLDED.sub("▸", Renderer(PROJECT).markdown(shown)).splitlines() if line.strip()]
    assert len(said) <= MOST, "\n".join(said)


def test_the_first_line_says_where_it_stands_and_the_second_what_to_do():
    first, second, third = lines_seen(tree(*MOMENTS["opened"][:2], **MOMENTS["opened"][3]))[:3]
    assert first.startswith("SEV1 · responding · full post-mortem due 2026-11-25 14:10 UTC")
    assert second == "Three things help now; everything else can wait until it is over."
    assert third.startswith("1. Who leads the post-mortem?")


@pytest.mark.parametrize("name", ["opened", "opened without a severity", "opened as a SEV3"])
def test_on_jira_where_nothing_folds_the_opening_says_what_helps_now_and_no_more(name):
    severity, body, decisions, changes = MOMENTS[name]
    shown = tree(severity, body, *decisions, **changes)
    lines = [
        line for line in WikiWriter(is_cloud=True).markup(shown, first=STATUS_HEADING).splitlines() if line.strip()
    ]
    assert len(lines) <= MOST
    assert not any("||" in line for line in lines)


def test_while_it_lasts_only_severity_client_beginning_and_lead_are_asked():
    steps = [line for line in lines_seen(tree("", "", memory=nothing_remembered())) if re.match(r"\d\. ", line)]
    assert [re.search(r"/[a-z]+", step)[0] for step in steps] == ["/severity", "/lead", "/client", "/note"]


def test_a_near_miss_is_thanked_once_from_its_opening_to_its_end():
    none = a_decision("criteria", TOM, issue=HERE, reason="none")
    written = a_body(remediation="None, because nothing broke.")
    for given in (("", ()), ("", (none,)), (written, (none,))):
        text = Renderer(PROJECT).markdown(tree("SEV4", given[0], *given[1]))
        assert text.count("Thank you") == 1


def test_on_jira_a_near_miss_is_asked_one_thing_with_its_lines_and_the_review_waits_for_status():
    markup = WikiWriter(is_cloud=True).markup(tree("SEV4", "", memory=nothing_remembered()), first=STATUS_HEADING)
    assert "||Part" not in markup
    assert "criteria harm-to-person" in markup
