"""Whether a request that failed can have reached its server. Knows no tracker."""

import requests
from urllib3.exceptions import NewConnectionError


def never_sent(error: Exception) -> bool:
    """Tell whether a request failed before any of it could be sent: a write that did has changed nothing, and any other may have."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(cause, NewConnectionError)
