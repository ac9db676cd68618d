"""``followthrough export``: an incident as an auditor wants it. From the ledger alone, so one that is gone from its tracker is reached as well."""

import json
import os
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from integration import clock
from integration.bootstrap import open_for_commands
from integration.commands.pages import page
from integration.commands.printing import clean, printed
from integration.commands.telling import json_option, read_ref
from integration.errors import ConfigError
from integration.ledger.ledger import Ledger
from integration.postmortem.dossier import Dossier, Taken
from integration.postmortem.incident import IssueRef
from integration.postmortem.writing.dossier import dossier_title, dossier_tree
from integration.settings import Settings


@click.command()
@click.argument("ref")
@click.option(
    "--page", "file", type=click.Path(path_type=Path, dir_okay=False), help="Write one page of HTML into a new file."
)
@click.option(
    "--head",
    metavar="SEQ:HASH",
    help="A head of the audit chain that was posted outside earlier; the chain has to hold it.",
)
@json_option
def export(ref: str, file: Path | None, head: str | None, as_json: bool) -> None:
    """Hand out everything that the ledger holds of an incident, for an audit, and say whether the audit chain vouches for it.

    REF is `github:owner/repo#12` or `jira:KEY-12`: an incident, or one of its tickets. No tracker is asked. Exit code 1 where the chain is
    not whole.
    """
    now = clock.now()
    with closing(open_for_commands(Settings.load())) as ledger:
        try:
            found = ledger.dossier(case_called(ledger, ref).key, head)
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    assert found is not None  # noqa: S101  # The case was found a moment ago, and nothing removes rows.
    if file is not None:
        _write(file, page(dossier_title(found), dossier_tree(found, now)))
    if as_json:
        click.echo(json.dumps(as_plain(found, now), ensure_ascii=False, indent=2, default=str))
    elif file is not None:
        click.echo(f"Written to {file}, readable by you alone.")
    else:
        click.echo(f"{clean(dossier_title(found))}\n\n{printed(dossier_tree(found, now))}")
    for problem in found.chain.problems:
        click.echo(f"✘ {problem}", err=True)
    raise SystemExit(0 if found.chain.is_whole else 1)


def case_called(ledger: Ledger, ref: str) -> IssueRef:
    """Return the case that a REF names, or whose ticket it names, from the ledger alone. Raises ``ConfigError`` where nothing of it is held."""
    site, locator = read_ref(ref)
    found = ledger.called(site, locator)
    if found is None:
        raise ConfigError(
            f"The ledger holds nothing of {locator}.",
            remedy="`followthrough reconcile` looks at an issue; `followthrough backfill` reads past ones in.",
        )
    return found


def _write(file: Path, text: str) -> None:
    """Write a new file that nobody else can read: it names people. Raises ``OSError`` where it is there already."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def as_plain(dossier: Dossier, now: datetime) -> dict[str, Any]:
    """Return the dossier as plain values for a program; instants are ISO 8601 in UTC."""
    told = asdict(dossier)
    told["ref"] = _ref(dossier.ref)
    told["exported_at"] = now
    told["chain"] |= {"whole": dossier.chain.is_whole}
    told["decisions"] = [_decision(each) for each in dossier.decisions]
    told["not_independent"] = [each.entry for each in dossier.not_independent]
    told["made"] = [asdict(each) | {"issue": str(each.issue)} for each in dossier.made]
    told["told"] = [{"purpose": purpose, "at": at} for purpose, at in dossier.told]
    for action, row in zip(dossier.actions, told["actions"], strict=True):
        row["ticket"] = _ref(action.ticket) if action.ticket else None
    plain: dict[str, Any] = _iso(told)
    return plain


def _iso(value: Any) -> Any:
    match value:
        case dict():
            return {name: _iso(each) for name, each in value.items()}
        case list() | tuple():
            return [_iso(each) for each in value]
        case datetime():
            return value.isoformat()
        case _:
            return value


def _ref(ref: IssueRef) -> dict[str, str]:
    return {"key": str(ref.key), "locator": ref.locator, "url": ref.url}


def _decision(taken: Taken) -> dict[str, Any]:
    decision = taken.decision
    return asdict(decision) | {
        "issue": str(decision.issue),
        "where": taken.where,
        "entry": taken.entry,
        "independent": decision.is_independent,
    }
