"""Commands on the ledger: work that kept failing (``deliveries``), and the audit chain (``audit``)."""

from contextlib import closing

import click

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.telling import answer, json_option
from integration.errors import ConfigError
from integration.ledger.records import Parked
from integration.settings import Settings
from integration.wakeups import WakeUp
from integration.work.attaching import attach
from integration.work.outstanding import Outstanding


@click.group()
def deliveries() -> None:
    """Show work that kept failing, and let it run again."""


@deliveries.command("list")
@json_option
def list_parked(as_json: bool) -> None:
    """List the cases whose looks failed so often in a row that they were set aside. Exit code 1 where there are any."""
    with closing(open_for_commands(Settings.load())) as ledger:
        parked = ledger.parked()
    if as_json:
        answer({"parked": [_as_json(work) for work in parked]})
    elif not parked:
        click.echo("Nothing is set aside.")
    for work in () if as_json else parked:
        times = "once" if work.failures == 1 else f"{work.failures} times"
        click.echo(
            f"{work.object}  {work.ref.locator}  failed {times}, last {work.at:%Y-%m-%d %H:%M %Z}: {work.detail or work.reason}"
        )
    raise SystemExit(1 if parked else 0)


@deliveries.command()
@click.argument("work", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All that is set aside.")
@json_option
def retry(work: tuple[str, ...], everything: bool, as_json: bool) -> None:
    """Let WORK run again, named as `deliveries list` names it, for example `github:3000000001`."""
    if bool(work) == everything:
        raise click.UsageError("Name what to run again, or say --all.")
    settings = Settings.load()
    with closing(open_for_commands(settings)) as ledger, closing(attach(settings)) as client:
        parked = {each.object: each for each in ledger.parked()}
        unknown = [name for name in work if name not in parked]
        if unknown:
            raise ConfigError(
                f"{unknown[0]} is not set aside.", remedy="`followthrough deliveries list` shows what is."
            )
        chosen = [parked[name] for name in (work or parked)]
        timings, now = settings.timings, clock.now().timestamp()
        outstanding = Outstanding(client, lock_seconds=timings.lock_seconds, look_interval=timings.look_interval)
        outstanding.wake(
            [WakeUp(each.ref.key.site, each.ref.key.id, each.ref.locator, "retry", now) for each in chosen], now
        )
        for each in chosen:
            ledger.unpark(each.object)
    if as_json:
        answer({"retried": [each.object for each in chosen]})
    else:
        click.echo(f"{len(chosen)} {'case runs' if len(chosen) == 1 else 'cases run'} again.")


def _as_json(work: Parked) -> dict[str, object]:
    return {
        "work": work.object,
        "issue": work.ref.locator,
        "reason": work.reason,
        "detail": work.detail,
        "failures": work.failures,
        "at": work.at,
    }


@click.group()
def audit() -> None:
    """Check the audit chain."""


@audit.command("verify")
@click.option("--head", metavar="SEQ:HASH", help="A head that was posted outside earlier; the chain has to hold it.")
@json_option
def verify(head: str | None, as_json: bool) -> None:
    """Check that no entry of the audit chain was edited, removed, or added behind the service's back.

    Exit code 1 where something is amiss.
    """
    settings = Settings.load()
    with closing(open_for_commands(settings)) as ledger:
        try:
            report = ledger.verify_audit(head)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    if as_json:
        answer({"entries": report.entries, "head": report.head, "problems": list(report.problems)})
    else:
        click.echo(f"{report.entries} entries, head {report.head}.")
        for problem in report.problems:
            click.echo(f"✘ {problem}")
        if not report.problems:
            click.echo("✔ The chain is whole.")
    raise SystemExit(1 if report.problems else 0)
