"""Commands on the mappings: ``validate``, ``explain`` and ``schema``. They read files and nothing else."""

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
@click.argument("key")
@click.option("--folder", type=folder_type, help="The mappings folder; default as for validate.")
@json_option
def explain(key: str, folder: Path | None, as_json: bool) -> None:
    """Show the value of a KEY, the file and line that set it, and what it means.

    For example: `severity.severities.SEV1.due_hours`, or `projects.shop.clocks.zone`.
    """
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
    for text in dict.fromkeys((found.meaning, found.comment)):
        if text:
            click.echo(text)


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
