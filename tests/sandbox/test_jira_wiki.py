"""Jira's rendering of wiki markup, for what issue texts use."""

import pytest

from integration.sandbox.jira.wiki import html_of
from integration.sandbox.jira.wiki_inline import Names

NAMES = Names(
    person=lambda ident: ("http://j/p", "Dana") if ident == "dana" else None,
    issue=lambda key: "Recalled <b>" if key == "PM-1" else None,
    base_url="http://j",
    is_cloud=False,
)
LINK = 'class="external-link" target="_blank" rel="nofollow noopener"'

RENDERED = [
    ("h2. Root causes", '<h2><a name="Rootcauses"></a>Root causes</h2>'),
    ("one\ntwo\n\nthree", "<p>one<br/>\ntwo</p>\n\n<p>three</p>"),
    ("* a\n* b", "<ul>\n\t<li>a</li>\n\t<li>b</li>\n</ul>"),
    ("# a\n## b\n# c", "<ol>\n\t<li>a\n<ol>\n\t<li>b</li>\n</ol>\n\t</li>\n\t<li>c</li>\n</ol>"),
    ("* a\n*# b", "<ul>\n\t<li>a\n<ol>\n\t<li>b</li>\n</ol>\n\t</li>\n</ul>"),
    ("- a", '<ul class="alternate" type="square">\n\t<li>a</li>\n</ul>'),
    ("*bold* and _italic_", "<p><b>bold</b> and <em>italic</em></p>"),
    ("2 * 3 * 4 snake_case_name", "<p>2 * 3 * 4 snake_case_name</p>"),
    ("{*}b{*}old", "<p><b>b</b>old</p>"),
    ("-gone- +new+ {{code}} ??said??", "<p><del>gone</del> <ins>new</ins> <tt>code</tt> <cite>said</cite></p>"),
    ("[here|https://x.test/a]", f'<p><a href="https://x.test/a" {LINK}>here</a></p>'),
    ("see https://x.test/a_b_c.", f'<p>see <a href="https://x.test/a_b_c" {LINK}>https://x.test/a_b_c</a>.</p>'),
    ("[~dana] [~nobody]", '<p><a href="http://j/p" class="user-hover" rel="dana">Dana</a> [~nobody]</p>'),
    (
        "PM-1 PM-2",
        '<p><a href="http://j/browse/PM-1" title="Recalled &lt;b&gt;" class="issue-link" data-issue-key="PM-1">PM-1</a>'
        " PM-2</p>",
    ),
    ("bq. quoted", "<blockquote><p>quoted</p></blockquote>"),
    ("{quote}\na\n\nb\n{quote}", "<blockquote><p>a</p>\n<p>b</p></blockquote>"),
    ("----", "<hr />"),
    ("a \\\\ b", '<p>a <br class="atl-forced-newline" /> b</p>'),
    (r"\*not bold\*", "<p>*not bold*</p>"),
    ("<script>alert(1)</script> & \"x\"", '<p>&lt;script&gt;alert(1)&lt;/script&gt; &amp; "x"</p>'),
    ("a -- b --- c", "<p>a – b — c</p>"),
    ("{code:python}\n*x* < 1\n{code}", '<pre class="code-python">*x* &lt; 1\n</pre>'),
    ("{noformat}h1. no{noformat}", "<pre>h1. no\n</pre>"),
    ("{panel:title=Note}\ntext\n{panel}", '<div class="panelContent">\n<p>text</p>\n</div>'),
    ("{expand:More}\n* a\n{expand}", '<div class="expand-content"><ul>'),
    ("{code}\nnever closed", "<p>{code}<br/>\nnever closed</p>"),
    ("(/) done", 'alt="✔"'),
    ("[x|javascript:alert(1)]", "<p>[x|javascript:alert(1)]</p>"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "html"), RENDERED)
def test_markup_is_rendered_as_jira_renders_it(text: str, html: str) -> None:
    assert html in html_of(text, NAMES)


def test_a_table_has_jiras_classes_and_a_bar_in_a_link_is_no_cell() -> None:
    html = html_of("||When||What||\n|10:00|[log|https://x.test]|\n|a\\|b| |", NAMES)
    assert html.startswith("<div class='table-wrap'>\n<table class='confluenceTable'><tbody>\n<tr>\n")
    assert html.count("<th class='confluenceTh'>") == 2
    assert html.count("<td class='confluenceTd'>") == 4
    assert "<td class='confluenceTd'>a|b</td>" in html


def test_a_list_in_a_cell_is_a_list() -> None:
    html = html_of("|* one\n* two|", NAMES)
    assert "<li>one</li>" in html


def test_nothing_is_rendered_as_nothing() -> None:
    assert html_of(None, NAMES) == html_of("  \n", NAMES) == ""


def test_hostile_texts_are_rendered_without_a_crash() -> None:
    for text in ("{quote}" * 4000, "*" * 30_000 + " a", "*a " * 8000, "[" * 30_000, "|" * 30_000, "# x\n" * 8000):
        assert isinstance(html_of(text, NAMES), str)
    nested = "{panel}\n{quote}\n" * 300 + "x" + "\n{quote}\n{panel}" * 300
    assert "x" in html_of(nested, NAMES)
