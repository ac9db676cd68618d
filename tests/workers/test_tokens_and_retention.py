"""What the scheduler does beside its daily work: it warns before tokens expire, and lets go of what is kept for long enough."""

import socket
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from structlog.testing import capture_logs

from integration.cli import main
from integration.keeping import Keeping
from integration.work.beating import Heart
from integration.work.expiring import expiries, warn_of_expiry
from tests.e2e.stage import REPOSITORY, Stage


def warned(service: Stage) -> list[tuple[str, int]]:
    with capture_logs() as logs:
        warn_of_expiry(service.parts.engine, service.parts.client, service.clock())
    return [(each["site"], each["days"]) for each in logs if each["event"] == "token_expires"]


def an_incident(service: Stage, title: str = "Wrong answers") -> int:
    opened = service.github.as_person("dana").open_issue(REPOSITORY, title, "It does.", labels=["incident", "sev4"])
    service.settle()
    return int(opened["number"])


def test_github_tells_when_the_token_expires_and_it_is_warned_of_once_a_day_from_two_weeks_before(
    service: Stage,
) -> None:
    an_incident(service)
    assert (expiries(service.parts.engine), warned(service)) == ({}, [])
    at = service.clock().replace(microsecond=0) + timedelta(days=20, hours=1)
    service.github.site.token_expires = at
    an_incident(service, "And again")
    assert expiries(service.parts.engine) == {"github": at}
    assert warned(service) == []
    service.clock.forward(days=10)
    assert warned(service) == [("github", 10)]
    assert warned(service) == []
    assert service.parts.engine.counts.tokens() == {"github": at.timestamp()}


def days(number: int) -> Keeping:
    return Keeping(
        titles_days=number,
        lessons_days=number,
        failed_creations_days=number,
        refused_policies_days=number,
        past_policies_days=number,
    )


def test_what_is_kept_for_long_enough_goes_and_the_chain_stays_whole(service: Stage) -> None:
    ledger = service.parts.engine.ledger
    open_one, closed_one = an_incident(service, "Stays open"), an_incident(service, "Is closed")
    service.github.as_person("tom").comment(REPOSITORY, closed_one, "/criteria none")
    service.settle()
    service.github.as_person("dana").close(REPOSITORY, closed_one)
    service.settle()
    ledger.reject_policy("0" * 64, ("clocks.yaml:1: no",), service.clock())
    active = ledger.active_policy()
    assert active is not None
    ledger.publish_policy("1" * 64, {"a.yaml": "a: 1"}, service.clock(), "service")
    ledger.publish_policy(active[0], active[1], service.clock(), "service")

    assert not any(ledger.retain(days(30), service.clock()).values())
    service.clock.forward(days=31)
    gone = ledger.retain(days(30), service.clock())
    assert gone == {"titles": 1, "lessons": 1, "failed_creations": 0, "refused_policies": 1, "past_policies": 1}
    assert not any(ledger.retain(days(30), service.clock()).values())
    assert ledger.active_policy() == active
    assert ledger.policy_files("1" * 64) == {}
    assert ledger.verify_audit().ok
    comments = len(service.github.as_person("dana").comments(REPOSITORY, closed_one))
    service.github.as_person("dana").comment(REPOSITORY, closed_one, "Thanks, all.")
    service.settle()
    assert len(service.github.as_person("dana").comments(REPOSITORY, closed_one)) == comments + 1
    assert service.github.as_person("dana").issue(REPOSITORY, open_one)["state"] == "open"


@pytest.mark.parametrize("part", ["worker", "scheduler"])
def test_a_health_check_finds_the_process_of_its_own_machine_alone(
    service: Stage, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOLLOWTHROUGH_DATA_DIR", str(service.settings.data_dir))

    def check() -> int:
        return CliRunner().invoke(main, ["healthcheck", part]).exit_code

    assert check() == 1
    service.parts.client.set(f"followthrough:alive:{part}:another-host:7", "1")
    service.parts.client.set(f"followthrough:alive:{part}:{socket.gethostname()}x:7", "1")
    assert check() == 1
    heart = Heart(service.parts.client, part)
    heart.beat(30)
    assert check() == 0
    heart.stop()
    assert check() == 1


def test_a_receiver_that_does_not_answer_is_not_well(service: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOLLOWTHROUGH_DATA_DIR", str(service.settings.data_dir))
    hook = next(iter(service.github.site.hooks.values()))
    monkeypatch.setenv("FOLLOWTHROUGH_BIND", urlsplit(hook.url).netloc)
    assert CliRunner().invoke(main, ["healthcheck", "receiver"]).exit_code == 0
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        monkeypatch.setenv("FOLLOWTHROUGH_BIND", f"127.0.0.1:{nobody.getsockname()[1]}")
        found = CliRunner().invoke(main, ["healthcheck", "receiver"])
    assert (found.exit_code, "does not answer" in found.output) == (1, True)
