"""Other systems are found in tables, lists and sentences, with what is said of each."""

from datetime import date

import pytest

from integration.postmortem.document import Text
from integration.postmortem.reading.elsewhere import MAX_SYSTEMS, Elsewhere, Known, read_elsewhere
from integration.postmortem.reading.markdown import read_markdown
from integration.postmortem.reading.promises import Promise, read_promise

DAY = date(2026, 12, 1)


def read(text: str) -> Elsewhere:
    return read_elsewhere(read_markdown(text).blocks)


@pytest.mark.parametrize(
    ("text", "name", "known", "how"),
    [
        (
            "The Hansen assistant: not affected, its retriever filters already (checked by query).",
            "Hansen assistant",
            Known.NOT_AFFECTED,
            "its retriever filters already (checked by query)",
        ),
        ("| System | State |\n|---|---|\n| Hansen | affected |", "Hansen", Known.AFFECTED, ""),
        (
            "| System | State | How it was checked |\n|---|---|---|\n| Hansen | not affected | 200 asked |",
            "Hansen",
            Known.NOT_AFFECTED,
            "200 asked",
        ),
        (
            "| Client | Affected? | Note |\n|---|---|---|\n| Hansen | no | by replay |",
            "Hansen",
            Known.NOT_AFFECTED,
            "by replay",
        ),
        ("| Client | Affected? |\n|---|---|\n| Hansen | yes |", "Hansen", Known.AFFECTED, ""),
        ("| x | y |\n|---|---|\n| Hansen | isn't affected: replay |", "Hansen", Known.NOT_AFFECTED, ": replay"),
        ("- Hansen: affected", "Hansen", Known.AFFECTED, ""),
        ("- **Hansen** – not affected", "Hansen", Known.NOT_AFFECTED, ""),
        ("- Hansen may also be affected", "Hansen", Known.NOT_CHECKED, ""),
        ("- Hansen: affected?", "Hansen", Known.NOT_CHECKED, ""),
        ("- Hansen: not checked yet whether it is affected", "Hansen", Known.NOT_CHECKED, "whether it is affected"),
        ("- Hansen, which reads the same index", "Hansen", Known.UNSAID, "which reads the same index"),
        ("- Hansen\n  - not affected\n  - checked by replay", "Hansen", Known.NOT_AFFECTED, "checked by replay"),
        ("We asked everybody.\nHansen has the same gap.", "Hansen", Known.AFFECTED, ""),
        ("<details><summary>All</summary>\n\nHansen is affected.\n\n</details>", "Hansen", Known.AFFECTED, ""),
    ],
)
def test_a_system_is_read_with_its_state_and_how_it_was_checked(text: str, name: str, known: Known, how: str) -> None:
    [system] = read(text).systems
    assert (system.name, system.known) == (name, known)
    assert system.how.strip(" :") == how.strip(" :")
    assert system.line is not None


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("- Hansen: affected, see #14", ("#14",)),
        ("- Hansen: affected, acme/mail#14", ("acme/mail#14",)),
        (
            "- Hansen: affected ([its incident](https://github.com/acme/mail/issues/14))",
            ("https://github.com/acme/mail/issues/14",),
        ),
        ("- Hansen: affected, [report](https://example.org/x)", ()),
        ("| System | State | Incident |\n|---|---|---|\n| GPT-4 bot | affected | SHOP-14 |", ("SHOP-14",)),
        ("- GPT-4 bot: affected", ()),
    ],
)
def test_issues_of_a_row_are_seen(text: str, links: tuple[str, ...]) -> None:
    assert read(text).systems[0].links == links


@pytest.mark.parametrize(
    ("text", "says_how"),
    [
        ("None", False),
        ("No other system is affected.", False),
        ("None, no other system reads this index; checked in the catalogue.", True),
        ("Nowhere else", False),
    ],
)
def test_none_is_an_answer_and_may_say_how_that_is_known(text: str, says_how: bool) -> None:
    found = read(text)
    assert (found.systems, found.none, found.says_how) == ((), text, says_how)


def test_what_says_nothing_and_what_only_introduces_is_no_system() -> None:
    assert (
        read("We looked at everything that reads the index:\n\n- TBD\n- \n\n> Hansen: affected\n\n- - nested: affected")
        .systems[0]
        .name
        == "nested"
    )
    assert read("| System | State |\n|---|---|\n| | affected |").systems == ()


def test_a_flood_of_systems_is_capped() -> None:
    assert len(read("".join(f"- S{n}: affected\n" for n in range(MAX_SYSTEMS + 5))).systems) == MAX_SYSTEMS


@pytest.mark.parametrize(
    ("text", "owner", "due"),
    [
        ("unknown, @dana finds out by 2026-12-01", "@dana", DAY),
        ("not yet checked; Dana checks by 2026-12-01", "Dana", DAY),
        ("not yet checked (Dana Meyer, 2026-12-01)", "Dana Meyer", DAY),
        ("owner: Dana, due 1 Dec 2026", "Dana", DAY),
        ("unknown, we check it by 2026-12-01", "", DAY),
        ("unknown", "", None),
        ("unknown, @dana asks", "@dana", None),
    ],
)
def test_a_promise_names_somebody_and_a_day(text: str, owner: str, due: date | None) -> None:
    assert read_promise(Text(text)) == Promise(owner, due)
    assert read_promise(Text(text)).is_made == bool(owner and due)
