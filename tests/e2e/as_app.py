"""The service as it runs for a company with a GitHub App on an Enterprise Server, and with Jira behind Atlassian's gateway."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from tests.e2e.stage import PROJECT, REPOSITORY, SECRET, TEAM, Clock, Door, Stage, service

CLOUD_ID = "11111111-2222-3333-4444-555555555555"


@contextlib.contextmanager
def elsewhere(folder: Path, **changed: str) -> Iterator[Stage]:
    """Run the service as an App on an Enterprise Server, and behind Jira's gateway. No repository has a webhook: the App has one.

    ``changed`` are further variables of the environment.
    """
    clock, door = Clock(), Door()
    github = GitHubSandbox(clock, enterprise=True)
    jira = JiraSandbox(clock=clock, hook_secret=SECRET, hook_url=f"{door.url}/webhooks/jira", cloud_id=CLOUD_ID)
    for person in (*TEAM, "stranger"):
        github.add_person(person)
        jira.add_person(person)
    jira.add_person("followthrough")
    jira.scope_token("followthrough")
    with github, jira:
        github.add_repository(REPOSITORY, roles=TEAM, features=())
        app = github.add_app("followthrough", "acme", hook_url=f"{door.url}/webhooks/github", hook_secret=SECRET)
        github.install_app(app, "acme", [REPOSITORY])
        jira.add_project(PROJECT, "Shop", "gina", roles={**dict.fromkeys(TEAM, "member"), "followthrough": "member"})
        environment = {
            "FOLLOWTHROUGH_DATA_DIR": str(folder),
            "FOLLOWTHROUGH_MAPPINGS_DIR": str(Path(__file__).parents[2] / "mappings"),
            "FOLLOWTHROUGH_LOOK_INTERVAL": "0",
            "FOLLOWTHROUGH_INTENT_GRACE_SECONDS": "1",
            "GITHUB_API_URL": github.url,
            "GITHUB_APP_ID": str(app.id),
            "GITHUB_APP_PRIVATE_KEY": app.private_key,
            "GITHUB_WEBHOOK_SECRET": SECRET,
            "JIRA_URL": jira.gateway_url,
            "JIRA_USER": "followthrough",
            "JIRA_TOKEN": "followthrough-token",
            "JIRA_WEBHOOK_SECRET": SECRET,
            **changed,
        }
        with service(folder, door, environment, clock) as (settings, parts):
            yield Stage(github, jira, parts, clock, settings, environment)
