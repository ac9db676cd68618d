"""The REST routes of workflow runs and of comparing a commit with a branch, as far as evidence needs them."""

import hashlib

from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Json, Person, Pull, Repository
from integration.sandbox.github.refusals import not_found
from integration.sandbox.github.run_deeds import run_shape
from integration.sandbox.github.shapes import stamp


def get_run(ask: Ask, owner: str, name: str, run_id: int) -> Answer:
    """Answer one workflow run."""
    repository = ask.repository(owner, name)
    run = repository.runs.get(run_id)
    if run is None:
        raise not_found()
    return Answer(run_shape(ask.shapes, repository, run))


def compare(ask: Ask, owner: str, name: str, basehead: str) -> Answer:
    """Answer how a commit of a pull request lies to a branch: merged ones lie behind it, others beside it."""
    repository = ask.repository(owner, name)
    base, _, head = basehead.partition("...")
    found = next((pull for pull in _pulls(repository) if head in (pull.sha, pull.merge_sha) and head), None)
    if found is None or base not in repository.branches:
        raise not_found()
    is_behind = head == found.merge_sha and found.base == base
    sha = head if is_behind else hashlib.sha1(b"root", usedforsecurity=False).hexdigest()
    return Answer(
        {
            "status": "behind" if is_behind else "diverged",
            "ahead_by": 0 if is_behind else 1,
            "behind_by": 1,
            "merge_base_commit": _commit(ask, repository, sha, found.merged_by if is_behind else None),
            "commits": [],
        }
    )


def _pulls(repository: Repository) -> list[Pull]:
    return [issue.pull for issue in repository.issues.values() if issue.pull is not None]


def _commit(ask: Ask, repository: Repository, sha: str, author: Person | None) -> Json:
    at = stamp(ask.site.now())
    who = {"name": author.login if author else "nobody", "email": "", "date": at}
    return {
        "sha": sha,
        "url": f"{ask.shapes.repository_url(repository)}/commits/{sha}",
        "commit": {"author": who, "committer": who, "message": "A change"},
        "author": ask.shapes.user_or_none(author),
        "committer": ask.shapes.user_or_none(author),
    }


_REPOSITORY = "/repos/<owner>/<name>"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_REPOSITORY}/actions/runs/<int:run_id>", get_run),
    ("GET", f"{_REPOSITORY}/compare/<basehead>", compare),
)
