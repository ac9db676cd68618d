"""Checks what is about to become part of an address (S17). Pure; nothing reaches a client library that has not passed
here.

``repo.get_issue`` and its like put names into paths as they are: a label named ``../../2/labels/x`` reaches another
issue.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.incident import IssueRef

SITE = "github"

# https://docs.github.com/en/enterprise-cloud@latest/admin/managing-iam/iam-configuration-reference/username-considerations
# Managed users carry an underscore and their company's short code; older logins may end in a hyphen.
_LOGIN = r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"
_REPOSITORY = r"[A-Za-z0-9._-]{1,100}"
_LOGIN_FORM = re.compile(rf"{_LOGIN}(?:\[bot\])?")
_MENTION_FORM = re.compile(rf"@({_LOGIN})")
_PROJECT_FORM = re.compile(rf"({_LOGIN})/({_REPOSITORY})")
_LOCATOR_FORM = re.compile(rf"({_LOGIN})/({_REPOSITORY})#([1-9][0-9]{{0,9}})")
_ID_FORM = re.compile(r"[1-9][0-9]{0,18}")
_NODE_FORM = re.compile(r"[A-Za-z0-9_=+/-]{1,200}")


@dataclass(frozen=True, order=True)
class Repository:
    """A repository by its names; both are safe in a path."""

    owner: str
    name: str

    def __str__(self) -> str:
        return f"{self.owner}/{self.name}"

    def path(self, *segments: str | int) -> str:
        """Return ``/repos/{owner}/{name}/…`` with every segment encoded."""
        return path("repos", self.owner, self.name, *segments)


@dataclass(frozen=True, order=True)
class Place:
    """Where an issue is at present: repository and number."""

    repository: Repository
    number: int

    def __str__(self) -> str:
        return f"{self.repository}#{self.number}"

    def path(self, *segments: str | int) -> str:
        """Return ``/repos/{owner}/{name}/issues/{number}/…`` with every segment encoded."""
        return self.repository.path("issues", self.number, *segments)


def path(*segments: str | int) -> str:
    """Return the segments as an absolute path, each encoded, slashes within them too."""
    return "/" + "/".join(quote(str(segment), safe="") for segment in segments)


def repository_of(project: str) -> Repository:
    """Read ``owner/repo``. Raises :class:`TrackerRefused` for anything else."""
    found = _PROJECT_FORM.fullmatch(project)
    if found is None or found[2] in {".", ".."}:
        raise TrackerRefused("This is not the name of a repository.", status=0, detail="not owner/repository")
    return Repository(found[1], found[2])


def place_of(locator: str) -> Place:
    """Read ``owner/repo#12``. Raises :class:`IssueNotFound` for anything else."""
    found = _LOCATOR_FORM.fullmatch(locator)
    if found is None or found[2] in {".", ".."}:
        raise IssueNotFound("This reference does not name an issue on GitHub.")
    return Place(Repository(found[1], found[2]), int(found[3]))


def place_at(ref: IssueRef) -> Place:
    """Return the place that a reference names. Raises :class:`IssueNotFound` for what is not an issue on GitHub."""
    if ref.key.site != SITE:
        raise IssueNotFound("This issue is not on GitHub.")
    return place_of(ref.locator)


def repository_at(url: str) -> Repository:
    """Return the repository whose API address (``…/repos/{owner}/{name}``) an answer named. Raises
    :class:`TrackerRefused`.
    """
    return repository_of("/".join(urlsplit(url).path.rsplit("/", 2)[-2:]))


def repository_in(address: str) -> Repository | None:
    """Return the repository that an address of ours (``/repos/{owner}/{name}/…``) names, or ``None``."""
    parts = urlsplit(address).path.split("/", 4)
    if len(parts) < 4 or parts[1] != "repos":
        return None
    found = _PROJECT_FORM.fullmatch(f"{unquote(parts[2])}/{unquote(parts[3])}")
    return Repository(found[1], found[2]) if found else None


def is_login(text: str) -> bool:
    """Tell whether this can be an account's login, an App's ``name[bot]`` included."""
    return _LOGIN_FORM.fullmatch(text) is not None


def login_mentioned(text: str) -> str | None:
    """Return the login if the text is one mention and nothing else: ``@dana``. Names without ``@`` name nobody (S6)."""
    found = _MENTION_FORM.fullmatch(text.strip())
    return found[1] if found else None


def is_id(text: str) -> bool:
    """Tell whether this can be a database id (of a comment, an issue, a hook)."""
    return _ID_FORM.fullmatch(text) is not None


def is_node_id(text: str) -> bool:
    """Tell whether this can be a GraphQL node id."""
    return _NODE_FORM.fullmatch(text) is not None
