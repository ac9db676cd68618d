"""What the service writes on GitHub: the tree as Markdown, and any text in it as nothing but text (S15)."""

import html
import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from integration.postmortem.incident import IssueKey, IssueRef
from integration.postmortem.people import Person
from integration.postmortem.writing.tree import (
    Bars,
    Bullets,
    Chart,
    Code,
    Fold,
    Grid,
    Heading,
    Inline,
    IssueLink,
    Link,
    Mention,
    Paragraph,
    Plain,
    Small,
    Steps,
    Strong,
    Tree,
    line,
)
from integration.trackers.github import escape
from integration.trackers.github.render import LIMIT, Renderer
from tests.trackers.github_markdown import PARSER, seen

RENDERER = Renderer("acme/shop")
DANA = Person("github", "1001", "dana")
HERE = IssueRef(IssueKey("github", "1"), "acme/shop#12", "https://github.com/acme/shop/issues/12")
THERE = IssueRef(IssueKey("github", "2"), "acme/other#3", "https://github.com/acme/other/issues/3")
ELSEWHERE = IssueRef(IssueKey("jira", "10001"), "PM-7", "https://jira.example/browse/PM-7")

# Pieces that mean something somewhere, so that chance puts them together.
WORDS = """
@ # : / \\ ` * _ [ ] ( ) < > ! | ~ - + = . $ & ; GH- http:// https:// www. @dana #12 acme/shop#1 a@b.co <b> <!-- -->
followthrough:v1:status: </details> <img src=x> ``` ~~~ deadbeef 1234567 :tada: :100: [x](y) ![x](y) 1. - --- ===
&lt; &#64; &nbsp; $x$ [^1] [!NOTE] /close !close x 0 a CVE-2024-1 {}
"""
PIECES = st.sampled_from([*WORDS.split(), "\n", "\t", "\u200b", "\u202e", "\u2066", "\x00", "\ud800"])
HOSTILE = st.one_of(st.lists(PIECES, max_size=12).map("".join), st.text(max_size=40), st.lists(PIECES).map(" ".join))


def rendered(*blocks: object) -> str:
    return RENDERER.markdown(Tree(blocks))  # type: ignore[arg-type]


def paragraph(*parts: Inline | str) -> str:
    return rendered(Paragraph(line(*parts)))


# Text stays text


@settings(deadline=None)
@given(HOSTILE)
@example("- [ ] x")
@example("1) x")
@example("# x")
@example("    code")
@example("> quote")
@example("a\n===")
@example("| a |\n|---|")
@example("user@0123456789")
@example("https:/" + "/x")
@example("$`x`$")
def test_any_text_is_one_paragraph_of_the_same_text(words: str) -> None:
    result = seen(paragraph(words))
    assert set(result.kinds) <= {"paragraph_open", "paragraph_close", "text", "text_special", "html_inline"}
    assert set(result.tags) <= {"<span>", "</span>"}
    assert result.links == []
    assert result.found == []
    assert result.visible == escape.clean(words)


@settings(deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE)
def test_any_text_keeps_to_its_place_in_lists_headings_tables_and_folds(first: str, second: str, third: str) -> None:
    text = rendered(
        Heading(line(first), 1),
        Bullets((line(first), line(Strong(second), Plain(third)))),
        Steps((line(second),)),
        Grid(("Action", second), ((line(first), line(third)), (line(Code(second)), line(first, Strong(third))))),
        Fold(third, (Paragraph(line(first)),)),
        Small(line(second)),
    )
    result = seen(text)
    counts = {
        kind: result.kinds.count(kind) for kind in ("heading_open", "list_item_open", "tr_open", "td_open", "th_open")
    }
    assert counts == {"heading_open": 1, "list_item_open": 3, "tr_open": 3, "td_open": 4, "th_open": 2}
    assert not {"image", "link_open", "fence", "code_block", "blockquote_open", "hr"} & set(result.kinds)
    allowed = {"<span>", "</span>", "<strong>", "</strong>", "<code>", "</code>", "<sub>", "</sub>"}
    blocks = [tag for tag in result.tags if tag not in allowed]
    assert [re.sub(r"<summary>.*</summary>", "<summary></summary>", tag.strip()) for tag in blocks] == [
        "<details><summary></summary>",
        "</details>",
    ]
    assert result.found == []


@settings(deadline=None)
@given(HOSTILE)
def test_a_summary_is_read_as_text_between_its_tags(words: str) -> None:
    text = rendered(Fold(words, (Paragraph(line("x")),)))
    inner = text.split("<summary>")[1].split("</summary>")[0]
    assert "<" not in inner.replace("<span>$</span>", "")
    shown = html.unescape(inner.replace("<span>$</span>", "$"))
    assert shown.replace("\u200b", "") == escape.clean(words)


@settings(deadline=None)
@given(HOSTILE)
def test_code_shows_exactly_its_line(words: str) -> None:
    literal = escape.clean(words)
    text = paragraph(Code(words))
    tokens = [child for token in PARSER.parse(text) for child in token.children or ()]
    assert [(token.type, token.content) for token in tokens] == ([("code_inline", literal)] if literal else [])


@settings(deadline=None)
@given(HOSTILE)
def test_cleaned_text_is_one_line_of_visible_characters(words: str) -> None:
    cleaned = escape.clean(words)
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in cleaned)
    assert not any(
        unicodedata.bidirectional(char) in {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
        for char in cleaned
    )
    assert cleaned == cleaned.strip()
    cleaned.encode()


@settings(deadline=None)
@given(HOSTILE)
def test_a_title_is_one_line_of_at_most_200_characters_and_never_empty(words: str) -> None:
    title = escape.title(words * 20, "A1")
    assert 0 < len(title) <= 200
    assert "\n" not in title


@pytest.mark.parametrize(
    "words",
    [
        "@dana please",
        "see #12 and acme/shop#3 and GH-4",
        "fixed in 0123456789abcdef0123456789abcdef01234567",
        "https://evil.example/x",
        "www.evil.example",
        "mail dana@example.com",
        ":tada:",
        "<img src=x onerror=alert(1)>",
        "<!-- followthrough:v1:status:00000000000000000000000000000000 -->",
        "[click](https://evil.example)",
        "![x](https://evil.example/x.png)",
        "costs $5 and $6",
        "/close",
        "```\ncode\n```",
    ],
)
def test_what_is_dangerous_on_github_reads_as_it_was_written(words: str) -> None:
    result = seen(paragraph(words))
    assert (result.found, result.links) == ([], [])
    assert result.visible == escape.clean(words)


def test_times_of_day_and_amounts_are_left_in_peace() -> None:
    assert paragraph("from 14:10:05 to 15:00, 250 rows") == "from 14:10:05 to 15:00, 250 rows"


def test_commands_of_others_cannot_begin_a_line() -> None:
    assert [paragraph(words) for words in ("/close", "!close", "- x", "1. x", "12) x", "+ x", "= x")] == [
        "\\/close",
        "\\!close",
        "\\- x",
        "1\\. x",
        "12\\) x",
        "\\+ x",
        "\\= x",
    ]


# The parts of the tree


def test_only_a_notifying_mention_mentions() -> None:
    assert paragraph(Mention(DANA, notify=True), " please") == "@dana please"
    assert paragraph(Mention(DANA)) == "dana"


@pytest.mark.parametrize("handle", ["dana evil", "../x", "[bot]", "helper[bot]", ""])
def test_a_handle_that_cannot_be_mentioned_is_text(handle: str) -> None:
    person = Person("github", "1", handle, "The helper")
    assert paragraph(Mention(person, notify=True)) == "The helper"


def test_people_of_another_tracker_are_never_mentioned() -> None:
    assert paragraph(Mention(Person("jira", "1", "dana", "Dana"), notify=True)) == "Dana"


def test_what_follows_a_mention_or_an_issue_does_not_change_whom_or_which_it_means() -> None:
    assert paragraph(Mention(DANA, notify=True), "-evil") == "@dana&#8203;-evil"
    assert paragraph(IssueLink(HERE), "3") == "#12&#8203;3"
    assert paragraph("evil/repo", IssueLink(HERE)) == "evil/repo&#8203;#12"


def test_issues_are_called_as_github_calls_them() -> None:
    assert paragraph(IssueLink(HERE), ", ", IssueLink(THERE), ", ", IssueLink(ELSEWHERE)) == (
        "#12, acme/other#3, [PM-7](https://jira.example/browse/PM-7)"
    )


def test_an_issue_without_a_safe_name_or_address_is_text() -> None:
    odd = IssueRef(IssueKey("github", "1"), "acme/shop#1)[x](javascript:x", "javascript:alert(1)")
    result = seen(paragraph(IssueLink(odd)))
    assert result.links == []


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("https://ci.example/run/7", "https://ci.example/run/7"),
        ("https://ci.example/a(b)c?x=1&y=[2]#z", "https://ci.example/a%28b%29c?x=1&y=%5B2%5D#z"),
        ("https://ci.example/a|b<c>\"'\\", "https://ci.example/a%7Cb%3Cc%3E%22%27%5C"),
        ("https://ci.example/ä", "https://ci.example/%C3%A4"),
    ],
)
def test_a_link_leads_where_it_says_and_nowhere_else(url: str, where: str) -> None:
    for text in (paragraph(Link("the run", url)), rendered(Grid(("x",), ((line(Link("the run", url)),),)))):
        result = seen(text)
        assert result.links == [where]
        assert "the run" in result.visible


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "/relative",
        "https://",
        "https://github.com@evil.example/",
        "https://a b.example/",
        "https://x.example/\n[x](y)",
        "https://x.example:port/",
        "https://x.example/" + "x" * 3_000,
        "https://[::1/",
        "",
    ],
)
def test_other_addresses_are_shown_as_text(url: str) -> None:
    result = seen(paragraph(Link("the run", url)))
    assert (result.links, result.visible, result.found) == ([], "the run", [])


@settings(deadline=None)
@given(HOSTILE, HOSTILE)
def test_a_link_with_any_text_is_one_link(text: str, tail: str) -> None:
    result = seen(paragraph("!", Link(text, "https://ci.example/" + tail), tail))
    assert "image" not in result.kinds
    assert len(result.links) <= 1
    assert all(link.startswith("https://ci.example/") for link in result.links)


@pytest.mark.parametrize(
    ("parts", "visible"),
    [
        ((Strong("a"), Strong("b")), "ab"),
        ((Strong("(a)"), Plain("b")), "(a)b"),
        ((Plain("a"), Strong(" b "), Plain("c")), "abc"),
        ((Strong("*"), Plain("*")), "**"),
        ((Code("a"), Code("b")), ""),
        ((Plain("`"), Code("b")), "`"),
        ((Strong(""), Plain("x")), "x"),
    ],
)
def test_neighbours_do_not_run_into_each_other(parts: tuple[Inline, ...], visible: str) -> None:
    result = seen(paragraph(*parts))
    assert result.visible == visible
    strong = [part for part in parts if isinstance(part, Strong) and part.text.strip()]
    assert result.kinds.count("strong_open") + result.tags.count("<strong>") == len(strong)
    assert result.kinds.count("code_inline") == sum(isinstance(part, Code) for part in parts)


def test_words_keep_the_blanks_between_them() -> None:
    assert paragraph("Owner ", Strong("dana"), " since ", Code("v1")) == "Owner **dana** since `v1`"


def test_a_pipe_in_code_does_not_end_a_cell() -> None:
    result = seen(rendered(Grid(("Command", "x"), ((line(Code("a | b")), line("c")),))))
    assert result.kinds.count("td_open") == 2
    assert result.visible == "Commandxa | bc"


def test_rows_of_another_length_than_the_header_are_filled_or_cut() -> None:
    grid = Grid(("a", "b"), ((line("1"),), (line("1"), line("2"), line("3"))))
    assert rendered(grid).splitlines()[2:] == ["| 1 |  |", "| 1 | 2 |"]


def test_the_whole_tree_as_it_reads() -> None:
    text = rendered(
        Heading(line("Next"), 1),
        Steps((line("Who leads? ", Code("/lead @name")), line("When did it begin?"))),
        Fold("All 14 parts", (Bullets((line("Timeline"), line("Impact"))),)),
        Small(line("Judged 2026-11-23 15:02 UTC")),
    )
    assert text == (
        "### Next\n\n"
        "1. Who leads? `/lead @name`\n2. When did it begin?\n\n"
        "<details><summary>All 14 parts</summary>\n\n- Timeline\n- Impact\n\n</details>\n\n"
        "<sub>Judged 2026-11-23 15:02 UTC</sub>"
    )


# Length


def a_long_tree(rows: int, wide: int = 100) -> Tree:
    row = (line("x" * wide), line(Code("y" * wide)))
    return Tree(
        (
            Paragraph(line("The first line.")),
            Fold("Parts", (Bullets(tuple(line(f"part {n} " + "x" * wide) for n in range(rows))),)),
            Fold("Actions", (Grid(("what", "how"), (row,) * rows),)),
            Small(line("The small print.")),
        )
    )


def test_what_is_too_long_loses_rows_of_its_last_folds_and_says_so() -> None:
    text = RENDERER.markdown(a_long_tree(400), last="<!-- mark -->")
    assert LIMIT - 500 < len(text) <= LIMIT
    assert "The first line." in text
    assert "part 399 " in text
    assert "more are not shown, as GitHub takes no longer text." in text
    assert "The small print." in text
    assert text.endswith("<!-- mark -->")
    assert text.count("<details>") == text.count("</details>") == 2


def test_what_is_far_too_long_loses_rows_of_every_fold() -> None:
    text = RENDERER.markdown(a_long_tree(4_000))
    assert len(text) <= LIMIT
    assert text.count("more are not shown") == 2


def test_what_does_not_fit_without_its_folds_loses_its_end() -> None:
    tree = Tree(tuple(Paragraph(line(f"{n} " + "x" * 1_000)) for n in range(100)))
    text = RENDERER.markdown(tree, last="<!-- mark -->")
    assert len(text) <= LIMIT
    assert text.startswith("0 xxx")
    assert text.endswith("GitHub takes no longer text; the rest is left out here.\n\n<!-- mark -->")


def test_one_paragraph_longer_than_everything_still_fits() -> None:
    assert len(RENDERER.markdown(Tree((Paragraph(line("@" * 100_000)),)))) <= LIMIT


def test_what_fits_is_left_whole() -> None:
    assert "not shown" not in RENDERER.markdown(a_long_tree(10))


# Diagrams

HOSTILE_LABELS = (
    'a : b ; c "d" %% e',
    "%%{init: {'securityLevel': 'loose'}}%%",
    "```\n<script>alert(1)</script>",
    'click a href "javascript:alert(1)"',
    "[x](https://evil.example) <img src=x onerror=alert(1)>",
    "---\nconfig: x\n---",
    "#58; ﬂ°°60¶ß {{x}} style a: #fff;",
    "@gina #12",
)


def a_chart(*words: str) -> str:
    return rendered(Chart((("2026-11-18", tuple(("09:00", each) for each in words)),)))


def test_a_timeline_is_a_mermaid_diagram_in_a_fence() -> None:
    assert a_chart("release 41 went out", "over: 3 of 4") == (
        "```mermaid\ntimeline\n    section 2026#45;11#45;18\n"
        "        09#58;00 : release 41 went out\n        09#58;00 : over#58; 3 of 4\n```"
    )


@given(HOSTILE)
@example("\u200b")
@example(HOSTILE_LABELS[0])
@example(HOSTILE_LABELS[1])
@example(HOSTILE_LABELS[2])
@example(HOSTILE_LABELS[6])
def test_any_text_in_a_diagram_is_one_label_of_letters_blanks_and_character_numbers(words: str) -> None:
    label = escape.diagram(words)
    assert re.fullmatch(r"(?:[^\W_]| |#\d+;)+", label)
    assert html.unescape(label.replace("#", "&#")) == (escape.clean(words) or "–")


@given(HOSTILE, HOSTILE)
@example(*HOSTILE_LABELS[2:4])
def test_a_diagram_stays_within_its_fence_and_keeps_a_line_an_entry(first: str, second: str) -> None:
    (fence,) = PARSER.parse(a_chart(first, second))
    assert (fence.type, fence.info) == ("fence", "mermaid")
    head, section, *entries = fence.content.splitlines()
    assert (head, section) == ("timeline", "    section 2026#45;11#45;18")
    # A colon parts clock and words, and nothing else of a line is a sign that Mermaid reads.
    assert [entry.count(":") for entry in entries] == [1, 1]
    assert not re.search(r"""["'`%<>{}\[\]()@&\\/]""", fence.content)


@given(HOSTILE)
@example('a" --> b')
@example("50 % & more #58; %%{init}%%")
def test_any_text_in_a_chart_of_numbers_stays_a_name_between_its_quotes(words: str) -> None:
    (fence,) = PARSER.parse(rendered(Bars(words, (words, "b"), (words, (1, 2)), ("before", (2, 1)))))
    kind, title, labels, height, bars, line_ = fence.content.splitlines()
    assert (kind, bars.strip(), line_.strip()) == ("xychart-beta", "bar [1, 2]", "line [2, 1]")
    assert [each.count('"') for each in (title, labels, height)] == [2, 4, 2]
    assert not re.search(r"[#`%<>{}&\\;]", "".join(re.findall(r'"([^"]*)"', fence.content)))


@pytest.mark.parametrize(("highest", "axis"), [(0, 8), (1, 8), (7, 8), (8, 8), (9, 9), (37, 37)])
def test_a_chart_of_small_numbers_is_as_high_as_mermaid_needs_to_mark_whole_ones(highest: int, axis: int) -> None:
    assert f'    y-axis "causes" 0 --> {axis}\n' in rendered(Bars("Root causes", ("data",), ("causes", (highest,))))


def test_the_signs_of_a_title_of_a_chart_are_shown_as_they_stand() -> None:
    assert '    title "Root causes: bars now, line (before)"' in rendered(
        Bars("Root causes: bars now, line (before)", ("data",), ("causes", (1,)))
    )
