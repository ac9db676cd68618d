"""What PyGithub's requester sends with: a connection that follows no redirect by itself, and the credential of the request
under way.
"""

from github import Auth
from github.Requester import HTTPRequestsConnectionClass, HTTPSRequestsConnectionClass, RequestsResponse

from integration.trackers.github.signin import Credential


class Presented(Auth.Auth):
    """Puts the credential of the request under way into its header."""

    credential = Credential("", "")

    @property
    def token_type(self) -> str:
        """Return the scheme."""
        return self.credential.scheme

    @property
    def token(self) -> str:
        """Return the secret."""
        return self.credential.secret


class Redirected(Exception):
    """GitHub pointed elsewhere."""

    def __init__(self, status: int, location: str) -> None:
        super().__init__(status)
        self.status, self.location = status, location


def _not_following(response: RequestsResponse) -> RequestsResponse:
    # PyGithub would follow a 301 with whatever method it has, and forget the query.
    if response.status in {301, 302, 307, 308}:
        raise Redirected(response.status, response.headers.get("location", ""))
    return response


class Plain(HTTPRequestsConnectionClass):
    """A connection without TLS, to this machine."""

    def getresponse(self) -> RequestsResponse:
        """Return the answer. Raises :class:`Redirected`."""
        return _not_following(super().getresponse())


class Secure(HTTPSRequestsConnectionClass):
    """A connection with TLS."""

    def getresponse(self) -> RequestsResponse:
        """Return the answer. Raises :class:`Redirected`."""
        return _not_following(super().getresponse())
