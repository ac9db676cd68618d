"""The REST routes of branches, files and the opening of pull requests, as far as setting up a repository needs them.

A branch is its files; its commit is their digest, so that writing the same again makes the same commit.
"""

import base64
import binascii
import hashlib
from typing import Any

from flask import request

from integration.sandbox.github import pull_deeds
from integration.sandbox.github.asking import Answer, Ask, Route
from integration.sandbox.github.model import Json, Repository
from integration.sandbox.github.pull_shapes import pull_request
from integration.sandbox.github.refusals import Refused, invalid, not_found
from integration.sandbox.github.shapes import node_id

_HEADS = "refs/heads/"


def _branch(repository: Repository, name: str) -> dict[str, bytes]:
    files = repository.branches.get(name)
    if files is None:
        raise not_found()
    return files


def _commit(files: dict[str, bytes]) -> str:
    listed = b"".join(path.encode() + b"\0" + files[path] + b"\0" for path in sorted(files))
    return hashlib.sha1(listed, usedforsecurity=False).hexdigest()


def _blob(content: bytes) -> str:
    # https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _ref(ask: Ask, repository: Repository, name: str) -> Json:
    base, sha = ask.shapes.repository_url(repository), _commit(_branch(repository, name))
    return {
        "ref": _HEADS + name,
        "node_id": node_id("REF", repository.id),
        "url": f"{base}/git/{_HEADS}{name}",
        "object": {"sha": sha, "type": "commit", "url": f"{base}/git/commits/{sha}"},
    }


def get_ref(ask: Ask, owner: str, name: str, branch: str) -> Answer:
    """Answer one branch; 404 where there is none."""
    repository = ask.repository(owner, name)
    return Answer(_ref(ask, repository, branch))


def create_ref(ask: Ask, owner: str, name: str) -> Answer:
    """Create a branch at the commit of another one; 422 where it exists, or nothing stands at that commit."""
    repository = ask.repository(owner, name, "write")
    ref, sha = str(ask.body.get("ref") or ""), ask.body.get("sha")
    if not ref.startswith(_HEADS):
        raise invalid("Reference", "ref")
    branch = ref.removeprefix(_HEADS)
    if branch in repository.branches:
        raise Refused(422, "Reference already exists")
    source = next((files for files in repository.branches.values() if _commit(files) == sha), None)
    if source is None:
        raise Refused(422, "Object does not exist")
    repository.branches[branch] = dict(source)
    return Answer(_ref(ask, repository, branch), 201)


def _file(ask: Ask, repository: Repository, branch: str, path: str, content: bytes) -> Json:
    url = f"{ask.shapes.repository_url(repository)}/contents/{path}"
    git_url = f"{ask.shapes.repository_url(repository)}/git/blobs/{_blob(content)}"
    page = f"https://github.com/{repository.full_name}/blob/{branch}/{path}"
    return {
        "type": "file",
        "encoding": "base64",
        "size": len(content),
        "name": path.rsplit("/", 1)[-1],
        "path": path,
        "content": base64.encodebytes(content).decode(),
        "sha": _blob(content),
        "url": f"{url}?ref={branch}",
        "git_url": git_url,
        "html_url": page,
        "download_url": None,
        "_links": {"self": f"{url}?ref={branch}", "git": git_url, "html": page},
    }


def get_content(ask: Ask, owner: str, name: str, path: str) -> Answer:
    """Answer a file on a branch, the default one where none is named."""
    repository = ask.repository(owner, name)
    branch = request.args.get("ref", "main")
    content = _branch(repository, branch).get(path)
    if content is None:
        raise not_found()
    return Answer(_file(ask, repository, branch, path, content))


def put_content(ask: Ask, owner: str, name: str, path: str) -> Answer:
    """Write a file on a branch; what is there is replaced only by whoever names its digest."""
    repository = ask.repository(owner, name, "write")
    branch = str(ask.body.get("branch") or "main")
    files = _branch(repository, branch)
    ask.text("message", "Commit", longest=100_000)
    there = files.get(path)
    if there is not None and not ask.body.get("sha"):
        raise Refused(422, 'Invalid request.\n\n"sha" wasn\'t supplied.')
    if there is not None and ask.body.get("sha") != _blob(there):
        raise Refused(409, f"{path} does not match {ask.body.get('sha')}")
    files[path] = _decoded(ask.body.get("content"))
    sha = _commit(files)
    commit = {"sha": sha, "node_id": node_id("C", repository.id), "message": ask.body["message"]}
    return Answer(
        {"content": _file(ask, repository, branch, path, files[path]), "commit": commit},
        200 if there is not None else 201,
    )


def _decoded(content: Any) -> bytes:
    try:
        return base64.b64decode(str(content), validate=True)
    except binascii.Error:
        raise Refused(422, "content is not valid Base64") from None


def list_pull_requests(ask: Ask, owner: str, name: str) -> Answer:
    """Answer pull requests, newest first, of one branch or of all."""
    repository = ask.repository(owner, name)
    state, head = request.args.get("state", "open"), request.args.get("head", "")
    found = [
        (issue, issue.pull)
        for issue in reversed(repository.issues.values())
        if issue.pull is not None
        and state in {"all", issue.state}
        and head.lower() in {"", f"{repository.owner.login}:{issue.pull.head}".lower()}
    ]
    return ask.page(found, lambda pair: pull_request(ask.shapes, *pair), repository)


def create_pull_request(ask: Ask, owner: str, name: str) -> Answer:
    """Open a pull request from one branch into another; 422 where they are the same, or one is open."""
    repository = ask.repository(owner, name)
    title = ask.text("title", "PullRequest", longest=256) or ""
    head, base = str(ask.body.get("head") or ""), str(ask.body.get("base") or "")
    for key, branch in (("head", head), ("base", base)):
        if branch not in repository.branches:
            raise invalid("PullRequest", key)
    if repository.branches[head] == repository.branches[base]:
        raise invalid("PullRequest", "head", "custom", message=f"No commits between {base} and {head}")
    if any(issue.pull and issue.pull.head == head and issue.state == "open" for issue in repository.issues.values()):
        message = f"A pull request already exists for {repository.owner.login}:{head}."
        raise invalid("PullRequest", "head", "custom", message=message)
    issue = pull_deeds.open_pull_request(
        ask.site, repository, ask.person, title, body=str(ask.body.get("body") or ""), base=base, head=head
    )
    if issue.pull is None:
        raise not_found()
    shape = pull_request(ask.shapes, issue, issue.pull)
    return Answer(shape, 201, {"Location": shape["url"]})


_REPOSITORY = "/repos/<owner>/<name>"
ROUTES: tuple[Route, ...] = (
    ("GET", f"{_REPOSITORY}/git/ref/heads/<path:branch>", get_ref),
    ("POST", f"{_REPOSITORY}/git/refs", create_ref),
    ("GET", f"{_REPOSITORY}/contents/<path:path>", get_content),
    ("PUT", f"{_REPOSITORY}/contents/<path:path>", put_content),
    ("GET", f"{_REPOSITORY}/pulls", list_pull_requests),
    ("POST", f"{_REPOSITORY}/pulls", create_pull_request),
)
