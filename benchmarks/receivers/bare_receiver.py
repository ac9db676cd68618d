"""A server that only checks the signature and stores nothing: what granian and HMAC alone cost. Arguments: port, secret."""

import hashlib
import hmac
import sys
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from granian.constants import HTTPModes, Interfaces, Loops
from granian.log import LogLevels
from granian.server import Server

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def load(secret: bytes) -> Application:
    """Return the application."""

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        right = "sha256=" + hmac.digest(secret, environ["wsgi.input"].read(), hashlib.sha256).hex()
        is_right = hmac.compare_digest(right, environ.get("HTTP_X_HUB_SIGNATURE_256", ""))
        start_response("202 Accepted" if is_right else "401 Unauthorized", [("Content-Type", "text/plain")])
        return [b"ok"]

    return app


if __name__ == "__main__":
    Server(
        "bare",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=4,
        loop=Loops.asyncio,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
    ).serve(target_loader=partial(load, sys.argv[2].encode()), wrap_loader=False)
