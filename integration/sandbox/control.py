"""Lets another process on this machine script a stand-in tracker: the same control as by Python objects, over HTTP."""

from typing import Any

from flask import Flask, Response, abort, jsonify, request

from integration.sandbox.calls import CallLog
from integration.sandbox.faults import Misbehaviour
from integration.sandbox.hooks import HookSender

CONTROL = "/_sandbox/"
# What another process may ask of Misbehaviour; names are never resolved beyond this list.
SCRIPTABLE = frozenset(
    {
        "clear",
        "delay",
        "fail_next",
        "rate_limit_next",
        "lose_answer_next",
        "refuse_assignee",
        "accept_assignee",
        "at_random",
        "drop_next",
        "double_next",
        "hold",
        "release",
    }
)


def add_control(app: Flask, calls: CallLog, misbehave: Misbehaviour, hooks: HookSender) -> None:
    """Serve ``/_sandbox/``: the same control as by Python objects, for another process on this machine.

    ``GET calls``, ``POST reset-calls``, ``POST misbehave {"do": "fail_next", "with": {"n": 2}}``, ``GET deliveries``,
    ``POST redeliver {"id": 7}``, ``POST wait-idle {"timeout": 5}``.
    """

    def get_calls() -> Response:
        entries = [call.as_json() for call in calls.entries]
        return jsonify(count=len(entries), writes=calls.count(writes_only=True), entries=entries)

    def reset_calls() -> Response:
        calls.reset()
        return jsonify(count=0)

    def script() -> Response:
        asked: Any = request.get_json()
        if not isinstance(asked, dict) or asked.get("do") not in SCRIPTABLE:
            abort(422, f"`do` must be one of {', '.join(sorted(SCRIPTABLE))}.")
        try:
            getattr(misbehave, asked["do"])(**asked.get("with", {}))
        except TypeError as wrong:
            abort(422, str(wrong))
        return jsonify(done=asked["do"])

    def get_deliveries() -> Response:
        return jsonify(waiting=hooks.waiting, deliveries=[each.as_json() for each in hooks.deliveries])

    def redeliver() -> Response:
        again = hooks.redeliver(int(request.get_json()["id"]))
        if again is None:
            abort(404, "No such delivery.")
        return jsonify(again.as_json())

    def wait_idle() -> Response:
        return jsonify(idle=hooks.wait_idle(float(request.get_json().get("timeout", 10.0))))

    for rule, method, view in (
        ("calls", "GET", get_calls),
        ("reset-calls", "POST", reset_calls),
        ("misbehave", "POST", script),
        ("deliveries", "GET", get_deliveries),
        ("redeliver", "POST", redeliver),
        ("wait-idle", "POST", wait_idle),
    ):
        app.add_url_rule(CONTROL + rule, f"control_{rule}", view, methods=[method])
