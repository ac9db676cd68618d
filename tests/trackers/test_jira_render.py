"""What the service writes in Jira's wiki markup: our own structure shows, and foreign text does nothing but show."""

import re
from html import unescape

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integration.postmortem.document import Document, Fold, Heading, Link, ListBlock, Paragraph, Table, plain_text
from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.reading.jira_html import read_html
from integration.postmortem.writing import tree as t
from integration.sandbox.jira.wiki import html_of
from integration.sandbox.jira.wiki_inline import Names
from integration.trackers.jira.escape import JOINER, escaped, plain, title
from integration.trackers.jira.marks import (
    last_line,
    property_value,
    purpose_of_property,
    purpose_of_text,
)
from integration.trackers.jira.render import LONGEST, STATUS_HEADING, WikiWriter
from integration.trackers.markers import Signer

CLOUD, SERVER = WikiWriter(is_cloud=True), WikiWriter(is_cloud=False)
DANA = Person("jira", "5b10dana", "5b10dana", "Dana Ruiz")
CASE, OTHER = IssueKey("jira", "10001"), IssueKey("jira", "10002")
SIGNER = Signer(b"0123456789abcdef0123456789abcdef")
# Every name is a person's and every key an issue's, so that whatever slips through shows.
EVERYBODY = Names(lambda who: ("/profile", who), lambda _key: "An issue", "http://jira.example", is_cloud=True)

NASTY = [
    "[~accountid:5b10dana]", "[~dana]", "@dana", "[evil|https://evil.example]", "https://evil.example/x", "HTTPS://evil.example",
    "ftp://evil", "mailto:a@b.example", "a@b.example", "!http://evil.example/p.png!", "!shot.png|thumbnail!", "[^file.pdf]", "[#anchor]",
    "{code}", "{code:java}x{code}", "{noformat}", "{quote}", "{panel:title=x}", "{expand}", "{color:red}x{color}", "{html}", "{{x}}", "}}",
    "{{", "h1. ", "h2. Heading", "bq. quoted", "* item", "# item", "- item", "----", "|", "||", "|a|b|", "||head||", "*bold*", "_em_",
    "??cite??", "-struck-", "+ins+", "^sup^", "~sub~", "{*}b{*}", "\\", "\\\\", "\\\\server\\share", "\\[", "\\{", "PM-1", "PM-12,AB-3",
    "(/)", "(x)", "(!)", "(?)", "(*)", "(i)", "(on)", ":)", ":P", "---", "--", "/verify ok", "!verify ok", "&lt;", "&#91;", "<b>", "<!--", "\n",
    "\r\n", "\n\n", "\u2028", "\u202e", "\u200b", "\ufeff", "\x00", "\x1b[31m", "\ue0000\ue001", "\ud800", " ", "\t", "x", "2026-11-25", "a_b-c",
    "Followthrough · status · 00000000000000000000", "followthrough:v1:status:00000000000000000000000000000000",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(NASTY) | st.text(max_size=6), max_size=8).map("".join)
BARE = re.compile(r"<[^>]*>")


def shown(markup: str) -> str:
    return html_of(markup, EVERYBODY)


def visible(html: str) -> str:
    return " ".join(unescape(BARE.sub("", html)).replace(JOINER, "").split())


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("https:" + "//evil.example")
@example("x\\")
@example("PM\u200b-1")
def test_text_shows_as_itself_and_does_nothing(text: str) -> None:
    html = shown(CLOUD.markup(t.Tree((t.Paragraph(t.line(text)),))))
    assert re.findall(r"<(\w+)", html) in (["p"], [])
    assert visible(html) == " ".join(plain(text).split())


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=4))
@example(["https:", "//evil.example"])
@example(["[", "~dana]"])
@example(["PM", "-1"])
@example(["{co", "de}"])
@example(["\\", "[x]"])
def test_neighbouring_texts_make_nothing_together(texts: list[str]) -> None:
    html = shown(CLOUD.markup(t.Tree((t.Paragraph(tuple(t.Plain(text) for text in texts)),))))
    assert re.findall(r"<(\w+)", html) in (["p"], [])


def a_whole_tree(text: str) -> t.Tree:
    line = t.line(text)
    return t.Tree(
        (
            t.Heading(line),
            t.Paragraph(
                t.line("before ", t.Strong(text), t.Code(text), text, t.Mention(Person("jira", "1", "1", text)))
            ),
            t.Steps((line, line)),
            t.Bullets((line, t.line(t.Strong(text)))),
            t.Grid((text, "two"), ((line, t.line(t.Code(text))), (t.line(t.Strong(text)), line))),
            t.Fold(text, (t.Paragraph(line),)),
            t.Small(line),
            t.Paragraph(t.line(t.Link(text, "https://good.example/x"))),
            t.Paragraph(t.line(t.Link("not a link", f"javascript:{text}"))),
        )
    )


@settings(max_examples=200, deadline=None)
@given(TEXTS)
@example("]\\[")
def test_in_every_place_text_makes_no_link_picture_macro_heading_list_or_cell(text: str) -> None:
    html = shown(CLOUD.markup(a_whole_tree(f"a{text}z")))
    expected = shown(CLOUD.markup(a_whole_tree("az")))
    for tag in (
        "a",
        "img",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ol",
        "ul",
        "table",
        "tr",
        "td",
        "th",
        "pre",
        "blockquote",
        "hr",
        "div",
        "font",
    ):
        assert len(re.findall(rf"<{tag}\b", html)) == len(re.findall(rf"<{tag}\b", expected)), tag
    assert 'class="user-hover"' not in html


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_no_line_of_ours_reads_as_a_command(text: str) -> None:
    markup = CLOUD.markup(a_whole_tree(text), last=last_line(SIGNER, CASE, "status"))
    assert not [line for line in markup.splitlines() if line.lstrip().startswith(("/", "!"))]


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_titles_are_one_line_without_hidden_characters(text: str) -> None:
    made = title(text * 30)
    assert len(made) <= 200
    assert not re.search(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069\u200b\ufeff]", made)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=30))
def test_addresses_stay_inside_their_link(tail: str) -> None:
    html = shown(CLOUD.markup(t.Tree((t.Paragraph(t.line(t.Link("see", f"https://good.example/{tail}"))),))))
    assert re.findall(r"<(\w+)", html) == ["p", "a"]
    assert 'href="https://good.example/' in html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x.example", "//x.example", "https://", "https://a:b@x.example", "http://x y.example", "https://[x"]
)  # fmt: skip
def test_only_sound_http_addresses_become_links(url: str) -> None:
    assert "[" not in CLOUD.markup(t.Tree((t.Paragraph(t.line(t.Link("see", url))),)))


def test_our_own_structure_is_read_back_as_it_was_meant() -> None:
    ref = IssueRef(IssueKey("jira", "10002"), "PM-2", "https://jira.example/browse/PM-2")
    tree = t.Tree(
        (
            t.Paragraph(t.line(t.Strong("SEV1 · full post-mortem"), " · due 2026-11-25 14:10 UTC")),
            t.Steps((t.line("Who leads? ", t.Code("/lead @name")), t.line("When did it begin?"))),
            t.Fold("Actions (1)", (t.Grid(("action", "ticket", "owner"), ((t.line("Filter | sort"), t.line(t.IssueLink(ref)), t.line()),)),)),
            t.Paragraph(t.line("See ", t.Link("the runbook", "https://x.example/a?b=c&d=e"), ".")),
            t.Small(t.line("Judged 2026-11-23 · ", t.Code("/status"))),
        )
    )  # fmt: skip
    document: Document = read_html(shown(CLOUD.markup(tree, first=STATUS_HEADING)))
    heading, first, steps, fold, table, see, small = document.blocks
    assert isinstance(heading, Heading)
    assert isinstance(first, Paragraph)
    assert isinstance(steps, ListBlock)
    assert isinstance(fold, Heading)
    assert isinstance(table, Table)
    assert isinstance(see, Paragraph)
    assert isinstance(small, Paragraph)
    assert (heading.text.plain, fold.text.plain) == ("Followthrough", "Actions (1)")
    assert first.text.plain == "SEV1 · full post-mortem · due 2026-11-25 14:10 UTC"
    assert plain_text(steps.items[0].blocks) == "Who leads? /lead @name"
    assert [cell.plain for cell in table.rows[0].cells] == ["Filter | sort", "PM-2", ""]
    assert see.text.links == (Link("the runbook", "https://x.example/a?b=c&d=e"),)
    assert not any(isinstance(block, Fold) for block in document.blocks)


def test_a_picture_of_a_timeline_leaves_no_trace_since_jira_draws_none() -> None:
    chart = t.Chart((("2026-11-18", (("09:00", "release 41"),)),))
    assert CLOUD.markup(t.Tree((t.Fold("Timeline (1 entry)", (chart, t.Paragraph(t.line("Table.")))),))) == (
        "h5. Timeline (1 entry)\n\nTable."
    )


def test_a_mention_notifies_only_where_it_is_meant_to() -> None:
    ask = t.Tree((t.Paragraph(t.line("Ask ", t.Mention(DANA, notify=True), ", not ", t.Mention(DANA))),))
    assert CLOUD.markup(ask) == "Ask [~accountid:5b10dana], not Dana Ruiz"
    server = Person("jira", "JIRAUSER1", "dana", "Dana Ruiz")
    assert SERVER.markup(t.Tree((t.Paragraph(t.line(t.Mention(server, notify=True))),))) == "[~dana]"
    for person in (Person("github", "7", "dana-r", "Dana"), Person("jira", "1", "x]|evil[", "Dana")):
        assert SERVER.markup(t.Tree((t.Paragraph(t.line(t.Mention(person, notify=True))),))) == "Dana"


def test_an_issue_of_another_tracker_is_a_link_and_one_of_ours_its_key() -> None:
    ours = IssueRef(IssueKey("jira", "1"), "PM-1", "https://jira.example/browse/PM-1")
    theirs = IssueRef(IssueKey("github", "1"), "acme/shop#1", "https://github.example/acme/shop/issues/1")
    markup = CLOUD.markup(t.Tree((t.Paragraph(t.line(t.IssueLink(ours), "2 and ", t.IssueLink(theirs))),)))
    assert markup == f"PM-1{JOINER}2 and [acme/shop#1|https://github.example/acme/shop/issues/1]"


def test_a_text_that_is_too_long_loses_its_last_folds_first_and_says_so() -> None:
    fold = t.Fold("Parts", tuple(t.Paragraph(t.line("word " * 200)) for _ in range(15)))
    last = last_line(SIGNER, CASE, "status")
    tree = t.Tree((t.Paragraph(t.line("Next:")), fold, fold, fold, t.Small(t.line("Judged."))))
    markup = CLOUD.markup(tree, first=STATUS_HEADING, last=last)
    assert len(markup) <= LONGEST
    assert markup.startswith(STATUS_HEADING)
    assert markup.endswith(f"_Judged._\n\n{last}")
    assert markup.count("left out here") == 1
    assert markup.count("h5. Parts") == 3


def test_a_text_without_folds_that_is_too_long_ends_early_and_keeps_its_mark() -> None:
    tree = t.Tree(tuple(t.Paragraph(t.line("word " * 200)) for _ in range(100)))
    markup = CLOUD.markup(tree, last=last_line(SIGNER, CASE, "status"))
    assert LONGEST - 2000 < len(markup) <= LONGEST
    assert purpose_of_text(SIGNER, CASE, markup) == "status"
    one = t.Tree((t.Paragraph(t.line("word " * 10_000)),))
    assert len(CLOUD.markup(one)) <= LONGEST


@pytest.mark.parametrize("purpose", ["status", "ticket:A1", "reply:reopen:PM-7:1", "reply:+x-y_z.1"])
def test_a_mark_is_found_again_for_its_own_issue_and_purpose_alone(purpose: str) -> None:
    text = CLOUD.markup(t.Tree((t.Paragraph(t.line("Hello.")),)), last=last_line(SIGNER, CASE, purpose))
    assert purpose_of_text(SIGNER, CASE, text) == purpose
    assert purpose_of_text(SIGNER, CASE, text.replace("~", "{~}")) == purpose
    assert purpose_of_text(SIGNER, OTHER, text) is None
    assert purpose_of_text(Signer(b"another key of thirty-two bytes."), CASE, text) is None
    assert purpose_of_text(SIGNER, CASE, text.replace("Followthrough · ", "Followthrough · x")) is None
    # It is small print, and nothing in it is read as a link.
    assert "<a" not in shown(text)
    assert "<sub>" in shown(text)


def test_the_last_sound_mark_counts() -> None:
    first, second = (last_line(SIGNER, CASE, purpose) for purpose in ("status", "reply:1"))
    forged = "Followthrough · ticket:A1 · 00000000000000000000"
    assert purpose_of_text(SIGNER, CASE, f"{first}\n{second}\n{forged}") == "reply:1"


def test_a_property_is_sound_only_as_it_was_signed() -> None:
    value = property_value(SIGNER, CASE, "ticket:A1")
    assert purpose_of_property(SIGNER, CASE, value) == "ticket:A1"
    assert purpose_of_property(SIGNER, OTHER, value) is None
    for forged in (None, [], "x", {}, {"marker": 7}, {"marker": value["marker"].replace("A1", "A2")}):
        assert purpose_of_property(SIGNER, CASE, forged) is None


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ("post-mortem on 2026-11-25", "post-mortem on 2026-11-25"),
        ("Who leads?", "Who leads?"),
        ("snake_case and a-b", "snake_case and a-b"),
        ("PM-12", r"PM\-12"),
        ("[~dana]", r"\[\~dana\]"),
        ("a|b", r"a\|b"),
        ("C:\\temp", f"C:\\{JOINER}temp"),
        ("https://x", f"https:{JOINER}//x"),
    ],
)
def test_ordinary_text_stays_readable_in_the_source(text: str, markup: str) -> None:
    assert escaped(text) == markup
