"""``followthrough setup jira``: makes gate field, screens, rule and webhook on Jira Cloud, and says the steps for Data Center."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from integration.bootstrap import connect_trackers
from integration.commands.setting_up import Find, collect_answers, finish, setup, shared, show_each
from integration.commands.telling import read_project, require_configured
from integration.errors import ConfigError, IssueNotFound
from integration.settings import Settings
from integration.setup import jira as on_jira
from integration.setup.answers import Account
from integration.setup.secret import secret_for
from integration.setup.steps import Step
from integration.setup.writing import write_answers
from mappings.loading import load_policy


@setup.command("jira")
@click.argument("project", metavar="KEY")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A token of an administrator, used this once.",
)
@click.option("--user", help="Whose token that is: on Cloud the address that the administrator signs in with.")
@shared
def on_jira_command(
    project: str,
    token_file: Path | None,
    user: str | None,
    receiver: str | None,
    only_show: bool,
    as_json: bool,
    **asked: Any,
) -> None:
    """Set the project KEY up: gate field, screens, the workflow's rule, webhook, and the answers that only you have.

    What is there stays, so a second time changes nothing. On Data Center, whose interface has no such calls, the steps
    are said. Fields, screens and workflows belong to administrators: for this once their token can be given with
    --token-file and --user. Exit code 1 where something was refused.
    """
    settings = Settings.load()
    policy = load_policy(settings.mappings_dir).policy
    key = read_project(f"jira:{project}")[1]
    place = _place(settings, key, token_file, user)
    steps: list[Step] = []
    with closing(place.client):
        answers = collect_answers(_finding(place.account), policy=policy, quiet=only_show or as_json, **asked)
        show_each(write_answers(settings.mappings_dir, answers, only_show=only_show), steps, only_show, as_json)
        policy = load_policy(settings.mappings_dir).policy.for_project("jira", key)
        secret = secret_for(
            "jira", settings.jira_webhook_secrets, settings.data_dir, only_show=only_show or not receiver
        )
        wanted = on_jira.Wanted(
            policy.remediation.reopening.jira_gate_field,
            "" if receiver is None else f"{receiver}/webhooks/jira",
            secret.value,
        )
        show_each(on_jira.bring_about(place, wanted, only_show=only_show), steps, only_show, as_json)
    finish(steps, secret, "JIRA_WEBHOOK_SECRET", as_json, used=bool(wanted.hook_url) and not only_show)


def _place(settings: Settings, project: str, token_file: Path | None, user: str | None) -> Any:
    # Imported here: the tracker's library costs a third of a second, which help and completion need not pay.
    from integration.trackers.jira.client import JiraAccess, JiraClient  # noqa: PLC0415
    from integration.trackers.jira.settling import Settling  # noqa: PLC0415

    if token_file is None:
        tracker = require_configured(connect_trackers(settings, settings.signing_key()), "jira")
        return Settling(tracker.client, project)
    if settings.jira_url is None:
        raise ConfigError("jira is not configured.", where="JIRA_URL", remedy="Set it; the README shows how.")
    access = JiraAccess(settings.jira_url, token_file.read_text("utf-8").strip(), user)
    return Settling(JiraClient(access), project)


def _finding(account: Callable[[str], Any]) -> Find:
    def find(ident: str) -> Account:
        try:
            found = account(ident)
        except IssueNotFound:
            raise ConfigError(
                f"Jira knows nobody by {ident}.",
                remedy="Give the account id, which stands in the address of their profile; on Data Center the user name.",
            ) from None
        return Account("jira", found.id, found.handle, found.name)

    return find
