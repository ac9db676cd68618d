"""What the stand-in Jira says when it refuses: a status and Jira's own body ``{"errorMessages": [], "errors": {}}``."""

from collections.abc import Mapping
from typing import Any


class JiraRefusal(Exception):
    """A request that is answered with an error. ``errors`` maps field ids to sentences."""

    def __init__(
        self,
        status: int,
        *messages: str,
        errors: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, messages
        self.errors, self.headers = dict(errors or {}), dict(headers or {})

    def body(self) -> dict[str, Any]:
        """Return the JSON body in Jira's shape."""
        return {"errorMessages": list(self.messages), "errors": self.errors}


def issue_missing() -> JiraRefusal:
    """Missing and unseen issues answer alike."""
    return JiraRefusal(404, "Issue does not exist or you do not have permission to see it.")


def not_on_screen(field: str) -> str:
    """Jira's sentence for a field that may not be set here."""
    return f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."
