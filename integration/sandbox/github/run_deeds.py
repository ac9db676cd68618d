"""Workflow runs, as far as evidence needs them: run, run again with another end."""

import hashlib

from integration.sandbox.github.model import Json, Repository, Run
from integration.sandbox.github.shapes import Shapes, stamp
from integration.sandbox.github.site import Site


def add_run(site: Site, repository: Repository, branch: str, conclusion: str | None, *, is_of_fork: bool) -> Run:
    """Let a workflow run on a branch and tell of it."""
    number = site.new_id("run")
    sha = hashlib.sha1(f"run {number}".encode(), usedforsecurity=False).hexdigest()
    run = Run(number, branch, sha, None, site.now(), is_of_fork)
    repository.runs[run.id] = run
    finish(site, repository, run, conclusion)
    return run


def finish(site: Site, repository: Repository, run: Run, conclusion: str | None) -> None:
    """Let a run come to its end and tell of it."""
    run.conclusion = conclusion

    def build(shapes: Shapes) -> Json:
        return {"workflow_run": run_shape(shapes, repository, run)}

    site.announce(repository, "workflow_run", "completed" if conclusion else "requested", repository.owner, build)


def run_shape(shapes: Shapes, repository: Repository, run: Run) -> Json:
    """Return a run as GET and the ``workflow_run`` webhook show it, as far as evidence reads it."""
    url = f"{shapes.repository_url(repository)}/actions/runs/{run.id}"
    small = shapes.small_repository(repository)
    return {
        "id": run.id,
        "name": "test",
        "head_branch": run.branch,
        "head_sha": run.sha,
        "path": ".github/workflows/test.yml",
        "run_number": 1,
        "run_attempt": 1,
        "event": "push",
        "status": "completed" if run.conclusion else "in_progress",
        "conclusion": run.conclusion,
        "url": url,
        "html_url": f"{shapes.web}/{repository.full_name}/actions/runs/{run.id}",
        "created_at": stamp(run.started_at),
        "updated_at": stamp(run.started_at),
        "run_started_at": stamp(run.started_at),
        "actor": shapes.user(repository.owner),
        "repository": small,
        "head_repository": {**small, "id": small["id"] + 1_000_000, "fork": True} if run.is_of_fork else small,
    }
