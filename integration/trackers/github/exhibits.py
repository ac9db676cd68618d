"""Looks up what a link of evidence points at: pull requests, commits, runs and files of listed repositories, on this very GitHub (S18, S20).

A link is only read: what is asked for is put together from its checked parts, so that no request ever goes to an address that a user wrote.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from integration.errors import IssueNotFound, TrackerRefused
from integration.postmortem.exhibits import Exhibit, ExhibitKind
from integration.postmortem.incident import IssueRef
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.identifiers import Repository, place_at, repository_of
from integration.trackers.github.payloads import Change, Compared, Contents, Home, Pull, Run, read
from mappings.models import Evidence

_OBJECT = re.compile(
    r"/(?P<repository>[^/]+/[^/]+)/(?:"
    r"pull/(?P<pull>[1-9][0-9]{0,9})(?:/.*)?"
    r"|commit/(?P<commit>[0-9a-fA-F]{7,40})"
    r"|actions/runs/(?P<run>[1-9][0-9]{0,18})(?:/.*)?"
    r"|blob/(?P<ref>[^/]+)/(?P<file>.{1,500})"
    r")/?"
)
_SHA = re.compile(r"[0-9a-f]{40}")
UNAUTHORIZED = 401
# https://docs.github.com/en/rest/commits/commits#compare-two-commits: the head lies on the base's own history.
REACHABLE = ("identical", "behind")


@dataclass
class Exhibition:
    """Answers one round of questions about one case; ``evidence`` says which repositories may be looked at."""

    client: GitHubClient
    case: IssueRef
    evidence: Evidence
    _homes: dict[Repository, Home | None] = field(default_factory=dict)

    def of(self, links: frozenset[str]) -> dict[str, Exhibit]:
        """Return what each link shows; those that cannot be looked up are left out, and so stay on somebody's word."""
        found = {link: self._seen(link) for link in sorted(links)}
        return {link: exhibit for link, exhibit in found.items() if exhibit is not None}

    def _seen(self, link: str) -> Exhibit | None:
        parts = urlsplit(link)
        # GitHub itself said where its pages are when it told of the incident.
        if parts.netloc.casefold() != urlsplit(self.case.url).netloc.casefold():
            return None
        named = _OBJECT.fullmatch(unquote(parts.path))
        if named is None:
            return None
        try:
            repository = repository_of(named["repository"])
            home = self._home(repository)
            return self._object(named, repository, home) if home is not None else None
        except TrackerRefused as refused:
            # A token that may not read runs or files leaves them on somebody's word; one that is no longer good is another matter.
            if refused.status == UNAUTHORIZED:
                raise
            return None

    def _home(self, repository: Repository) -> Home | None:
        """Return a listed repository, ``None`` for any other; from a public incident nothing private is looked at (S18)."""
        own = place_at(self.case).repository
        is_own = str(repository).casefold() == str(own).casefold() or self._was_called(repository, own)
        if not is_own and not self.evidence.is_listed(str(repository)):
            return None
        home = self._read_home(repository)
        if is_own or home is None or not home.private:
            return home
        from_here = self._read_home(own)
        return home if from_here is not None and from_here.private else None

    def _was_called(self, repository: Repository, own: Repository) -> bool:
        """Tell whether this is a former name of the incident's own repository: GitHub leads from it to the same one.

        Asked with the right to the own one, and of names that a rename or a transfer leaves alike in part; nothing else is read.
        """
        if repository.owner.casefold() != own.owner.casefold() and repository.name.casefold() != own.name.casefold():
            return False
        try:
            there = read(Home, self.client.get(repository.path(), about=own).body)
        except (IssueNotFound, TrackerRefused) as unseen:
            if isinstance(unseen, TrackerRefused) and unseen.status == UNAUTHORIZED:
                raise
            return False
        here = self._read_home(own)
        return here is not None and there.id == here.id

    def _read_home(self, repository: Repository) -> Home | None:
        if repository not in self._homes:
            try:
                self._homes[repository] = read(Home, self.client.get(repository.path()).body)
            except IssueNotFound:
                self._homes[repository] = None
        return self._homes[repository]

    def _object(self, named: re.Match[str], repository: Repository, home: Home) -> Exhibit | None:
        if named["pull"]:
            return self._look(ExhibitKind.PULL_REQUEST, repository, home, "pulls", named["pull"])
        if named["commit"]:
            return self._commit(repository, home, named["commit"])
        if named["run"]:
            return self._look(ExhibitKind.RUN, repository, home, "actions", "runs", named["run"])
        return self._file(repository, home, named["ref"], named["file"])

    def _look(self, kind: ExhibitKind, repository: Repository, home: Home, *segments: str) -> Exhibit:
        body = self._get(repository, *segments)
        if body is None:
            return _nothing(kind)
        return _pull(read(Pull, body), home) if kind is ExhibitKind.PULL_REQUEST else _run(read(Run, body), home)

    def _commit(self, repository: Repository, home: Home, sha: str) -> Exhibit:
        kind = ExhibitKind.COMMIT
        body = self._get(repository, "compare", f"{home.default_branch}...{sha}")
        if body is None:
            return _nothing(kind)
        compared = read(Compared, body)
        if compared.status not in REACHABLE:
            return Exhibit(kind, "is not on the default branch")
        commit = compared.merge_base_commit
        return Exhibit(kind, pin=commit.sha, authors=_authors(commit), at=commit.commit.committer.date)

    def _file(self, repository: Repository, home: Home, ref: str, path: str) -> Exhibit | None:
        segments = path.split("/")
        if any(segment in {"", ".", ".."} for segment in segments):
            return None
        # A permalink counts as long as its commit is part of what everybody works on.
        is_permalink = _SHA.fullmatch(ref) is not None and self._commit(repository, home, ref).counts
        if ref != home.default_branch and not is_permalink:
            return Exhibit(ExhibitKind.FILE, "is not on the default branch")
        body = self._get(repository, "contents", *segments, query={"ref": ref})
        if body is None:
            return _nothing(ExhibitKind.FILE)
        if isinstance(body, list):
            return None
        return Exhibit(ExhibitKind.FILE, pin=read(Contents, body).sha)

    def _get(self, repository: Repository, *segments: str, query: dict[str, str | int] | None = None) -> Any:
        try:
            return self.client.get(repository.path(*segments), query).body
        except IssueNotFound:
            return None


def _nothing(kind: ExhibitKind) -> Exhibit:
    return Exhibit(kind, "cannot be found any more", found=False)


def _pull(pull: Pull, home: Home) -> Exhibit:
    kind, authors = ExhibitKind.PULL_REQUEST, frozenset({str(pull.user.id)} if pull.user else ())
    if pull.merged_at is None:
        return Exhibit(kind, "was closed without being merged" if pull.state == "closed" else "is not merged yet")
    if pull.base.ref != home.default_branch:
        return Exhibit(kind, "was not merged into the default branch", authors=authors)
    return Exhibit(kind, pin=pull.merge_commit_sha or "", authors=authors, at=pull.merged_at)


def _run(run: Run, home: Home) -> Exhibit:
    kind = ExhibitKind.RUN
    if run.head_repository is None or run.head_repository.id != home.id:
        return Exhibit(kind, "is of a fork")
    if run.head_branch != home.default_branch:
        return Exhibit(kind, "is not on the default branch")
    if run.conclusion != "success":
        return Exhibit(kind, "did not succeed" if run.status == "completed" else "is not finished yet")
    return Exhibit(kind, pin=f"{run.head_sha}:{run.conclusion}", at=run.run_started_at)


def _authors(commit: Change) -> frozenset[str]:
    """A pull request that is merged on the web is committed by GitHub's own account; only who wrote it counts."""
    return frozenset({str(commit.author.id)} if commit.author else ())
