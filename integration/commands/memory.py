"""Commands on the ledger: work that kept failing (``deliveries``), and the audit chain (``audit``)."""

import json
from contextlib import closing

import click

from integration.bootstrap import open_for_commands
from integration.settings import Settings

json_option = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


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
        click.echo(json.dumps({"entries": report.entries, "head": report.head, "problems": list(report.problems)}))
    else:
        click.echo(f"{report.entries} entries, head {report.head}.")
        for problem in report.problems:
            click.echo(f"✘ {problem}")
        if not report.problems:
            click.echo("✔ The chain is whole.")
    raise SystemExit(1 if report.problems else 0)
