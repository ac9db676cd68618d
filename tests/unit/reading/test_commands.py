"""A command is what people see at the start of a line, and nothing that is quoted, folded, hidden or shown as code."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from integration.postmortem.reading.arguments import read_links, read_people, read_severity, read_time, read_until
from integration.postmortem.reading.commands import (
    MAX_COMMANDS,
    Command,
    Suggestion,
    looks_like_commands,
    read_commands,
)

WORDS = frozenset({"verify", "evidence", "severity", "resolved", "accept-risk", "lead"})


def read(raw: str) -> tuple[Command | Suggestion, ...]:
    return read_commands(raw, WORDS)


@pytest.mark.parametrize(
    ("raw", "args", "line"),
    [
        pytest.param("/verify ran the replay", "ran the replay", 1, id="a slash"),
        pytest.param("!verify ran the replay", "ran the replay", 1, id="an exclamation mark"),
        pytest.param("/VERIFY   it  ", "it", 1, id="capitals and blanks"),
        pytest.param("/verify", "", 1, id="no arguments"),
        pytest.param("Thanks.\n/verify it", "it", 2, id="the second line"),
        pytest.param("Thanks.\r\n\r\n/verify it\r\n", "it", 3, id="line ends of Windows"),
        pytest.param("I looked at\n- one\n/verify both", "both", 3, id="right below a list"),
        pytest.param("/verify it\n---\nDana", "it", 1, id="above a signature"),
        pytest.param(
            "/verify *all* of_it & `code` <b>x</b> \\_", "*all* of_it & `code` <b>x</b> \\_", 1, id="markup in it"
        ),
        pytest.param("{code}\n/verify a\n{code}\n/verify b", "b", 4, id="below Jira's code"),
        pytest.param("{quote}x{quote}\n/verify b", "b", 2, id="below a quote on one line"),
        pytest.param("bq. said\n/verify b", "b", 2, id="below Jira's quoted line"),
        pytest.param("> said\n\n/verify b", "b", 3, id="below a quote"),
        pytest.param("```\n/verify a\n```\n/verify b", "b", 4, id="below a fence"),
    ],
)
def test_a_command_is_read_from(raw: str, args: str, line: int) -> None:
    assert read(raw) == (Command("verify", args, line),)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("please /verify it", id="inside a sentence"),
        pytest.param("> /verify it", id="a quote"),
        pytest.param("> said\n/verify it", id="a quote that runs on"),
        pytest.param("```\n/verify it\n```", id="a fence"),
        pytest.param("~~~\n/verify it", id="an open fence"),
        pytest.param("- ```\n  /verify it\n  ```", id="a fence in a list"),
        pytest.param("    /verify it", id="indented code"),
        pytest.param("\t/verify it", id="a tab"),
        pytest.param("`see\n/verify it`", id="inline code over two lines"),
        pytest.param("<!--\n/verify it\n-->", id="an HTML comment"),
        pytest.param("ok <!-- x\n/verify it -->", id="a comment that begins in a line"),
        pytest.param("<details>\n\n/verify it\n\n</details>", id="a fold"),
        pytest.param("<a title='\n/verify it\n'>x</a>", id="an attribute"),
        pytest.param('[a]: http://x "t\n/verify it"', id="the title of a reference"),
        pytest.param("<pre>\n/verify it\n</pre>", id="preformatted text"),
        pytest.param("{code:java}\n/verify it\n{code}", id="Jira's code"),
        pytest.param("{noformat}\n/verify it\n{noformat}", id="Jira's noformat"),
        pytest.param("{quote}\n/verify it\n{quote}", id="Jira's quote"),
        pytest.param("{quote}\n{code}x\n/verify it", id="Jira's quote that is not closed"),
        pytest.param("\u200b/verify it", id="an invisible character before it"),
        pytest.param("\u202e/verify it", id="a bidirectional control before it"),
        pytest.param("/verify \u202eti", id="a bidirectional control in it"),
        pytest.param("\u00a0/verify it", id="a no-break space before it"),
        pytest.param("x\u2028/verify it", id="a separator that starts no line"),
        pytest.param("//verify it", id="two slashes"),
        pytest.param("/verify/it", id="a path"),
        pytest.param("/unheard-of it", id="a word that means nothing"),
        pytest.param("", id="nothing"),
    ],
)
def test_no_command_is_read_from(raw: str) -> None:
    assert read(raw) == ()


def test_several_commands_keep_their_order() -> None:
    assert [said.word for said in read("/evidence tested https://a.b\n/verify it\n/verify it")] == [
        "evidence",
        "verify",
        "verify",
    ]


def test_a_near_miss_is_suggested_and_not_obeyed() -> None:
    assert read("/verfiy it") == (Suggestion("verfiy", "verify", 1),)


def test_a_flood_of_commands_is_capped() -> None:
    assert len(read("/verify it\n" * 200)) == MAX_COMMANDS


def test_looking_for_commands_is_cheap_and_never_misses_one() -> None:
    assert looks_like_commands("x\r/verify")
    assert not looks_like_commands("nothing / here")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["/verify a", "> ", "```", "{code}", "<!--", "-->", "<details>", "</details>", "", "- ", "`", "!lead @x"]
        ),
        max_size=15,
    )
)
def test_any_comment_is_read_without_a_crash_and_only_lines_that_are_there(lines: list[str]) -> None:
    for said in read("\n".join(lines)):
        assert lines[said.line - 1].lstrip(" ")[1:].startswith(said.word)
        assert looks_like_commands("\n".join(lines))


def test_people_are_mentions_as_written() -> None:
    args = "@dana, @x-y [~omar] [~accountid:557058:ab-c] @dana mail@x.org @-a @org/team @a_b"
    assert read_people(args) == ("@dana", "@x-y", "[~omar]", "[~accountid:557058:ab-c]")


@pytest.mark.parametrize(
    ("args", "severity"),
    [("sev2 wrong answers", "SEV2"), ("SEV-1", "SEV1"), ("sev5", None), ("sev20", None), ("is sev1", None)],
)
def test_a_severity_stands_first(args: str, severity: str | None) -> None:
    assert read_severity(args) == severity


@pytest.mark.parametrize(
    ("args", "day", "rest"),
    [
        ("until:2027-02-01 too dear for now", date(2027, 2, 1), "too dear for now"),
        ("too dear until:2027-02-01", date(2027, 2, 1), "too dear"),
        ("until:2027-02-30 x", None, "x"),
        ("until:01.02.2027 x", None, "x"),
        ("until:2027-02-01 until:2028-02-01 x", None, "x"),
        ("x", None, "x"),
    ],
)
def test_until_names_one_day(args: str, day: date | None, rest: str) -> None:
    assert read_until(args) == (day, rest)


@pytest.mark.parametrize(
    ("args", "at", "rest"),
    [
        ("09:00 release 41 went out", datetime(2026, 11, 18, 9, tzinfo=UTC), "release 41 went out"),
        ("2026-11-17 23:10 CET – seen", datetime(2026, 11, 17, 22, 10, tzinfo=UTC), "seen"),
        ("seen at 09:00", None, "seen at 09:00"),
        ("2026-11-17 seen", None, "2026-11-17 seen"),
        ("seen", None, "seen"),
    ],
)
def test_a_time_stands_first(args: str, at: datetime | None, rest: str) -> None:
    assert read_time(args, date(2026, 11, 18)) == (at, rest)


def test_links_are_web_addresses_with_a_host_and_without_a_password() -> None:
    args = (
        "[run](https://a.b/c_(d)) https://a.b/e. [x|http://f.g/h] http://u:p@i.j/ ftp://k.l http://[m http://n.o:99999/ "
        "https:// https://a.b/e javascript:x http://p.q/\u200b"
    )
    assert read_links(args) == ("https://a.b/c_(d)", "https://a.b/e", "http://f.g/h")
    assert read_links("https://a.b/" + "c" * 3000) == ()
