"""The admin page over a folder of its own and a real ledger; no tracker is asked but where a test says so."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from integration.admin.app import create_app
from integration.admin.desk import Desk
from integration.admin.doorkeeping import Doorkeeper
from integration.commands.administering import rehearse
from integration.ledger.ledger import Ledger, open_ledger
from integration.ledger.schema import migrate
from integration.settings import Settings
from integration.work.policies import PolicyKeeper

TOKEN = "a-token-that-nobody-guesses-0123"
ORIGIN = "http://localhost"
CLOCKS = "# Ours.\nzone: UTC\nlook_again_hours: 12\n"


@dataclass
class Clock:
    """The time of the page."""

    at: datetime = datetime(2026, 11, 24, 15, 2, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Browser:
    """Somebody at the page: fills in forms with the tokens that they carry."""

    client: FlaskClient
    headers: dict[str, str] = field(default_factory=lambda: {"Origin": ORIGIN})

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def post(self, path: str, *, form_at: str | None = None, **fields: str) -> TestResponse:
        """Send the form that ``form_at`` shows (by default the path itself), with these fields changed."""
        shown = self.get(form_at or path).text
        hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', shown))
        return self.client.post(path, data=hidden | fields, headers=self.headers)

    def sign_in(self, token: str = TOKEN, name: str = "Gina Okafor") -> TestResponse:
        return self.post("/sign-in", name=name, token=token)


@dataclass
class Desktop:
    """The pieces of one page."""

    folder: Path
    ledger: Ledger
    clock: Clock
    browser: Browser
    keeper: PolicyKeeper


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Desktop]:
    data, folder, clock = tmp_path / "data", tmp_path / "mappings", Clock()
    data.mkdir(mode=0o700)
    folder.mkdir()
    (folder / "clocks.yaml").write_text(CLOCKS)
    settings = Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(data), "FOLLOWTHROUGH_MAPPINGS_DIR": str(folder)}, None)
    migrate(settings.database_url)
    ledger = open_ledger(settings.database_url, settings.signing_key())
    keeper = PolicyKeeper(ledger, folder, clock)
    keeper.publish()
    desk = Desk(folder, ledger, clock, partial(rehearse, settings, ledger))
    app = create_app(desk, Doorkeeper(clock, token=TOKEN, key="good-once"))
    yield Desktop(folder, ledger, clock, Browser(app.test_client()), keeper)
    ledger.close()
