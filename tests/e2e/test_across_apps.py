"""Tickets in a repository of another owner, where the App has an installation, and so a token and a budget, of its own."""

import tempfile
from pathlib import Path

from integration.postmortem.incident import IssueKey, IssueRef
from tests.e2e.as_app import elsewhere
from tests.e2e.stage import PROJECT, REPOSITORY, TEAM
from tests.e2e.story import OnGitHub

THERE = "labs/search"
ROUTES = f"routes:\n  search: {{to: 'github:{THERE}', kinds: [technical]}}\n"


def test_a_ticket_of_another_installation_is_opened_and_kept_with_that_ones_token_and_budget() -> None:
    with tempfile.TemporaryDirectory(prefix="ft-") as folder:
        mappings = Path(folder) / "mappings"
        mappings.mkdir()
        (mappings / "remediation.yaml").write_text(ROUTES)
        scope = f"github:{REPOSITORY},github:{THERE},jira:{PROJECT}"
        changed = {"FOLLOWTHROUGH_SCOPE": scope, "FOLLOWTHROUGH_MAPPINGS_DIR": str(mappings)}
        with elsewhere(Path(folder) / "data", **changed) as service:
            service.github.add_repository(THERE, private=True, roles=TEAM, features=())
            (app,) = service.github.site.apps.values()
            service.github.install_app(app, "labs", [THERE])
            told = OnGitHub(service)
            told.report()
            service.settle()
            told.write_up()
            service.settle()
            [ticket] = service.github.as_person("gina").issues(THERE)
            assert (ticket["title"][:3], ticket["assignees"][0]["login"]) == ("A1:", "dana")
            service.github.as_person("dana").close(THERE, ticket["number"])
            service.settle()
            assert service.github.as_person("gina").issue(THERE, ticket["number"])["state"] == "open"
            tracker = service.parts.engine.trackers["github"]
            accounts = {
                tracker.account(IssueRef(IssueKey("github", "1"), f"{place}#1")) for place in (REPOSITORY, THERE)
            }
            assert len(accounts) == 2
            for account in accounts:
                assert service.parts.client.zcard(f"followthrough:budget:github:{account}") > 0
