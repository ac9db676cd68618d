"""``followthrough setup``: makes what the service needs in a repository or project, and writes the answers that only an admin has."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from integration.bootstrap import connect_trackers
from integration.commands import files
from integration.commands.telling import answer, json_option, read_project, require_configured
from integration.environment import parse_tracker_url
from integration.errors import ConfigError, IssueNotFound
from integration.settings import Settings
from integration.setup import github as on_github
from integration.setup.answers import Account, Answers
from integration.setup.secret import Secret, secret_for
from integration.setup.steps import Fate, Step
from integration.setup.writing import write_answers
from integration.trackers.github.templates import MADE_BY, issue_forms
from mappings.clocks import Weekday
from mappings.loading import load_policy
from mappings.models import GithubDue, Policy
from mappings.service import Profile

SIGNS = {Fate.KEEP: "✔", Fate.MAKE: "+", Fate.MEND: "~", Fate.BY_HAND: "!", Fate.REFUSED: "✘"}
WORDS = {
    Fate.KEEP: ("is there", "is there"),
    Fate.MAKE: ("made", "would be made"),
    Fate.MEND: ("changed", "would be changed"),
    Fate.BY_HAND: ("by hand", "by hand"),
    Fate.REFUSED: ("refused", "refused"),
}
Find = Callable[[str], Account]


class ReceiverUrl(click.ParamType[str]):
    """Where trackers reach the receiver: the address without the path."""

    name = "https://host"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return the address without a final slash."""
        try:
            return parse_tracker_url(str(value))
        except ValueError as wrong:
            self.fail(str(wrong), param, ctx)


def shared(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that both trackers have."""
    for option in reversed(
        (
            click.option(
                "--receiver", type=ReceiverUrl(), help="Where the tracker reaches the receiver, for the webhook."
            ),
            click.option(
                "--governance-reviewer",
                "reviewer",
                help="Who reviews for governance: a login, or on Jira an account id.",
            ),
            click.option("--sponsor", help="Who is the executive sponsor: a login, or on Jira an account id."),
            click.option(
                "--review-day", type=click.Choice([day.value for day in Weekday]), help="The day of the weekly review."
            ),
            click.option(
                "--profile",
                type=click.Choice([each.value for each in Profile]),
                help="How much weighs from the first day.",
            ),
            click.option("--print", "only_show", is_flag=True, help="Only show what would be done."),
            click.option("--no-input", is_flag=True, help="Ask nothing; what is not given stays as it is."),
            json_option,
        )
    ):
        command = option(command)
    return command


@click.group()
def setup() -> None:
    """Make what the service needs in a repository or project: labels, forms, webhook, fields, and the first answers."""


@setup.command("github")
@click.argument("repository", metavar="OWNER/REPO")
@click.option(
    "--files",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the issue forms there instead of opening a pull request.",
)
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A token of an administrator, used this once.",
)
@shared
def on_github_command(
    repository: str,
    into: Path | None,
    token_file: Path | None,
    receiver: str | None,
    only_show: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Set OWNER/REPO up: labels, issue forms as a pull request, webhook, and the answers that only you have.

    What is there stays, so a second time changes nothing. The service itself needs few rights; for this once an
    administrator's token can be given with --token-file. Exit code 1 where something was refused.
    """
    settings = Settings.load()
    policy = load_policy(settings.mappings_dir).policy
    place = _github_place(settings, read_project(f"github:{repository}")[1], token_file)
    steps: list[Step] = []
    with closing(place.client):
        answers = collect_answers(_finding(place.account), policy=policy, quiet=only_show or as_json, **asked)
        show_each(write_answers(settings.mappings_dir, answers, only_show=only_show), steps, only_show, as_json)
        policy = load_policy(settings.mappings_dir).policy.for_project("github", repository)
        secret = secret_for(
            "github", settings.github_webhook_secrets, settings.data_dir, only_show=only_show or not receiver
        )
        forms, form = issue_forms(policy), policy.remediation.ticket.github
        wanted = on_github.Wanted(
            on_github.labels_of(policy),
            {} if into else forms,
            "" if receiver is None else f"{receiver}/webhooks/github",
            secret.value,
            due_field=form.due_field if form.due is GithubDue.ISSUE_FIELD else "",
        )
        show_each(on_github.bring_about(place, wanted, only_show=only_show), steps, only_show, as_json)
    if into is not None:
        show_each(_written(forms, into, only_show=only_show), steps, only_show, as_json)
    used = any(step.kind == "webhook" and step.name == wanted.hook_url for step in steps) and not only_show
    finish(steps, secret, "GITHUB_WEBHOOK_SECRET", as_json, used=used)


def _github_place(settings: Settings, project: str, token_file: Path | None) -> "Any":
    # Imported here: the tracker's library costs a third of a second, which help and completion need not pay.
    from integration.trackers.github.identifiers import repository_of  # noqa: PLC0415
    from integration.trackers.github.settling import Settling, by_token  # noqa: PLC0415

    if token_file is not None:
        token = token_file.read_text("utf-8").strip()
        place = Settling(by_token(settings.github_api_url, token), repository_of(project))
        # An administrator's token makes what is in the repository; the App's webhook is set by the App itself.
        return replace(place, app=_own(settings, project).app) if settings.github_app_id else place
    return _own(settings, project)


def _own(settings: Settings, project: str) -> "Any":
    return require_configured(connect_trackers(settings, settings.signing_key()), "github").settling(project)


def _finding(account: Callable[[str], Any]) -> Find:
    def find(login: str) -> Account:
        try:
            found = account(login.removeprefix("@"))
        except IssueNotFound:
            raise ConfigError(
                f"GitHub knows nobody called {login}.", remedy="Give the login as it stands in their profile."
            ) from None
        return Account("github", str(found.id), found.login, found.name or "")

    return find


def collect_answers(
    find: Find,
    *,
    policy: Policy,
    quiet: bool,
    no_input: bool,
    reviewer: str | None,
    sponsor: str | None,
    review_day: str | None,
    profile: str | None,
) -> Answers:
    """Return what was given, and ask for the rest where a person sits at a terminal."""
    if not (quiet or no_input) and sys.stdin.isatty():
        reviewer = reviewer or click.prompt(
            "Who reviews for governance? (login or account id, empty: later)", default="", show_default=False
        )
        sponsor = sponsor or click.prompt(
            "Who is the executive sponsor? (empty: later)", default="", show_default=False
        )
        days = click.Choice([day.value for day in Weekday])
        review_day = review_day or click.prompt(
            "On which day is the weekly review?", type=days, default=policy.clocks.review_day.value
        )
        profiles = click.Choice([each.value for each in Profile])
        profile = profile or click.prompt(
            "How much weighs from the first day?", type=profiles, default=policy.service.profile.value
        )
    return Answers(
        profile=Profile(profile) if profile else None,
        governance_reviewer=find(reviewer) if reviewer else None,
        sponsor=find(sponsor) if sponsor else None,
        review_day=Weekday(review_day) if review_day else None,
    )


def _written(forms: Any, into: Path, *, only_show: bool) -> Iterator[Step]:
    made = files.compare(forms, into, MADE_BY, force=False)
    if not only_show:
        files.write(made)
    fates = {
        files.Fate.NEW: Fate.MAKE,
        files.Fate.REPLACED: Fate.MEND,
        files.Fate.UNCHANGED: Fate.KEEP,
        files.Fate.KEPT: Fate.BY_HAND,
    }
    for each in made:
        yield Step("form", str(each.path), fates[each.fate])


def show_each(found: Iterable[Step], steps: list[Step], only_show: bool, as_json: bool) -> None:
    """Collect the steps, and say each as soon as it is done."""
    for step in found:
        steps.append(step)
        if not as_json:
            said = f" {step.says}" if step.says else ""
            click.echo(
                f"{SIGNS[step.fate]} {step.kind} {step.name}: {WORDS[step.fate][only_show]}.{said}".replace(" :", ":")
            )


def finish(steps: list[Step], secret: Secret, variable: str, as_json: bool, *, used: bool) -> None:
    """Say what comes next, or answer with all steps, and leave with 1 where something was refused."""
    refused = any(step.fate is Fate.REFUSED for step in steps)
    file = str(secret.file) if secret.file and used else None
    if as_json:
        shown = [{"kind": s.kind, "name": s.name, "fate": s.fate.value, "says": s.says} for s in steps]
        answer({"ok": not refused, "steps": shown, "secret_file": file})
    elif file:
        click.echo(f"The webhook's secret lies in {file}, for you alone. Set {variable}_FILE={file} for the receiver.")
    if not as_json:
        click.echo("Next: `followthrough doctor` looks whether all of it holds.")
    raise SystemExit(1 if refused else 0)
