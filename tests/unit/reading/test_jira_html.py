"""Jira's rendering comes down to the same tree as GitHub's Markdown. The fragments are written by hand."""

from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.document import CodeBlock, Heading, ListBlock, Paragraph, Quote, Table, plain_text
from integration.postmortem.reading.jira_html import read_html

CLOUD_PERSON = (
    '<a href="https://x.atlassian.net/secure/ViewProfile.jspa?accountId=557058%3Aab" class="user-hover" '
    'rel="557058:ab" accountid="557058:ab">Dana Fox</a>'
)


def test_headings_carry_an_anchor_that_says_nothing() -> None:
    heading = read_html('<h2><a name="Impact"></a>Impact</h2>').blocks[0]
    assert isinstance(heading, Heading)
    assert heading.text.plain == "Impact"
    assert heading.line is None


def test_a_wiki_table_has_its_header_in_the_first_row() -> None:
    table = read_html(
        '<div class="table-wrap"><table class="confluenceTable"><tbody><tr><th class="confluenceTh">A</th></tr>'
        '<tr><td class="confluenceTd"><ul><li>one</li><li>two</li></ul></td></tr></tbody></table></div>'
    ).blocks[0]
    assert isinstance(table, Table)
    assert [cell.plain for cell in table.header] == ["A"]
    assert table.rows[0].cells[0].plain == "one\ntwo"


def test_code_quotes_and_lists_are_what_they_look_like() -> None:
    code, quote, listing = read_html(
        '<div class="code panel"><div class="codeContent panelContent"><pre>x = 1;\n</pre></div></div>'
        "<blockquote><p>said</p></blockquote><ul><li>[x] typed box</li><li>☐ drawn box</li><li>✅ drawn tick</li></ul>"
    ).blocks
    assert isinstance(code, CodeBlock)
    assert code.text == "x = 1;"
    assert isinstance(quote, Quote)
    assert isinstance(listing, ListBlock)
    assert [item.checked for item in listing.items] == [True, False, True]


def test_boxes_that_jira_renders_are_boxes_and_other_input_is_not() -> None:
    (listing,) = read_html(
        "<ul><li><input type=checkbox checked> a</li><li><input type=checkbox> b</li><li><input> c</li></ul>"
    ).blocks
    assert isinstance(listing, ListBlock)
    assert [item.checked for item in listing.items] == [True, False, None]


def test_forced_line_breaks_break_lines_once() -> None:
    assert plain_text(read_html("<p>one<br/>\ntwo<br/><br/>three</p>").blocks) == "one\ntwo\nthree"


def test_a_person_on_cloud_is_the_account_behind_the_name() -> None:
    paragraph = read_html(f"<p>{CLOUD_PERSON} has it</p>").blocks[0]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text.plain == "Dana Fox has it"
    assert paragraph.text.mentions == ("[~accountid:557058:ab]",)
    assert paragraph.text.between(0, len("Dana Fox")).mentions == ("[~accountid:557058:ab]",)
    assert paragraph.text.after(len("Dana Fox")).mentions == ()


def test_a_person_on_data_center_is_the_user_name() -> None:
    by_rel = '<a href="/secure/ViewProfile.jspa?name=dana" class="user-hover" rel="dana">Dana</a>'
    by_address = '<a class="user-hover" href="/secure/ViewProfile.jspa?name=omar">Omar</a>'
    by_account = '<a class="user-hover" href="/p?accountId=5:a">Vic</a>'
    nobody = '<a class="user-hover" href="http://[broken">Nobody</a> <a class="user-hover">None</a>'
    found = [
        block.text.mentions
        for html in (by_rel, by_address, by_account, nobody)
        for block in read_html(f"<p>{html}</p>").blocks
        if isinstance(block, Paragraph)
    ]
    assert found == [("[~dana]",), ("[~omar]",), ("[~accountid:5:a]",), ()]


def test_other_links_stand_for_nobody() -> None:
    paragraph = read_html('<p><a href="https://a.b" class="external-link">run</a></p>').blocks[0]
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text.mentions == ()
    assert paragraph.text.links[0].url == "https://a.b"


def test_a_rendering_over_the_limit_is_cut_and_says_so() -> None:
    assert read_html("<p>word</p>" * 100, max_chars=90).problems[0].startswith("The text is longer than 90")


TAGS = st.sampled_from(
    ["<p>", "</p>", "<td>", "<table>", "</table>", "<ul>", "<li>", "<a href='x'>", "</a>", "<br>", "&", "a "]
)


@settings(max_examples=150, deadline=None)
@given(st.lists(TAGS, max_size=60))
def test_whatever_comes_is_read_without_a_crash(pieces: list[str]) -> None:
    read_html("".join(pieces))
