"""Who owns the code of a repository, by its file CODEOWNERS: those of everything, or else the first who own a part. A name there gives no right.

https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

import base64
import binascii
import re

from integration.errors import IssueNotFound
from integration.trackers.github.client import GitHubClient
from integration.trackers.github.identifiers import Repository
from integration.trackers.github.payloads import Contents, read

PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS")
"""Where GitHub looks, in this order; the first that is there counts."""
LONGEST = 100_000
"""Characters that are read. GitHub itself takes no file above 3 MB."""
EVERYTHING = frozenset({"*", "**", "/**", "/"})
# A team is a list of people that we do not ask for, and an address names no account.
_PERSON = re.compile(r"@[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


def owners_of(client: GitHubClient, repository: Repository) -> tuple[str, ...]:
    """Return mentions of the people who own the code, in the file's order. Raises ``TrackerRefused`` where the file may not be read."""
    for place in PLACES:
        try:
            answer = client.get(repository.path("contents", *place.split("/")))
        except IssueNotFound:
            continue
        if isinstance(answer.body, list):  # A folder of that name.
            continue
        return named_in(_text(read(Contents, answer.body)))
    return ()


def named_in(text: str) -> tuple[str, ...]:
    """Return whom the last line about everything names, as GitHub lets the last match win; where there is none, whom the lines name in turn."""
    of_all: tuple[str, ...] | None = None
    of_parts: list[str] = []
    for line in text[:LONGEST].splitlines():
        pattern, *owners = line.partition("#")[0].split() or [""]
        people = tuple(owner for owner in owners if _PERSON.fullmatch(owner))
        if pattern in EVERYTHING:
            of_all = people
        of_parts += people
    return tuple(dict.fromkeys(of_all if of_all is not None else of_parts))


def _text(file: Contents) -> str:
    try:
        return base64.b64decode(file.content).decode("utf-8", "replace")
    except binascii.Error:
        return ""
