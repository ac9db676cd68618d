"""What ``docker-compose.yml`` and the ``Dockerfile`` name exists, and nothing in them opens a door or holds a secret."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration.cli import COMMANDS
from integration.settings import Settings

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
STORES = {name: service for name, service in SERVICES.items() if "build" not in service}


def test_every_process_of_the_service_is_there_and_runs_a_command_that_exists() -> None:
    assert {name: service["command"] for name, service in OURS.items()} == {
        "receiver": "serve",
        "worker": "work",
        "scheduler": "schedule",
        "migrate": "migrate",
    }
    assert {service["command"] for service in OURS.values()} <= COMMANDS.keys()
    assert set(STORES) == {"redis", "postgres"}


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_exists_and_every_secret_comes_from_a_file(name: str) -> None:
    known = Settings.variables() | {f"{secret}_FILE" for secret in Settings.secret_variables()}
    given = set(OURS[name]["environment"])
    assert given - known == set()
    assert given & Settings.secret_variables() == set()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_file_under_run_secrets_is_declared_and_mounted(name: str) -> None:
    named = set(re.findall(r"/run/secrets/([a-z_]+)", str(SERVICES[name])))
    assert named == set(SERVICES[name]["secrets"])
    assert named <= COMPOSE["secrets"].keys()


def test_the_stores_publish_no_port_and_hold_no_password() -> None:
    assert [name for name, service in STORES.items() if "ports" in service] == []
    assert "POSTGRES_PASSWORD" not in STORES["postgres"]["environment"]
    assert "--requirepass" in str(STORES["redis"]["command"])


def test_the_receiver_is_reached_from_this_machine_alone() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8080:8080"]


def test_what_was_accepted_is_on_the_disk() -> None:
    command = str(STORES["redis"]["command"])
    assert "--appendonly yes --appendfsync always" in command
    assert "--maxmemory-policy noeviction" in command


def test_the_image_copies_what_is_there_and_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = [name for line in lines if line.startswith("COPY ") for name in line.split()[1:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert "USER followthrough" in lines
