"""Charts as PNG: drawn from values, the same for the same numbers, whatever stands in their labels."""

from io import BytesIO

from PIL import Image

from integration.postmortem.writing.tree import Bars, Fold, Paragraph, line
from integration.trackers.jira.render import WikiWriter
from integration.trackers.pictures import charts_in, picture_name, png

CAUSES = Bars(
    "Root causes by category", ("data", "process", "none named"), ("causes", (4, 2, 0)), ("October 2026", (1, 3, 1))
)
COLOURS = {"now": (0x3B, 0x6E, 0xA5), "before": (0xC8, 0x55, 0x3D)}


def pixels(picture: bytes, colour: tuple[int, int, int]) -> int:
    image = Image.open(BytesIO(picture)).convert("RGB")
    return sum(count for count, found in image.getcolors(1_000_000) or () if found == colour)


def test_bars_are_as_tall_as_their_numbers_and_a_line_stands_for_before() -> None:
    low, high = (Bars("x", ("a", "b"), ("now", (1, number)), None) for number in (1, 4))
    assert pixels(png(low), COLOURS["now"]) > 1.5 * pixels(png(high), COLOURS["now"])
    assert pixels(png(CAUSES), COLOURS["before"]) > 0
    assert pixels(png(high), COLOURS["before"]) == 0


def test_the_same_numbers_make_the_same_picture_under_the_same_name() -> None:
    again = Bars(*(getattr(CAUSES, name) for name in ("title", "labels", "now", "before")))
    assert (png(again), picture_name(again)) == (png(CAUSES), picture_name(CAUSES))
    assert picture_name(Bars("x", ("a",), ("now", (1,)))) != picture_name(CAUSES)


def test_signs_of_formulas_and_long_labels_are_drawn_as_they_stand() -> None:
    odd = Bars("Costs in $ of $x^{2", ("$\\frac{", "x" * 500, "日本"), ("now", (1, 2, 3)))
    assert png(odd).startswith(b"\x89PNG")


def test_charts_are_found_in_folds_and_shown_only_where_their_file_is() -> None:
    blocks = (Paragraph(line("x")), Fold("more", (CAUSES,)))
    assert list(charts_in(blocks)) == [CAUSES]
    name = picture_name(CAUSES)
    assert WikiWriter(True)._block(CAUSES) == ""
    assert WikiWriter(True, frozenset({name}))._block(CAUSES) == f"!{name}|width=720!"
