"""GitHub Markdown is read as people see it, with source lines, and whatever comes in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.document import (
    CodeBlock,
    Divider,
    Fold,
    Heading,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Quote,
    Style,
    Table,
    links_of,
    plain_text,
    texts_of,
)
from integration.postmortem.reading.markdown import read_markdown, without_front_matter


def only(text: str):
    (block,) = read_markdown(text).blocks
    return block


def test_a_heading_has_its_level_its_words_and_its_line() -> None:
    heading = read_markdown("para\n\n### Root *cause*\n").blocks[1]
    assert isinstance(heading, Heading)
    assert (heading.level, heading.text.plain, heading.line) == (3, "Root cause", 3)


def test_a_line_break_in_an_issue_is_a_line_break() -> None:
    assert only("12:16 - bad rollout\n15:51 - noticed").text.plain == "12:16 - bad rollout\n15:51 - noticed"


def test_html_comments_are_invisible_in_text_and_as_blocks() -> None:
    document = read_markdown("before <!-- secret --> after\n\n<!--\nwhole block\n-->\n\nend")
    assert plain_text(document.blocks) == "before after\nend"


def test_boxes_are_ticked_open_or_absent() -> None:
    listing = only("- [x] done\n- [ ] open\n- [X] also done\n- none\n- [link](http://a.b)")
    assert isinstance(listing, ListBlock)
    assert [item.checked for item in listing.items] == [True, False, True, None, None]
    assert plain_text(listing.items[0].blocks) == "done"
    assert listing.items[2].line == 3


def test_numbered_lists_and_nested_lists_keep_their_shape() -> None:
    listing = only("1. one\n   - inner\n2. two")
    assert isinstance(listing, ListBlock)
    assert listing.ordered
    inner = listing.items[0].blocks[1]
    assert isinstance(inner, ListBlock)
    assert not inner.ordered


def test_a_table_has_header_rows_and_a_line_for_each_row() -> None:
    table = only("| a | b |\n|---|---|\n| 1 | 2<br>3 |\n| 4 |")
    assert isinstance(table, Table)
    assert [cell.plain for cell in table.header] == ["a", "b"]
    assert [[cell.plain for cell in row.cells] for row in table.rows] == [["1", "2\n3"], ["4", ""]]
    assert [row.line for row in table.rows] == [3, 4]


def test_a_raw_html_table_is_a_table_too() -> None:
    table = only("<table>\n<tbody><tr><th>h</th></tr><tr><td>c <b>d</b></td></tr></tbody></table>")
    assert isinstance(table, Table)
    assert table.header[0].plain == "h"
    assert table.rows[0].cells[0].plain == "c d"
    assert table.line == 1


def test_details_fold_markdown_under_their_summary() -> None:
    fold = only("<details>\n<summary>More <i>here</i></summary>\n\n## Inner\n\n- item\n\n</details>")
    assert isinstance(fold, Fold)
    assert fold.summary.plain == "More here"
    assert [type(block) for block in fold.blocks] == [Heading, ListBlock]


def test_details_without_a_summary_fold_as_well() -> None:
    fold = only("<details>\n\ninner\n\n</details>")
    assert isinstance(fold, Fold)
    assert fold.summary.plain == ""
    assert plain_text(fold.blocks) == "inner"


def test_fences_quotes_and_rules_are_told_apart() -> None:
    document = read_markdown("```py\n# no heading\n```\n\n> quoted\n\n---\n\n    indented")
    code, quote, rule, indented = document.blocks
    assert isinstance(code, CodeBlock)
    assert code.text == "# no heading"
    assert code.line == 1
    assert isinstance(quote, Quote)
    assert isinstance(rule, Divider)
    assert isinstance(indented, CodeBlock)
    assert plain_text(document.blocks) == "# no heading\nquoted\nindented"


def test_links_pictures_and_bare_addresses_are_links() -> None:
    paragraph = only("see [the run](https://a.b/1) ![graph](https://a.b/2.png) https://a.b/3.")
    assert paragraph.text.links == (
        Link("the run", "https://a.b/1"),
        Link("graph", "https://a.b/2.png"),
        Link("https://a.b/3", "https://a.b/3"),
    )
    assert links_of((paragraph,)) == paragraph.text.links


def test_a_link_without_an_address_is_just_text() -> None:
    assert only("<a name='x'>words</a>").text.links == ()


def test_mentions_are_people_and_teams_but_not_code_or_mail() -> None:
    text = only("@dana, (@org/team) `@code` mail@example.org https://x.y/@z").text
    assert text.mentions == ("@dana", "@org/team")


def test_marks_cover_what_is_set_in_a_style() -> None:
    text = only("**bold** and *it* ~~gone~~ `code`").text
    assert [(mark.style, text.plain[mark.start : mark.end]) for mark in text.marks] == [
        (Style.STRONG, "bold"),
        (Style.EMPHASIS, "it"),
        (Style.STRUCK, "gone"),
        (Style.CODE, "code"),
    ]
    assert text.leading(Style.STRONG) == "bold"
    assert text.leading(Style.CODE) == ""


def test_text_is_all_in_a_style_when_every_letter_is() -> None:
    assert only("**Impact**:").text.is_all(Style.STRONG)
    assert not only("**Impact**: high").text.is_all(Style.STRONG)
    assert not only("**!** ?").text.is_all(Style.STRONG)


def test_a_part_of_a_text_keeps_its_marks_links_and_mentions() -> None:
    text = only("**Owner**: @dana sees [x](http://a.b) *soon*").text
    part = text.after(len("Owner:"))
    assert part.plain == "@dana sees x soon"
    assert part.mentions == ("@dana",)
    assert part.links[0].url == "http://a.b"
    assert [part.plain[mark.start : mark.end] for mark in part.marks] == ["soon"]
    assert text.between(0, 5).links == ()


def test_blocks_in_inline_elements_and_loose_list_items_are_still_read() -> None:
    document = read_markdown(
        "<font><ul><li>one</li></ul></font>\n\n<li>loose</li>\n\n<ul><!-- x -->\n<li>two</li></ul>"
    )
    assert plain_text(document.blocks) == "one\nloose\ntwo"


def test_empty_items_and_empty_tables_do_no_harm() -> None:
    document = read_markdown("-\n- a\n\n<table><tr></tr></table>\n\n<summary>orphan</summary>")
    assert plain_text(document.blocks) == "a\norphan"


def test_tags_that_would_swallow_the_rest_are_shown_as_text() -> None:
    document = read_markdown("<plaintext>\n\nx <textarea> y\n\n## Summary\n\nall there")
    assert any(isinstance(block, Heading) for block in document.blocks)
    assert "all there" in plain_text(document.blocks)


def test_scripts_are_not_read_and_framesets_replace_nothing() -> None:
    assert "kept" in plain_text(read_markdown("<frameset><frame></frameset>\n\nkept").blocks)


def test_an_invented_source_line_is_ignored_unless_it_is_a_number() -> None:
    assert read_markdown('<p data-line="٣">x</p>').blocks[0].line == 1
    assert read_markdown('a <b data-line="x">b</b>').blocks[0].line == 1


def test_what_is_hidden_in_a_line_or_too_deep_in_it_is_not_shown() -> None:
    document = read_markdown("# a <noscript>hidden</noscript> b\n\nx " + "<b>" * 120 + "deep" + "</b>" * 120)
    assert plain_text(document.blocks) == "a b\nx"
    assert document.truncated


def test_boxes_written_in_html_are_stripped_by_github_and_so_say_nothing() -> None:
    listing = only("<ul>\n<li><input type='checkbox' checked> raw</li></ul>")
    assert isinstance(listing, ListBlock)
    assert listing.items[0].checked is None
    assert plain_text(read_markdown("a <input type='text' value='v'> b").blocks) == "a b"


def test_front_matter_of_a_file_is_blanked_and_lines_stay() -> None:
    text = without_front_matter("---\ntitle: x\n---\n# Summary\n")
    assert read_markdown(text).blocks[0].line == 4
    assert without_front_matter("# Summary\n---\n") == "# Summary\n---\n"


def test_every_text_comes_with_its_line() -> None:
    document = read_markdown(
        "# a\n\n> b\n\n<details><summary>s</summary>\n\nc\n\n</details>\n\n| d |\n|---|\n| e |\n\n---"
    )
    assert [(text.plain, line) for text, line in texts_of(document.blocks)] == [
        ("a", 1),
        ("b", 3),
        ("s", 5),
        ("c", 7),
        ("d", 11),
        ("e", 13),
    ]


def test_a_text_over_the_limit_is_cut_and_says_so() -> None:
    document = read_markdown("word " * 100, max_chars=50)
    assert document.truncated
    assert "50 characters" in document.problems[0]


@pytest.mark.parametrize(
    ("hostile", "problem"),
    [
        (">" * 500 + " a", "nested"),
        ("<div>" * 20_000, "nested"),
        ("<b>" * 300 + "x", "nested"),
        ("x " + "<b>" * 200 + "deep", "nested"),
        ("\n".join("  " * depth + "- a" for depth in range(200)), "nested"),
        ("[" * 1_000_000, "brackets"),
        ("![" * 20_000, "brackets"),
        ("a <![CDATA[" * 15_000, "brackets"),
    ],
)
def test_hostile_text_is_read_up_to_a_cap_that_is_named(hostile: str, problem: str) -> None:
    document = read_markdown(hostile)
    assert document.truncated
    assert any(problem in said for said in document.problems)


def test_stray_end_tags_open_no_depth() -> None:
    assert read_markdown("</div>" * 1_000 + "\n\nkept").problems == ()


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from(list("ab -*_`~[]()<>!#|:\n\\&@/\t1.=\"'")) | st.characters(), max_size=400))
def test_whatever_is_written_is_read_without_a_crash(text: str) -> None:
    document = read_markdown(text)
    for piece, _ in texts_of(document.blocks):
        for mark in piece.marks:
            assert 0 <= mark.start < mark.end <= len(piece.plain)
        assert "".join(line.plain for line in piece.lines()).count("\n") == 0


def test_an_item_is_a_value() -> None:
    assert Item((Paragraph(only("a").text, 1),), None, 1) == Item((Paragraph(only("a").text, 1),), None, 1)
