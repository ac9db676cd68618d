"""What has to hold after the load: what stands on the trackers, and that no window of the write budget was ever exceeded."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import datetime

from integration.sandbox.github.sandbox import GitHubSandbox
from integration.sandbox.jira.server import JiraSandbox
from integration.sandbox.web import Call
from integration.work.budget import GITHUB, JIRA
from tests.e2e.story import plain

End = tuple[str, str, bool, tuple[str, ...], str, tuple[str, ...]]
ACCOUNT = "followthrough"


def end_of(github: GitHubSandbox, jira: JiraSandbox) -> tuple[End, ...]:
    """Return every issue as people find it: place, title, whether it is closed, labels, assignee, and what the service wrote there.

    Numbers and instants, which differ from run to run, are left out; what people wrote themselves is the same by construction.
    """
    return tuple(sorted((*_on_github(github), *_on_jira(jira))))


def _on_github(github: GitHubSandbox) -> Iterator[End]:
    with github.site.lock:
        for repository in github.site.repositories.values():
            names = {f"#{issue.number}": issue.title.split(":")[0] for issue in repository.issues.values()}
            for issue in repository.issues.values():
                ours = [_plain(c.body, names) for c in issue.comments.values() if c.author.login == ACCOUNT]
                labels = tuple(sorted(label.name for label in issue.labels))
                assignees = ", ".join(sorted(person.login for person in issue.assignees))
                closed = issue.state == "closed"
                yield (repository.full_name, issue.title, closed, labels, assignees, tuple(sorted(ours)))


def _on_jira(jira: JiraSandbox) -> Iterator[End]:
    with jira.site.lock:
        names = {issue.key: issue.summary.split(":")[0] for issue in jira.site.issues.values()}
        for issue in jira.site.issues.values():
            ours = [_plain(comment.body, names) for comment in issue.comments if comment.author == ACCOUNT]
            closed = jira.site.project_of(issue).workflow.status(issue.status).category == "done"
            labels = tuple(sorted(issue.labels))
            yield (issue.project, issue.summary, closed, labels, issue.assignee or "", tuple(sorted(ours)))


def _plain(text: str, names: dict[str, str]) -> str:
    """Return a text without what differs from run to run.

    In a diagram, colons and hyphens are escaped and would look like numbers of issues, and where a day begins depends on the hour.
    """
    text = re.sub(r"^ *section \d{4}#45;.*\n", "", text, flags=re.MULTILINE)
    return plain(re.sub(r"\d\d#58;\d\d", "(when)", text), names)


def most_in_windows(github: GitHubSandbox, jira: JiraSandbox) -> dict[str, tuple[int, int]]:
    """Return the most writes of our account in any window of the budget, and what the tracker allows: GitHub's per account, Jira's per issue."""
    found = {}
    # To ask for a failed delivery again creates no content, which is what GitHub limits to so many.
    made = github.calls.of(account=ACCOUNT, writes_only=True)
    writes = [call for call in made if not call.path.endswith("/attempts")]
    for seconds, limit in GITHUB:
        found[f"GitHub, {seconds:g} s"] = _most((call.at for call in writes), seconds), limit
    by_issue: dict[str, list[datetime]] = defaultdict(list)
    for call in jira.calls.of(account=ACCOUNT, writes_only=True):
        by_issue[_issue_of(call)].append(call.at)
    for seconds, limit in JIRA:
        found[f"Jira, one issue, {seconds:g} s"] = (
            max((_most(at, seconds) for at in by_issue.values()), default=0),
            limit,
        )
    return found


def _issue_of(call: Call) -> str:
    _, found, rest = call.path.partition("/issue/")
    return rest.split("/", 1)[0] if found else call.path


def _most(instants: Iterable[datetime], seconds: float) -> int:
    most, window = 0, deque[datetime]()
    for instant in sorted(instants):
        window.append(instant)
        while (instant - window[0]).total_seconds() >= seconds:
            window.popleft()
        most = max(most, len(window))
    return most
