"""Commands on the mappings. ``validate``, ``schema`` and ``explain KEY`` read files and nothing else; ``diff`` and ``explain REF`` look at issues."""

import json
from pathlib import Path

import click

from integration.commands.telling import answer, json_option
from integration.settings import Settings
from mappings.errors import MappingErrors
from mappings.explaining import UnknownKey
from mappings.explaining import explain as explain_key
from mappings.loading import load_policy
from mappings.publishing import NAMES, named_files, schema_of

folder_type = click.Path(path_type=Path, file_okay=False, exists=True)


@click.group()
def mappings() -> None:
    """Check and explain the mappings."""


@mappings.command()
@click.argument("folder", type=folder_type, required=False)
@json_option
def validate(folder: Path | None, as_json: bool) -> None:
    """Check the mappings in FOLDER as one set, and name every mistake with its file, line, key and remedy.

    Default: FOLLOWTHROUGH_MAPPINGS_DIR, else ./mappings, else the packaged ones. Exit code 1 where something is wrong.
    """
    where = folder or Settings.load().mappings_dir
    try:
        loaded = load_policy(where)
    except MappingErrors as broken:
        if as_json:
            answer({"folder": str(where), "errors": [vars(error) for error in broken.errors]})
        else:
            click.echo(str(broken), err=True)
        raise SystemExit(1) from None
    if as_json:
        answer({"folder": str(where), "errors": [], "policy": loaded.content_hash, "files": sorted(loaded.files)})
    else:
        count = len(loaded.files)
        click.echo(f"✔ {where}: {count} files make a sound policy, {loaded.content_hash[:7]}.")


@mappings.command()
@click.argument("key", metavar="KEY_OR_REF")
@click.option("--folder", type=folder_type, help="The mappings folder; default as for validate.")
@click.option("--all", "everything", is_flag=True, help="With a REF: also the findings that pass.")
@json_option
def explain(key: str, folder: Path | None, everything: bool, as_json: bool) -> None:
    """Show the value of a KEY, the file and line that set it, and what it means; or for a REF, the lines behind each finding.

    For example: `severity.severities.SEV1.due_hours`, or `projects.shop.clocks.zone`. A REF is `github:owner/repo#12`
    or `jira:KEY-12`: the issue is looked at, nothing is done, and each finding is told with the file and line of its
    level, its wording and its limits, and whether a project file won.
    """
    if key.startswith(("github:", "jira:")):
        # Imported here: looking at an issue needs the ledger and a tracker, which the other commands do without.
        from integration.commands.rehearsal import explain_findings  # noqa: PLC0415

        explain_findings(key, folder, everything=everything, as_json=as_json)
        return
    loaded = load_policy(folder or Settings.load().mappings_dir)
    try:
        found = explain_key(loaded, key)
    except UnknownKey as unknown:
        raise click.UsageError(str(unknown)) from None
    if as_json:
        answer(vars(found))
        return
    click.echo(f"{found.key} = {json.dumps(found.value, ensure_ascii=False)}")
    click.echo(f"Set in {found.file}, line {found.line}.")
    for sentence in found.weaker:
        click.echo(f"Weaker than shipped: {sentence}")
    for text in dict.fromkeys((found.meaning, found.comment)):
        if text:
            click.echo(text)


@mappings.command()
@click.argument("new", type=folder_type)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=200, show_default=True, help="Open incidents to judge."
)
@click.option("--project", metavar="SITE:NAME", help="Only this one: `github:owner/repo` or `jira:KEY`. Default: all.")
@json_option
def diff(new: Path, limit: int, project: str | None, as_json: bool) -> None:
    """Show what the mappings in the folder NEW would change: which lines, what gets weaker, and which open incidents.

    Each open incident is read from its tracker and judged twice, under the policy in force and under NEW; nothing is
    written anywhere. Exit code 1 where an incident would be judged otherwise or could not be read, or the policy gets
    weaker; 2 where NEW is not right.
    """
    from integration.commands.rehearsal import show_diff  # noqa: PLC0415 - as above

    show_diff(new, limit, project, as_json=as_json)


@mappings.command()
@click.argument("file", required=False)
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write all schemas into this folder, one file each.",
)
def schema(file: str | None, folder: Path | None) -> None:
    """Print the JSON Schema of a mapping FILE, such as `severity` or `severity.yaml`, so that editors complete and check it.

    `project` is the schema of the files in projects/. Without FILE all are printed, by name.
    """
    name = Path(file).name.removesuffix(".yaml") if file and not file.startswith("projects/") else file and "project"
    if name and name not in NAMES:
        raise click.BadParameter(f"{file} is no mapping file. Use one of: {', '.join(NAMES)}.")
    if folder is None:
        answer(schema_of(name) if name else {each: schema_of(each) for each in NAMES})
        return
    folder.mkdir(parents=True, exist_ok=True)
    for written, text in named_files():
        (folder / written).write_text(text, encoding="utf-8")
    click.echo(f"✔ {folder}: {len(NAMES)} schemas.")
