"""``followthrough templates``: what authors are asked, made from the mappings. It reads files and asks no tracker."""

from collections.abc import Mapping
from pathlib import Path

import click

from integration.commands import files
from integration.commands.policy import folder_type
from integration.commands.telling import answer, json_option
from integration.settings import Settings
from integration.trackers.github.templates import MADE_BY, issue_forms, markdown
from integration.trackers.jira.templates import descriptions
from mappings.loading import load_policy
from mappings.models import Policy


@click.command()
@click.argument("kind", type=click.Choice(["github", "jira", "markdown"]))
@click.option(
    "--write",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the files there instead of showing them; for github the root of a repository.",
)
@click.option("--force", is_flag=True, help="Replace files that somebody changed, too.")
@click.option("--folder", type=folder_type, help="The mappings folder; default as for `mappings validate`.")
@json_option
def templates(kind: str, into: Path | None, force: bool, folder: Path | None, as_json: bool) -> None:
    """Make the templates that ask for what is judged: GitHub issue forms, a Jira description, or Markdown to paste.

    They are made from the mappings, so that a section, a criterion or a question that you change there is asked for
    with the same words. Exit code 1 where a file that somebody changed was left as it is.
    """
    texts = _texts(kind, load_policy(folder or Settings.load().mappings_dir).policy)
    if into is None:
        _show(texts, as_json)
        return
    made = files.compare(texts, into, MADE_BY if kind == "github" else "", force=force)
    files.write(made)
    if as_json:
        answer({"files": {str(each.path): each.fate.value for each in made}})
    else:
        files.show(made)
    raise SystemExit(1 if any(each.fate is files.Fate.KEPT for each in made) else 0)


def _texts(kind: str, policy: Policy) -> Mapping[str, str]:
    match kind:
        case "github":
            return issue_forms(policy)
        case "jira":
            return descriptions(policy)
        case _:
            return markdown(policy)


def _show(texts: Mapping[str, str], as_json: bool) -> None:
    if as_json:
        answer({"files": dict(texts)})
        return
    for name, text in texts.items():
        click.secho(f"──── {name}", bold=True)
        click.echo(text)
