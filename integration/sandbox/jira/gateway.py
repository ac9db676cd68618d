"""Atlassian's gateway in front of the stand-in Jira: the same REST below ``/ex/jira/{cloudId}``, for tokens with scopes.

What the site answers is passed on as it is, so that ``self`` and other links carry the site's address, where such a token is
not taken: following them is the mistake that this is here to show.
https://developer.atlassian.com/cloud/jira/platform/basic-auth-for-rest-apis/
"""

from collections.abc import Callable, Iterable
from typing import Any

GATEWAY = "/ex/jira"
BY_GATEWAY = "sandbox.by_gateway"
_NOT_HERE = b'{"code": 404, "message": "Not Found"}'


class Gateway:
    """Takes the gateway's prefix off, and notes that a request came through it."""

    def __init__(self, inner: Callable[..., Iterable[bytes]], cloud_id: str) -> None:
        """Serve one site by its cloud id."""
        self._inner, self._prefix = inner, f"{GATEWAY}/{cloud_id}"

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Pass the request on, or answer 404 for another site."""
        path = environ["PATH_INFO"]
        if not path.startswith(f"{GATEWAY}/"):
            return self._inner(environ, start_response)
        if not path.startswith(f"{self._prefix}/"):
            start_response("404 Not Found", [("Content-Type", "application/json")])
            return [_NOT_HERE]
        environ["PATH_INFO"] = path.removeprefix(self._prefix)
        environ[BY_GATEWAY] = True
        return self._inner(environ, start_response)
