"""What the stand-in GitHub says when it will not: status, message and field errors in GitHub's shape."""

from integration.sandbox.github.model import Json

DOCUMENTATION = "https://docs.github.com/rest"


class Refused(Exception):
    """An answer other than the one asked for."""

    def __init__(self, status: int, message: str, errors: list[Json] | None = None, **more: str) -> None:
        """Take status, message, and for 422 the field errors; ``url`` redirects, ``retry_after`` is in seconds."""
        super().__init__(message)
        self.status = status
        self.body = error_body(status, message)
        if errors is not None:
            self.body["errors"] = errors
        if "url" in more:
            self.body["url"] = more["url"]
        self.headers = {"Location": more["url"]} if "url" in more else {}
        if "retry_after" in more:
            self.headers["Retry-After"] = more["retry_after"]


def error_body(status: int, message: str) -> Json:
    """Return the JSON of an error."""
    return {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}


def not_found() -> Refused:
    """Return 404, which GitHub also answers for what may not be seen."""
    return Refused(404, "Not Found")


def invalid(resource: str, field: str, code: str = "invalid", **more: object) -> Refused:
    """Return 422 for one field; ``code`` is missing_field, invalid, already_exists, custom …"""
    return Refused(422, "Validation Failed", [{"resource": resource, "field": field, "code": code, **more}])
