"""What both stand-in trackers share on the HTTP side: who may ask, what goes wrong, what is counted, and the server.

``guard`` keeps strangers and foreign pages out, ``watch`` counts calls and plays faults, ``add_control`` lets another
process script both, ``Server`` listens on loopback. The parts live in their own modules; all are imported from here.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import partial
from threading import Thread
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, jsonify, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from integration.sandbox.calls import READING_METHODS, Call, CallLog
from integration.sandbox.control import CONTROL, add_control
from integration.sandbox.deliveries import Delivery, Hook, is_loopback_host, is_loopback_url, signature
from integration.sandbox.faults import Fault, Misbehaviour
from integration.sandbox.hooks import HookSender

__all__ = [
    "Call",
    "CallLog",
    "Delivery",
    "Fault",
    "Hook",
    "HookSender",
    "Misbehaviour",
    "Server",
    "add_control",
    "guard",
    "is_loopback_host",
    "is_loopback_url",
    "signature",
    "watch",
]

BODY_CAP = 2 * 1024 * 1024

ErrorBody = Callable[[int, str], object]


def guard(app: Flask, error: ErrorBody, *, body_cap: int = BODY_CAP) -> None:
    """Answer only this machine: loopback peer and Host, no foreign Origin (403); bodies up to ``body_cap`` bytes (413).

    Every HTTP error, also Flask's own, gets the JSON body ``error(status, message)``.
    """
    app.config["MAX_CONTENT_LENGTH"] = body_cap

    @app.before_request
    def refuse_strangers() -> None:
        host = urlsplit(f"//{request.host}").hostname
        if not is_loopback_host(request.remote_addr) or not is_loopback_host(host):
            abort(403, "The sandbox answers on loopback only.")
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"{request.scheme}://{request.host}":
            abort(403, "The sandbox does not answer pages of another origin.")

    @app.errorhandler(HTTPException)
    def in_the_trackers_words(problem: HTTPException) -> Response:
        status = problem.code or 500
        answer = jsonify(error(status, problem.description or problem.name))
        answer.status_code = status
        return answer


def watch(
    app: Flask,
    calls: CallLog,
    misbehave: Misbehaviour,
    *,
    error: ErrorBody,
    account: Callable[[], str | None],
    clock: Callable[[], datetime],
    is_read: Callable[[str, str], bool] = lambda method, _path: method in READING_METHODS,
    on_limit: Callable[[Response, Fault], Response] = lambda answer, _fault: answer,
) -> None:
    """Count every call, play the scripted faults, and date answers by ``clock``; ``/_sandbox/`` has only the date.

    ``account()`` names who asks (from the request's headers), ``is_read(method, path)`` tells searches by POST from
    writes, ``on_limit`` adds the tracker's own headers or body to an answer that says "too many".
    """

    @app.before_request
    def go_wrong_before_the_deed() -> Response | None:
        if request.path.startswith(CONTROL):
            return None
        fault = g.sandbox_fault = _fault_to_play(misbehave)
        return None if fault is None or fault.after_deed else _faulty_answer(fault, error, on_limit)

    # What is registered first runs last: the answer of a fault is dated as well.
    app.after_request(partial(_dated, clock))

    @app.after_request
    def go_wrong_after_the_deed(answer: Response) -> Response:
        if request.path.startswith(CONTROL):
            return answer
        fault: Fault | None = g.get("sandbox_fault")
        if fault is not None and fault.kind == "fail" and fault.after_deed:
            answer = _faulty_answer(fault, error, on_limit)
        is_lost = fault is not None and fault.kind == "lose"
        is_write = not is_read(request.method, request.path)
        calls.note(_call(clock(), answer, account(), is_write=is_write, was_answered=not is_lost))
        if is_lost:
            _cut_connection()
        return answer


def _dated(clock: Callable[[], datetime], answer: Response) -> Response:
    answer.headers["Date"] = format_datetime(clock().astimezone(UTC), usegmt=True)
    return answer


def _fault_to_play(misbehave: Misbehaviour) -> Fault | None:
    """Wait as long as the script says, and return what goes wrong with this request."""
    # A request has arrived when all of it has: whoever asks may be killed by what goes wrong, and its deed is done all the same.
    request.get_data()
    late = misbehave.delay_of(request.method, request.path)
    if late:
        time.sleep(late)
    return misbehave.take(request.method, request.path)


def _call(at: datetime, answer: Response, account: str | None, *, is_write: bool, was_answered: bool) -> Call:
    rule = request.url_rule
    return Call(
        at=at,
        method=request.method,
        route=rule.rule if rule is not None else request.path,
        path=request.path,
        status=answer.status_code,
        account=account,
        is_write=is_write,
        was_answered=was_answered,
    )


def _faulty_answer(fault: Fault, error: ErrorBody, on_limit: Callable[[Response, Fault], Response]) -> Response:
    answer = jsonify(error(fault.status, "You have exceeded a rate limit." if fault.kind == "limit" else "Try later."))
    answer.status_code = fault.status
    if fault.retry_after is not None:
        answer.headers["Retry-After"] = str(fault.retry_after)
    return on_limit(answer, fault) if fault.kind == "limit" else answer


def _cut_connection() -> None:
    # werkzeug hands its socket down; writing to it after this fails as if the client had gone, which it swallows.
    connection = request.environ.get("werkzeug.socket")
    if isinstance(connection, socket.socket):
        connection.shutdown(socket.SHUT_RDWR)


class _QuietHandler(WSGIRequestHandler):
    # Header and body leave in one packet: werkzeug flushes after the body, and Nagle would hold a second packet back.
    wbufsize = 64 * 1024
    disable_nagle_algorithm = True

    def send_response(self, code: int, message: str | None = None) -> None:
        """Begin the answer without the machine's Date: ``watch`` sends the sandbox's own, whose clock tests move."""
        self.send_response_only(code, message)

    def finish(self) -> None:
        """End the request; a connection that was cut on purpose, or by a client that died, has nobody to tell."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            super().finish()

    def log(self, type: str, message: str, *args: object) -> None:
        """Log nothing per request: the call log has it, and paths may name clients."""


class Server:
    """A WSGI application on a loopback port, in a thread; it can be stopped and started again on the same port."""

    def __init__(self, app: Flask, port: int = 0) -> None:
        """Prepare to serve; port 0 lets the machine choose one at the first start."""
        self._app = app
        self._port = port
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None

    def _bound(self) -> BaseWSGIServer:
        if self._server is None:
            self._server = make_server("127.0.0.1", self._port, self._app, threaded=True, request_handler=_QuietHandler)
            self._port = self._server.server_port
        return self._server

    def start(self) -> Self:
        """Listen and serve; return self."""
        server = self._bound()
        if self._thread is None:
            # werkzeug answers each request on a thread and closes the connection after it, so a stop is complete.
            self._thread = Thread(target=server.serve_forever, args=(0.05,), name="sandbox-web", daemon=True)
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening; nothing answers any more on this port."""
        if self._server is not None and self._thread is not None:
            self._server.shutdown()
            self._thread.join()
            self._thread = None
        if self._server is not None:
            self._server.server_close()
            self._server = None

    @property
    def url(self) -> str:
        """Return the address without a slash at its end; asking for it takes the port."""
        if not self._port:
            self._bound()
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()
