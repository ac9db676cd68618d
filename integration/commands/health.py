"""``followthrough healthcheck``: what a container asks of the process beside it. Loads no tracker library and no database."""

import http.client
import socket

import click

from integration.settings import Settings
from integration.work import beating
from integration.work.attaching import attach

LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where to ask a server that listens everywhere
TIMEOUT = 5.0  # seconds


@click.command()
@click.argument("part", type=click.Choice(["receiver", *beating.PARTS]))
def healthcheck(part: str) -> None:
    """Tell whether a process of this machine goes on: receiver, worker or scheduler.

    A receiver is asked on FOLLOWTHROUGH_BIND. Workers and schedulers beat in Redis from the loop that does their work,
    so one that hangs is found. Exit code 1 where it does not go on.
    """
    settings = Settings.load()
    if part == "receiver":
        told = _answer(LOOPBACK.get(settings.bind.host, settings.bind.host), settings.bind.port)
    else:
        client = attach(settings)
        there = beating.count_alive(client, part, socket.gethostname())
        client.close()
        told = "" if there else f"no {part} of this machine has said lately that it goes on"
    click.echo(f"{part}: {told}." if told else f"{part}: it goes on.")
    raise SystemExit(1 if told else 0)


def _answer(host: str, port: int) -> str:
    """Ask a receiver whether it lives; return what is amiss, or an empty text."""
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", "/healthz")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"it does not answer ({type(error).__name__})"
    finally:
        connection.close()
    return "" if status == 200 else f"it answers {status}"
