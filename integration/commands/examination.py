"""``followthrough doctor``: looks at everything that the service needs, and says what to mend."""

from itertools import groupby
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.text import Text

from integration import clock
from integration.commands.telling import answer, json_option, read_project
from integration.doctor.examining import Task, examine, tasks
from integration.doctor.lines import Line, State
from integration.settings import Settings

SIGNS = {
    State.PASSED: ("✔", "green"),
    State.FAILED: ("✘", "red"),
    State.ADVICE: ("•", "yellow"),
    State.UNKNOWN: ("?", "cyan"),
}


@click.command()
@click.option(
    "--place",
    "places",
    multiple=True,
    help="A repository or project, as github:owner/repo or jira:KEY; may be given several times.",
)
@json_option
def doctor(places: tuple[str, ...], as_json: bool) -> None:
    """Look at every connection, right, webhook, label, field and process, and say what to mend.

    Reads only. Without --place, all that the scope names, or up to 20 places where our account may write. Exit code 1
    where anything failed; advice and what is not known do not count.
    """
    wanted = tasks(Settings.load(), tuple(map(read_project, places)), clock.now)
    console = Console(highlight=False, soft_wrap=False)
    if as_json:
        lines = examine(wanted)
        answer({"ok": not _failed(lines), "lines": [_as_json(line) for line in lines]})
    else:
        lines = _watched(wanted, console)
        _show(lines, console)
    raise SystemExit(1 if _failed(lines) else 0)


def _failed(lines: tuple[Line, ...]) -> list[Line]:
    return [line for line in lines if line.state is State.FAILED]


def _as_json(line: Line) -> dict[str, Any]:
    return {"name": line.name, "state": line.state.value, "place": line.place, "says": line.says, "remedy": line.remedy}


def _watched(wanted: tuple[Task, ...], console: Console) -> tuple[Line, ...]:
    """Look, and show on a terminal how far that is."""
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        shown = progress.add_task("Looking …", total=len(wanted))
        return examine(wanted, lambda task: progress.update(shown, advance=1, description=f"Looked at {task.title}"))


def _show(lines: tuple[Line, ...], console: Console) -> None:
    ordered = sorted(lines, key=lambda line: line.place)
    for place, group in groupby(ordered, key=lambda line: line.place):
        console.print(Text(f"\n{place or 'This installation'}", style="bold"))
        for line in group:
            sign, colour = SIGNS[line.state]
            console.print(Text.assemble(("  " + sign + " ", colour), (f"{line.name:<11}", "dim"), line.says))
            if line.remedy:
                console.print(Text(f"      → {line.remedy}"))
    failed = len(_failed(lines))
    console.print(f"\n{failed} to mend." if failed else "\nNothing has to be mended.")
