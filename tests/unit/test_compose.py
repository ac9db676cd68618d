"""What ``docker-compose.yml`` and the ``Dockerfile`` name exists, and nothing in them opens a door, holds a secret, or runs as somebody special.

No container engine runs where these tests run. ``tests/e2e/test_side_by_side.py`` starts the same commands with the same environment.
"""

import re
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from integration.cli import COMMANDS, main
from integration.settings import Settings
from scripts.compose_secrets import YOURS, make

ROOT = Path(__file__).parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
STORES = {name: service for name, service in SERVICES.items() if "build" not in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
DIGEST = re.compile(r"[a-z0-9./-]+:[0-9]+\.[0-9]+[a-z0-9.-]*@sha256:[0-9a-f]{64}")


def test_every_process_of_the_service_is_there_and_runs_a_command_that_exists() -> None:
    assert {name: service["command"] for name, service in OURS.items()} == {
        "receiver": ["serve"],
        "worker": ["work"],
        "scheduler": ["schedule"],
        "migrate": ["migrate"],
    }
    assert {service["command"][0] for service in OURS.values()} <= COMMANDS.keys()
    assert set(STORES) == {"redis", "postgres"}


def test_workers_and_schedulers_can_be_any_number() -> None:
    for name in ("worker", "scheduler"):
        assert SERVICES[name]["deploy"]["replicas"] >= 2
        assert "container_name" not in SERVICES[name]
        assert "ports" not in SERVICES[name]


@pytest.mark.parametrize("name", sorted(OURS))
def test_every_variable_exists_and_every_secret_comes_from_a_file(name: str) -> None:
    secret_files = {f"{secret}_FILE" for secret in Settings.secret_variables()}
    given = set(OURS[name]["environment"])
    assert given - (Settings.variables() | secret_files) == set()
    assert given & Settings.secret_variables() == set()
    assert {each for each in given if each.endswith("_FILE")} <= secret_files


@pytest.mark.parametrize("name", sorted(OURS))
def test_the_settings_accept_what_the_file_gives_with_nothing_else_set(name: str, tmp_path: Path) -> None:
    assert Settings.load(environment_of(name, tmp_path), None).redis_url.startswith("redis://:")


def environment_of(name: str, folder: Path) -> dict[str, str]:
    """Return a service's environment as Compose would give it, with secrets in ``folder`` and no variable set outside."""
    make(folder)
    for each in YOURS:
        (folder / each).write_text("sixteen bytes and more\n")
    given = {key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)) for key, value in OURS[name]["environment"].items()}
    given["JIRA_URL"] = "https://jira.example"
    given["FOLLOWTHROUGH_MAPPINGS_DIR"] = str(ROOT / "mappings")
    return {key: value.replace("/run/secrets", str(folder)) for key, value in given.items()}


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_file_under_run_secrets_is_declared_and_mounted(name: str) -> None:
    named = set(re.findall(r"/run/secrets/([a-z_]+)", str(SERVICES[name])))
    assert named == set(SERVICES[name]["secrets"])
    assert named <= COMPOSE["secrets"].keys()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_process_is_nobody_special_and_can_gain_nothing(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in {"", "0", "root", "0:0"}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & service.keys()


@pytest.mark.parametrize("name", sorted(SERVICES.keys() - {"migrate"}))
def test_every_process_has_a_health_check_of_its_own_and_time_to_stop(name: str) -> None:
    service = SERVICES[name]
    check = service["healthcheck"]["test"]
    assert check[0] in {"CMD", "CMD-SHELL"}
    if name in OURS:
        assert check == ["CMD", "followthrough", "healthcheck", name]
        assert CliRunner().invoke(main, [*check[2:], "--help"]).exit_code == 0
    assert int(service["stop_grace_period"].removesuffix("s")) >= 20


def test_a_worker_has_longer_to_stop_than_any_look_takes() -> None:
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > Settings.load({}, None).timings.job_timeout


def test_everything_waits_for_the_migration_which_waits_for_the_database() -> None:
    for name in ("receiver", "worker", "scheduler"):
        assert SERVICES[name]["depends_on"] == {
            "migrate": {"condition": "service_completed_successfully"},
            "redis": {"condition": "service_healthy"},
        }
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["migrate"]["restart"] == "no"


def test_the_stores_publish_no_port_hold_no_password_and_are_on_a_network_that_leads_nowhere() -> None:
    assert [name for name, service in STORES.items() if {"ports", "expose"} & service.keys()] == []
    assert [name for name, service in STORES.items() if service["networks"] != ["inside"]] == []
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert "POSTGRES_PASSWORD" not in STORES["postgres"]["environment"]
    assert "requirepass $$(cat /run/secrets/redis_password)" in str(STORES["redis"]["command"])


def test_the_receiver_is_reached_from_this_machine_alone_and_metrics_from_nowhere_outside() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published == ["127.0.0.1:8080:8080"]
    assert SERVICES["receiver"]["environment"]["FOLLOWTHROUGH_METRICS_BIND"] == "0.0.0.0:9108"
    assert SERVICES["scheduler"]["environment"]["FOLLOWTHROUGH_SCHEDULER_METRICS_BIND"] == "0.0.0.0:9109"


def test_what_was_accepted_is_on_the_disk() -> None:
    command = str(STORES["redis"]["command"])
    for line in ("appendonly yes", "appendfsync always", "maxmemory-policy noeviction"):
        assert f'echo "{line}"' in command
    assert STORES["redis"]["volumes"] == ["redis:/data"]
    assert STORES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def test_every_image_is_pinned_by_version_and_digest() -> None:
    images = [service["image"] for service in STORES.values()] + re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(images) == 4
    assert [image for image in images if not DIGEST.fullmatch(image)] == []


def test_the_image_copies_what_is_there_installs_by_hash_and_runs_as_nobody_special() -> None:
    lines = DOCKERFILE.splitlines()
    copied = [name for line in lines if re.match(r"COPY (?!--from)", line) for name in line.split()[1:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    installed = [line for line in lines if '"install"' in line]
    assert [line for line in installed if "--require-hashes" not in line and "--no-index" not in line] == []
    final = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "USER 10001:10001" in final
    assert "RUN" not in final  # Nothing in the image that runs was made by a shell in it.
    assert (
        'HEALTHCHECK --interval=15s --timeout=10s --start-period=20s CMD ["followthrough", "healthcheck", "receiver"]'
        in final
    )
    assert 'CMD ["serve"]' in final


def test_the_build_lock_holds_one_version_with_its_hash() -> None:
    words = shlex.split((ROOT / "requirements-build.lock").read_text().replace("\\\n", " "), comments=True)
    assert [bool(re.fullmatch(r"setuptools==[0-9.]+|--hash=sha256:[0-9a-f]{64}", word)) for word in words] == [
        True,
        True,
    ]


def test_secrets_are_made_once_are_long_and_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    made = make(folder)
    assert set(made) | set(YOURS) == COMPOSE["secrets"].keys()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    before = {name: (folder / name).read_text() for name in made}
    assert make(folder) == ()
    assert {name: (folder / name).read_text() for name in made} == before
    assert len(before["key"].strip()) >= 32
    assert before["database_password"].strip() in before["database_url"]
    assert before["redis_password"].strip() in before["redis_url"]


def test_secrets_are_kept_out_of_the_repository_and_of_the_image() -> None:
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    assert "secrets" in (ROOT / ".dockerignore").read_text().splitlines()
