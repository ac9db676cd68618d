"""What a summary of a month or a quarter says: statements first, then charts, and the tables behind them; window and freshness last. Pure."""

from collections.abc import Iterator
from datetime import datetime

from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.generated import Series
from integration.postmortem.rules.crossing import Border
from integration.postmortem.shares import FEW, Table
from integration.postmortem.summary import Summary
from integration.postmortem.trends import Figures, headline, statements, tables
from integration.postmortem.writing.deciding import nominated, to_decide
from integration.postmortem.writing.paging import paged
from integration.postmortem.writing.tree import (
    Bars,
    Block,
    Bullets,
    Fold,
    Grid,
    Heading,
    Paragraph,
    Small,
    Strong,
    Tree,
    line,
)
from integration.postmortem.writing.wording import moment, sentence
from mappings.models import Policy

MOST_PAGES = 5
FEW_SAYS = f"“few” is said of shares of fewer than {FEW}: read them with care"
MORE = "{number} more rows do not fit here: `followthrough trends` lists everything."


def summary_title(now: Figures, series: Series) -> str:
    """Return the title, which says the period and what is covered."""
    about = "" if series.scope == "all" else f" of {series.scope.partition(':')[2]}"
    return f"Trends{about}, {now.window.called}"


def summary_pages(summary: Summary, series: Series, policy: Policy, now: datetime) -> tuple[Tree, ...]:
    """Return the summary as pages that fit the tracker; the first one ends with the small print."""
    *blocks, last = summary_tree(summary, policy, now, series).blocks
    pages = paged(tuple(blocks), series.site, MOST_PAGES, MORE)
    return (Tree((*pages[0].blocks, last)), *pages[1:])


def summary_tree(summary: Summary, policy: Policy, now: datetime, series: Series | None = None) -> Tree:
    """Return the whole summary as one text, for the place of a series, or for no place at all."""
    figures, before = summary.now, summary.before
    said = tuple(map(sentence, statements(figures, before)))
    blocks: list[Block] = [Paragraph(line(Strong(headline(figures, before))))]
    blocks += [Bullets(said)] if said else []
    blocks += _charts(summary)
    blocks += _tables(tables(figures, before))
    here = Border(series.site, series.project) if series is not None else Border("", "")
    blocks += nominated(summary, here, policy)
    blocks += to_decide(summary, here, policy)
    return Tree((*blocks, Small(sentence(_small_print(figures, policy, now)), volatile=True)))


def summary_outcome() -> Tree:
    """Say why a summary is closed of which nothing is left to decide."""
    return Tree(
        (Paragraph(line("The summary of the next period is here, and nothing in this one waits for a decision.")),)
    )


def summary_decided() -> Tree:
    """Say that a summary is closed because every decision that it asked for is taken."""
    return Tree(
        (Paragraph(line("Every decision that was asked for here is taken; the table above says which. Thank you.")),)
    )


def _charts(summary: Summary) -> Iterator[Block]:
    figures, before = summary.now, summary.before
    categories = sorted(figures.categories.keys() | before.categories.keys(), key=lambda each: (each == "", each))
    if any(categories):
        causes = tuple(figures.categories.get(each, (0, 0))[0] for each in categories)
        earlier = tuple(before.categories.get(each, (0, 0))[0] for each in categories)
        yield Bars(
            f"Root causes: bars {figures.window.called}, line {before.window.called}",
            tuple(each or "none named" for each in categories),
            ("causes", causes),
            (before.window.called, earlier),
        )
    if any(number or near for _, number, near in summary.history[:-1]):
        yield Bars(
            "Incidents (bars) and near-misses (line)",
            tuple(called for called, _, _ in summary.history),
            ("incidents", tuple(number for _, number, _ in summary.history)),
            ("near-misses", tuple(near for _, _, near in summary.history)),
        )


OPEN_TABLES = ("Incidents", "Root causes", "Recurring causes")
"""What most readers look at; the other tables open on a click."""


def _tables(found: tuple[Table, ...]) -> Iterator[Block]:
    for table in found:
        grid = Grid(table.heads, tuple(tuple(line(cell) for cell in row) for row in table.rows))
        if table.title in OPEN_TABLES:
            yield Heading(line(table.title), 2)
            yield grid
        else:
            yield Fold(table.title, (grid,))


def _small_print(figures: Figures, policy: Policy, now: datetime) -> str:
    window, zone = figures.window, policy.clocks.zone
    parts = [f"Days of UTC, {window.first} to {window.last}", f"as of {moment(now, zone)}"]
    if figures.looked_at is not None:
        parts.append(
            f"from what the latest look at each incident found, the oldest of {moment(figures.looked_at, zone)}"
        )
    parts.append(FEW_SAYS)
    parts.append("an incident counts where it was opened; actions and post-mortems where they fell due")
    if policy.service.wording.not_for_evaluation:
        parts.append(f"nothing here is about a person. {FOR_LEARNING.removesuffix('.')}")
    return " · ".join(parts)
