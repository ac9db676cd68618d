"""Documents that were written to hurt: each reader, and the rules behind it, go over them in steps that grow with the length.

One line has a megabyte; lists and tables have what is read of a text at most. Nothing is timed: what is quadratic in a megabyte takes
hours, so that the limit of a test tells it from what is not, on the slowest machine.
"""

import pytest

from integration.postmortem.document import Block, Document, Fold, Heading, Item, ListBlock, Paragraph, Row, Table, Text
from integration.postmortem.judgement import facts_needed, judge
from integration.postmortem.plan import plan
from integration.postmortem.reading.commands import read_commands
from integration.postmortem.reading.html import MAX_CHARS
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.wording import blaming
from integration.postmortem.rules.deciding import WORDS
from tests.builders import NOW, a_case, a_policy, an_incident, facts, nothing_remembered

MEGABYTE = 1_000_000
POLICY = a_policy()
pytestmark = pytest.mark.timeout(120)


def of(piece: str, length: int = MEGABYTE) -> str:
    """Return the piece so often that it makes a megabyte."""
    return piece * (length // len(piece))


def judged(*blocks: Block) -> None:
    """Look for what judging needs, judge and plan, as a look does."""
    case = a_case(an_incident("SEV1", body="long", document=Document(blocks)))
    memory = nothing_remembered()
    facts_needed(case, memory, POLICY)
    assessment = judge(case, facts(), memory, POLICY, NOW)
    plan(assessment, case, memory, POLICY)


def items(piece: str, length: int = MAX_CHARS) -> ListBlock:
    """Return a list of as many items as make the longest text that is read."""
    item = Item((Paragraph(Text(piece), 3),), None, 3)
    return ListBlock(False, (item,) * (length // len(piece)), 3)


def rows(*cells: str, header: tuple[str, ...], length: int = MAX_CHARS) -> Table:
    """Return a table of as many rows as make the longest text that is read."""
    row = Row(tuple(map(Text, cells)), 3)
    return Table(tuple(map(Text, header)), (row,) * (length // sum(map(len, cells))), 3)


def nested(piece: str, depth: int) -> ListBlock:
    """Return a list in a list, as deep as the parser lets one through."""
    inner = ListBlock(False, (Item((Paragraph(Text(piece)),)),))
    for _ in range(depth):
        inner = ListBlock(False, (Item((Paragraph(Text(piece)), inner)),))
    return inner


ONE_LINE = [
    ("Timeline", "09:00 "),
    ("Timeline", "09:00–"),
    ("Timeline", "2026-11-01 "),
    ("Timeline", "on 3 November 2026 at 9 am "),
    ("Timeline", "+12 min "),
    ("Timeline", "1"),
    ("Timeline", "1 "),
    ("Timeline", "1:"),
    ("Timeline", "UTC+2+2 "),
    ("Timeline", "detected resolved "),
    ("Root causes", "because "),
    ("Root causes", "why "),
    ("Root causes", "a → b → "),
    ("Root causes", "Category: data; Phase: design; "),
    ("Root causes", "1. "),
    ("Root causes", "PM-1 #1 "),
    ("Contributing factors", "Monitoring: "),
    ("Model behaviour", "Segments: "),
    ("Data investigation", "does not apply, because "),
    ("Fairness impact", "unknown, "),
    ("Impact", "Users: 1'"),
    ("Impact", "Money: 1 000 "),
    ("Impact", "Users: $"),
    ("Where else?", "search, ("),
    ("Where else?", "not affected (checked) "),
    ("Remediation actions", "A1: filter by 2026-12-01 "),
    ("Remediation actions", "due by until "),
    ("Roles", "Lead: @dana, deputy "),
    ("Review meeting", "Day: 2026-11-01 "),
    ("Summary", '"'),
    ("Summary", "“"),
    ("Summary", "["),
    ("Summary", "{{"),
    ("Summary", "<"),
    ("Summary", "he should have "),
    ("Summary", " " * 50 + "x"),
    ("Summary", "\u200b"),
    ("Summary", "tbd "),
]


@pytest.mark.parametrize(("section", "piece"), ONE_LINE, ids=[f"{section} {piece!r}" for section, piece in ONE_LINE])
def test_a_line_of_a_megabyte_is_judged(section: str, piece: str) -> None:
    label, colon, rest = piece.partition(": ") if section == "Impact" else ("", "", piece)
    judged(Heading(2, Text(section), 1), Paragraph(Text(f"{label}{colon}{of(rest)}"), 3))


MANY = [
    ("Timeline", items("09:00 it was detected")),
    ("Timeline", items("+12 min and")),
    ("Timeline", rows("2026-11-01 09:00", "it began", header=("When", "What"))),
    ("Timeline", Table(tuple(map(Text, ("When",) * 20_000)), (Row((Text("09:00"),) * 20_000, 3),) * 5, 3)),
    ("Root causes", items("because the export dropped it")),
    ("Root causes", items("Data: rows (phase: design)")),
    ("Root causes", nested("because", 60)),
    ("Root causes", rows("1", "why", "because", header=("#", "Why", "Answer"))),
    ("Root causes", rows("a row", "a prompt", "nobody", header=("Data", "Model", "Process"))),
    ("Model behaviour", items("Segments: all of them")),
    ("Data investigation", rows("Profile", "as expected", header=("What", "Shown"))),
    ("Fairness impact", Paragraph(Text(of("Concentration by group: none\n", MAX_CHARS)), 3)),
    ("Impact", rows("Users", "300 users", header=("What", "How much"))),
    ("Impact", rows("Money", "1'1'1'1'1'1'1'1'", header=("What", "How much"))),
    ("Impact", items("Money: 1,000 USD, and 300 users")),
    ("Where else?", items("search: not yet checked (@dana, 2026-12-01)")),
    ("Remediation actions", items("A1: Filter products by 2026-12-01")),
    ("Summary", Fold(Text("all of it"), (items("He should have seen it."),), 3)),
]


@pytest.mark.parametrize(
    ("section", "block"),
    MANY,
    ids=[f"{at} {section} {type(block).__name__}" for at, (section, block) in enumerate(MANY)],
)
def test_items_rows_and_lines_as_many_as_are_read_are_judged(section: str, block: Block) -> None:
    judged(Heading(2, Text(section), 1), block)


def test_causes_under_ten_thousand_headings_are_judged() -> None:
    heading, text = Heading(3, Text("Data"), 3), Paragraph(Text("a row was left out"), 5)
    judged(Heading(2, Text("Root causes"), 1), *(heading, text) * 10_000)


HTML = [
    *("<p>", "<div>", "<ul><li>", "<table><tr><td>", "<table><td>x", '<a href="x">', "<b>a<i>b</b>c</i>", "<b>x</b> "),
    *("<!--", "<!-- x -->", "&amp;", "&#x", "<", "</p>", "</div>", "x<br/>", "<pre>x", "<details><summary>x", "&nbsp;"),
    *('<a class="user-hover" rel="dana" href="/x">Dana</a> ', "<script>", "<template>", "<svg><p>", '<img alt="x">'),
    *(
        "<h2>Impact</h2>",
        "<h3>Timeline</h3><p>09:00 began</p>",
        "<table><tr><td>Users</td><td>1'1'1'</td></tr></table>",
    ),
]


@pytest.mark.parametrize("piece", HTML)
def test_a_megabyte_of_what_jira_renders_is_read_up_to_the_cap_and_judged(piece: str) -> None:
    document = read_html(of(piece))
    assert document.truncated
    judged(*document.blocks)


@pytest.mark.parametrize(
    "piece", [*(piece for _, piece in ONE_LINE), "- 09:00 x\n", "| a | b |\n", "> ", "**a** ", "`"]
)
def test_a_megabyte_of_markdown_is_read_up_to_the_cap(piece: str) -> None:
    text = of(piece)
    document = read_markdown(text)
    assert document.truncated == (len(text) > MAX_CHARS)


@pytest.mark.parametrize(
    "piece", ["/note 09:00 x\n", "/", "> ", "`", "<!--", "/verify " + "x" * 5_000 + "\n", "\u200b", "\n"]
)
def test_a_comment_of_a_megabyte_is_read_for_commands(piece: str) -> None:
    assert len(read_commands(of(piece), WORDS)) <= 50


@pytest.mark.parametrize("piece", ["He should have known. ", "he ", "you ", '"', "a.", "\n", "never ever "])
def test_a_megabyte_of_prose_is_read_for_blame(piece: str) -> None:
    assert sum(1 for _ in blaming((Paragraph(Text(of(piece)), 1),), POLICY.language)) <= MEGABYTE // len(piece)
