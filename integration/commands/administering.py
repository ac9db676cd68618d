"""``followthrough admin``: builds the desk from the settings and puts the page behind a server."""

import os
import secrets
import socket
import time
from functools import partial
from pathlib import Path
from typing import Any

import click
from flask import Flask

from integration import clock, logs
from integration.admin import serve
from integration.admin.app import create_app
from integration.admin.desk import Desk
from integration.admin.doorkeeping import KEY_LASTS, Doorkeeper
from integration.bootstrap import connect_trackers, open_for_commands
from integration.environment import Address
from integration.errors import ConfigError
from integration.ledger.ledger import Ledger
from integration.settings import Settings
from integration.trackers.base import Tracker
from integration.work.rehearsing import Edit, Rehearsal, Rehearsed, edit_of, open_incidents
from mappings.loading import LoadedPolicy
from mappings.models import Mode

MOST_INCIDENTS = 50  # A preview on the page answers while somebody waits; the command judges more.
MOST_SECONDS = 25.0


@click.command()
def admin() -> None:
    """Serve the admin page: edit the mappings, see mistakes at their line, preview, publish, roll back.

    It answers this machine only, on FOLLOWTHROUGH_ADMIN_BIND; from elsewhere, use a tunnel. Sign in with
    FOLLOWTHROUGH_ADMIN_TOKEN, or, where none is set, with the link that is printed, which is good once.
    """
    settings = Settings.load()
    logs.configure(settings)
    settings.prepare_data_dir()
    os.umask(0o077)
    _require_own_folder(settings)
    _check_free(settings.admin_bind)
    open_for_commands(settings).close()
    key = None if settings.admin_token else secrets.token_urlsafe(24)
    where = f"http://{settings.admin_bind}"
    click.echo(f"The admin page over {settings.mappings_dir}: {where}")
    if key:
        minutes = int(KEY_LASTS.total_seconds() // 60)
        click.echo(f"Sign in, once and within {minutes} minutes: {where}/sign-in?key={key}")
    serve.run(settings.admin_bind, partial(load_page, settings, key))


def load_page(settings: Settings, key: str | None) -> Flask:
    """Build the page inside the serving process."""
    logs.configure(settings)
    token = settings.admin_token.get_secret_value() if settings.admin_token else None
    ledger = open_for_commands(settings)
    desk = Desk(settings.mappings_dir, ledger, clock.now, partial(rehearse, settings, ledger))
    return create_app(desk, Doorkeeper(clock.now, token=token, key=key))


def rehearse(
    settings: Settings, ledger: Ledger, before: LoadedPolicy, after: LoadedPolicy, over_incidents: bool
) -> Edit:
    """Compare two policies; over open incidents as far as the page has time for them."""
    if not over_incidents or before.content_hash == after.content_hash:
        return edit_of(before, after)
    cases, left_out = open_incidents(ledger, MOST_INCIDENTS)
    rehearsal = Rehearsal(ledger, _trackers(settings), before.policy, after.policy, Mode(settings.mode), clock.now())
    deadline = time.monotonic() + MOST_SECONDS
    judged: list[Rehearsed] = []
    for each in rehearsal.run(cases):
        judged.append(each)
        if time.monotonic() > deadline:
            break
    return edit_of(before, after, tuple(judged), left_out + len(cases) - len(judged))


def _trackers(settings: Settings) -> dict[str, Tracker]:
    """Return the trackers, or none where none is configured: the page edits files without them, and says which incidents it could not read."""
    try:
        return connect_trackers(settings, settings.signing_key())
    except ConfigError:
        return {}


def _require_own_folder(settings: Settings) -> None:
    if settings.mappings is None and not Path("mappings").is_dir():
        raise ConfigError(
            "There is no mappings folder of your own to edit; the one that ships with the program stays as it is.",
            where="FOLLOWTHROUGH_MAPPINGS_DIR",
            remedy="Make a folder (an empty one will do), and name it here.",
        )


def _check_free(address: Address) -> None:
    family: Any = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address.host, address.port))
        except OSError as error:
            raise ConfigError(
                f"{address} cannot be listened on: {error.strerror}.",
                where="FOLLOWTHROUGH_ADMIN_BIND",
                remedy="Choose another address.",
            ) from None
