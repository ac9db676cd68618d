"""With which credential a request to GitHub is made: a token that never changes, an App's own signature, or (in
``installations.py``) a token that an App was given for certain repositories.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock
from typing import NamedTuple, Protocol

from github import Auth, Consts
from jwt.exceptions import PyJWTError

from integration.errors import ConfigError
from integration.trackers.github.identifiers import Repository

# "We recommend that you set this to 60 seconds in the past, to protect against clock drift"; at most ten minutes ahead.
# https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-json-web-token-jwt-for-a-github-app
SIGNED_BEFORE = timedelta(seconds=60)
SIGNED_FOR = timedelta(minutes=9)
SIGNED_ANEW = timedelta(minutes=5)

About = Repository | int | None
"""What a request is about: a repository, an installation by its id, or nothing of either."""


class Credential(NamedTuple):
    """What stands in the ``Authorization`` header."""

    scheme: str
    secret: str


class SignIn(Protocol):
    """Gives each request its credential."""

    def credential(self, about: About) -> Credential:
        """Return the credential for a request about that. Raises ``TrackerError`` where there is none to be had."""
        ...

    def renew(self, refused: Credential) -> bool:
        """Forget a credential that GitHub no longer takes; tell whether asking again gives another."""
        ...

    def cover(self, repository: Repository, others: frozenset[Repository]) -> None:
        """Let credentials for ``repository`` cover these as well, where that is possible at all."""
        ...


class ByToken:
    """One token for everything: of a dedicated user, or of a person."""

    def __init__(self, token: str) -> None:
        self._credential = Credential("token", token)

    def credential(self, about: About) -> Credential:
        """Return the token."""
        return self._credential

    def renew(self, refused: Credential) -> bool:
        """Nothing can be renewed."""
        return False

    def cover(self, repository: Repository, others: frozenset[Repository]) -> None:
        """Whatever the token covers it covers already."""


@dataclass(frozen=True)
class AppAccess:
    """A GitHub App: its id, and its private key in PEM, which shows in no ``repr``."""

    id: int
    private_key: str = field(repr=False)


class AsApp:
    """The App itself, by a signature of its own (RS256), good for some minutes. It may ask about installations only."""

    def __init__(self, access: AppAccess, clock: Callable[[], datetime]) -> None:
        """Read the key. Raises :class:`ConfigError`, without the key, where it is none."""
        # A key in one line of an environment file has its line breaks written out.
        key = access.private_key.replace("\\n", "\n")
        self._sign = Auth.AppAuth.create_jwt_sign(key, Consts.DEFAULT_JWT_ALGORITHM)
        self._id, self._clock = access.id, clock
        self._lock = Lock()
        self._signed: tuple[datetime, Credential] | None = None
        try:
            self._sign({"iss": str(access.id)})
        except (PyJWTError, ValueError, TypeError):
            raise ConfigError(
                "The App's private key cannot be read.",
                where="GITHUB_APP_PRIVATE_KEY",
                remedy="Give the whole .pem file that GitHub made, best as GITHUB_APP_PRIVATE_KEY_FILE.",
            ) from None

    def credential(self, about: About) -> Credential:
        """Return a signature of the last minutes."""
        with self._lock:
            now = self._clock()
            if self._signed is None or not timedelta() <= now - self._signed[0] < SIGNED_ANEW:
                self._signed = (now, self._made(now))
            return self._signed[1]

    def renew(self, refused: Credential) -> bool:
        """Nothing can be renewed: the key, the id or the clock is wrong."""
        return False

    def cover(self, repository: Repository, others: frozenset[Repository]) -> None:
        """A signature covers no repository."""

    def _made(self, now: datetime) -> Credential:
        # PyGithub would take the time from the machine; ours comes from the one clock.
        claims = {
            "iat": int((now - SIGNED_BEFORE).timestamp()),
            "exp": int((now + SIGNED_FOR).timestamp()),
            "iss": str(self._id),
        }
        signed = self._sign(claims)
        return Credential("Bearer", signed.decode() if isinstance(signed, bytes) else signed)
