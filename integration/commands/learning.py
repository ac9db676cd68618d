"""Commands that learn from many incidents: ``trends`` and ``alike``. They read the ledger, and no tracker."""

from contextlib import closing
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta

import click

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.publishing import publish
from integration.commands.telling import answer, json_option, read_ref
from integration.errors import ConfigError
from integration.ledger.trending import Earlier
from integration.postmortem.asking import FOR_LEARNING
from integration.postmortem.nearest import nearest_of
from integration.postmortem.shares import Lengths, Table
from integration.postmortem.summing import MONTHS
from integration.postmortem.trends import Figures, Window, headline, statements, tables
from integration.postmortem.writing.trends import FEW_SAYS
from integration.settings import Settings
from integration.work.policies import loaded_in_force
from integration.work.summaries import summary_of

_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option(
    "--from", "first", type=_DAY, metavar="YYYY-MM-DD", help="First day, by default that of the last full month."
)
@click.option("--to", "last", type=_DAY, metavar="YYYY-MM-DD", help="Last day, which belongs to the window.")
@click.option(
    "--publish",
    "is_published",
    is_flag=True,
    help="Bring the summaries that are due now about where the mapping publishes them.",
)
@json_option
def trends(first: datetime | None, last: datetime | None, is_published: bool, as_json: bool) -> None:
    """Say what the incidents of a window of time come to: causes, actions, post-mortems, projects, waivers.

    It is read from the ledger, as the latest look at each incident left it; no tracker is asked. With --publish the summaries of the last month and
    quarter are made, or said anew in place, under the usual lock, so it is safe beside a running service.
    """
    if is_published:
        if first or last:
            raise click.UsageError("--publish is about the last month and quarter: leave --from and --to out.")
        publish(Settings.load(), tuple(MONTHS), None, as_json)
        return
    window = _window(first.date() if first else None, last.date() if last else None, clock.now())
    settings = Settings.load()
    with closing(open_for_commands(settings)) as ledger:
        policy = loaded_in_force(ledger, settings.mappings_dir).policy
        summary = summary_of(ledger, window, None, policy)
    now, before = summary.now, summary.before
    if as_json:
        said = {"headline": headline(now, before), "statements": statements(now, before), "note": FOR_LEARNING}
        answer({**said, "figures": _plain(now), "before": _plain(before)})
        return
    click.echo(headline(now, before))
    for statement in statements(now, before):
        click.echo(f"- {statement}")
    for table in tables(now, before):
        click.echo(f"\n{_drawn(table)}")
    click.echo(
        f"\nTaken {window.as_of:%Y-%m-%d %H:%M} UTC from what the latest look at each incident found; days are those of UTC; {FEW_SAYS}. {FOR_LEARNING}"
    )


@click.command()
@click.argument("ref")
@click.option("--most", type=click.IntRange(1, 50), default=5, show_default=True, help="How many to list.")
@json_option
def alike(ref: str, most: int, as_json: bool) -> None:
    """List the earlier incidents that an incident resembles, and what became of their actions."""
    site, locator = read_ref(ref)
    with closing(open_for_commands(Settings.load())) as ledger:
        known = ledger.earlier()
    this = next((each for each in known if (each.ref.key.site, each.ref.locator) == (site, locator)), None)
    if this is None:
        raise ConfigError(
            f"{ref} is no incident that was looked at yet.", remedy=f"Try `followthrough reconcile {ref}`."
        )
    before = [each for each in known if each is not this and _is_earlier(each, this)]
    found = [before[hit.key] for hit in nearest_of([each.text for each in before]).search(this.text, most)]
    if as_json:
        answer({"ref": ref, "alike": [_as_json(each) for each in found]})
        return
    click.echo("\n".join(map(_told, found)) if found else "No earlier incident shares a word with it.")
    if found:
        click.echo("Nearest first. Whether it happened again is for people to say: compare the causes.")


def _window(first: date | None, last: date | None, now: datetime) -> Window:
    """Return the window that was asked for. Raises ``UsageError`` where it ends before it begins."""
    if first is None and last is None:
        last = now.astimezone(UTC).date().replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
    if first is None or last is None:
        raise click.UsageError("Say both --from and --to, or neither for the last full month.")
    if last < first:
        raise click.UsageError(f"{last} comes before {first}.")
    return Window(first, last, now)


def _is_earlier(one: Earlier, other: Earlier) -> bool:
    return one.opened_at is not None and (other.opened_at is None or one.opened_at <= other.opened_at)


def _told(each: Earlier) -> str:
    settled = sum(outcome == "verified" for _, outcome in each.actions)
    actions = f"{settled} of {len(each.actions)} actions verified" if each.actions else "no actions"
    opened = f"{each.opened_at:%Y-%m-%d}" if each.opened_at else "-"
    return f"{each.ref.key.site}:{each.ref.locator}  {opened}  {each.severity or '-'}  {each.title}  ({actions})"


def _as_json(each: Earlier) -> dict[str, object]:
    return {
        "issue": f"{each.ref.key.site}:{each.ref.locator}",
        "url": each.ref.url,
        "title": each.title,
        "severity": each.severity,
        "opened_at": each.opened_at,
        "actions": [{"description": description, "outcome": outcome} for description, outcome in each.actions],
    }


def _plain(figures: Figures) -> dict[str, object]:
    """Return figures for a program: lengths of time as mean and median in seconds, with how many they are of."""
    plain = asdict(figures)
    for name in ("to_detect", "to_mitigate", "to_resolve"):
        plain[name] = _plain_lengths(getattr(figures, name))
    for name in ("to_finish", "to_verify"):
        plain["practice"][name] = _plain_lengths(getattr(figures.practice, name))
    plain["categories"] = {each: {"causes": n, "incidents": of} for each, (n, of) in figures.categories.items()}
    return plain


def _plain_lengths(found: Lengths) -> dict[str, object]:
    mean, middle = found.mean, found.median
    return {
        "mean": mean.total_seconds() if mean is not None else None,
        "median": middle.total_seconds() if middle is not None else None,
        "known": len(found.seconds),
        "of": found.of,
    }


def _drawn(table: Table) -> str:
    """Draw a table in columns."""
    rows = (table.heads, *table.rows)
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.heads))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join((f"{table.title}:", *(f"  {line}" for line in lines)))
