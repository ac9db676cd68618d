"""Charts as PNG, for a tracker that draws none itself. Drawn by matplotlib; the table beside each chart says the same (decision 0017)."""

import warnings
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from integration.postmortem.writing.tree import Bars, Block, Fold

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES, DOTS = (7.2, 3.2), 120
LONGEST_LABEL = 24
"""Characters of a label beneath a bar."""
NOW, BEFORE = "#3b6ea5", "#c8553d"


def charts_in(blocks: Iterable[Block]) -> Iterator[Bars]:
    """Yield the charts of a text, those in folds as well."""
    for block in blocks:
        if isinstance(block, Bars):
            yield block
        elif isinstance(block, Fold):
            yield from charts_in(block.blocks)


def picture_name(bars: Bars) -> str:
    """Return the name of a chart's file: the same numbers have the same name, so that none is drawn or sent twice."""
    return f"followthrough-{bars.digest[:16]}.png"


def png(bars: Bars) -> bytes:
    """Draw a chart: bars for what is now, and a line for what was before."""
    # matplotlib takes a moment to import, which processes that never draw need not pay.
    from matplotlib import rc_context  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    # A dollar in a label is a dollar, not the begin of a formula; a sign that the font lacks is a box here, and whole in the table.
    with rc_context({"text.parse_math": False, "font.size": 9}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        figure = Figure(figsize=INCHES, dpi=DOTS, layout="constrained")
        _draw(bars, figure.subplots())
        out = BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _draw(bars: Bars, axes: "Axes") -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    places = range(len(bars.labels))
    axes.bar(places, bars.now[1], width=0.6, color=NOW, label=bars.now[0])
    if bars.before is not None:
        axes.plot(places, bars.before[1], color=BEFORE, marker="o", label=bars.before[0])
    axes.set_title(bars.title, loc="left", fontsize=10)
    axes.set_xticks(places, [_short(label) for label in bars.labels])
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1]}…"
