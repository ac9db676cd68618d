"""Pull requests, as far as evidence, closing keywords and setting up need them: opened, merged, closed."""

import hashlib
import re

from integration.sandbox.github.issue_deeds import place, set_state
from integration.sandbox.github.model import Issue, Json, Person, Pull, Repository
from integration.sandbox.github.pull_shapes import pull_request
from integration.sandbox.github.shapes import Shapes
from integration.sandbox.github.site import Site

# https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+#(\d{1,9})\b", re.IGNORECASE)


def open_pull_request(
    site: Site,
    repository: Repository,
    author: Person,
    title: str,
    *,
    body: str = "",
    base: str = "main",
    head: str = "",
) -> Issue:
    """Open a pull request, from a branch of files or (without ``head``) from one that nobody reads; it shares the issues'
    numbers and shows up among them.
    """
    issue = place(site, repository, author, title, body)
    sha = hashlib.sha1(f"{repository.full_name}#{issue.number}".encode(), usedforsecurity=False).hexdigest()
    issue.pull = Pull(site.new_id("pull"), head or f"change-{issue.number}", base, sha)
    _announce(site, issue, issue.pull, "opened", author)
    return issue


def close_pull_request(site: Site, issue: Issue, actor: Person, *, merge: bool) -> None:
    """Close a pull request; merging into the default branch closes what its text says it closes."""
    pull = issue.pull
    if pull is None or issue.state == "closed":
        raise ValueError(f"#{issue.number} is no open pull request")
    if merge:
        pull.merged_at, pull.merged_by = site.now(), actor
        pull.merge_sha = hashlib.sha1(f"merge {pull.sha}".encode(), usedforsecurity=False).hexdigest()
        site.note(issue, "merged", actor, pull.merge_sha)
        issue.repository.branches[pull.base] |= issue.repository.branches.get(pull.head, {})
    set_state(site, issue, actor, "closed")
    issue.state_reason = None
    _announce(site, issue, pull, "closed", actor)
    if merge and pull.base == "main":
        for number in dict.fromkeys(_CLOSES.findall(issue.body or "")):
            named = issue.repository.issues.get(int(number))
            if named is not None and named.pull is None:
                set_state(site, named, actor, "closed", "completed", by_commit=pull.merge_sha)


def _announce(site: Site, issue: Issue, pull: Pull, action: str, actor: Person) -> None:
    def build(shapes: Shapes) -> Json:
        return {"number": issue.number, "pull_request": pull_request(shapes, issue, pull)}

    site.announce(issue.repository, "pull_request", action, actor, build)
