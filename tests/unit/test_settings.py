"""Settings: what is refused at the start, and that no secret shows."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from integration.environment import Address
from integration.errors import ConfigError
from integration.settings import Settings
from integration.timings import Timings

LONG = "a-long-enough-secret-0123456789abcdef"


def load(env_file: Path | None = None, **variables: str) -> Settings:
    return Settings.load(variables, env_file)


def test_nothing_set_gives_the_documented_defaults():
    settings = load()
    assert settings.data_dir == Path("var").absolute()
    assert settings.redis_url == f"unix://{Path('var').absolute()}/valkey.sock"
    assert settings.database_url == f"sqlite:///{Path('var').absolute()}/ledger.db"
    assert (str(settings.bind), str(settings.metrics_bind)) == ("127.0.0.1:8080", "127.0.0.1:9108")
    assert (settings.mode, settings.scope) == ("enforce", None)
    assert settings.github_api_url == "https://api.github.com"
    assert settings.github_webhook_secrets == settings.jira_webhook_secrets == ()
    assert settings.timings == Timings(
        look_interval=5,
        lock_seconds=30,
        sweep_seconds=15,
        tracker_sweep_seconds=300,
        intent_grace_seconds=60,
        due_poll_seconds=2,
        job_timeout=120,
        failures_before_parking=5,
    )


@pytest.mark.parametrize(
    ("variables", "place", "remedy"),
    [
        ({"GITHUB_WEBHOOK_SECRET": f"{LONG},"}, "GITHUB_WEBHOOK_SECRET", "empty or shorter than 16 bytes"),
        ({"GITHUB_WEBHOOK_SECRET": ","}, "GITHUB_WEBHOOK_SECRET", "empty or shorter than 16 bytes"),
        ({"JIRA_WEBHOOK_SECRET": "fifteen-bytes-x"}, "JIRA_WEBHOOK_SECRET", "empty or shorter than 16 bytes"),
        ({"JIRA_WEBHOOK_SECRET": f"{LONG},{LONG}2,{LONG}3"}, "JIRA_WEBHOOK_SECRET", "more than two"),
        ({"GITHUB_API_URL": "http://github.example"}, "GITHUB_API_URL", "Use https"),
        ({"GITHUB_API_URL": "ftp://github.example"}, "GITHUB_API_URL", "whole address"),
        ({"JIRA_URL": "https://me:pass@jira.example"}, "JIRA_URL", "Leave out user, password"),
        ({"JIRA_TOKEN": LONG}, "JIRA_URL", "Set the address"),
        ({"GITHUB_TOKEN": LONG, "GITHUB_APP_ID": "1"}, "GITHUB_TOKEN", "Keep one"),
        ({"GITHUB_APP_ID": "1"}, "GITHUB_APP_ID", "Set both"),
        ({"FOLLOWTHROUGH_BIND": "8080"}, "FOLLOWTHROUGH_BIND", "host:port"),
        ({"FOLLOWTHROUGH_BIND": "localhost:99999"}, "FOLLOWTHROUGH_BIND", "host:port"),
        ({"FOLLOWTHROUGH_MODE": "strict"}, "FOLLOWTHROUGH_MODE", "'observe', 'advise' or 'enforce'"),
        ({"FOLLOWTHROUGH_SCOPE": "acme/*,,"}, "FOLLOWTHROUGH_SCOPE", "no glob"),
        ({"FOLLOWTHROUGH_SCOPE": "jira:acme/x"}, "FOLLOWTHROUGH_SCOPE", "no glob"),
        ({"FOLLOWTHROUGH_KEY": "short"}, "FOLLOWTHROUGH_KEY", "at least 32 characters"),
        ({"FOLLOWTHROUGH_REDIS_URL": "http://redis"}, "FOLLOWTHROUGH_REDIS_URL", "redis: or rediss: or unix:"),
        ({"FOLLOWTHROUGH_DATABASE_URL": "mysql://db"}, "FOLLOWTHROUGH_DATABASE_URL", "sqlite: or postgresql:"),
        ({"FOLLOWTHROUGH_MAPPINGS_DIR": "/nowhere/at/all"}, "FOLLOWTHROUGH_MAPPINGS_DIR", "Name the folder"),
        ({"FOLLOWTHROUGH_LOOK_INTERVAL": "soon"}, "FOLLOWTHROUGH_LOOK_INTERVAL", "valid number"),
        ({"FOLLOWTHROUGH_DATA_DIR": "/" + "d" * 95}, "FOLLOWTHROUGH_DATA_DIR", "shorter directory"),
    ],
)
def test_a_wrong_value_names_its_variable_and_the_remedy(variables: dict[str, str], place: str, remedy: str):
    with pytest.raises(ConfigError) as refusal:
        load(**variables)
    assert refusal.value.where == place
    assert remedy in str(refusal.value)
    assert LONG not in str(refusal.value)


def test_a_misspelt_setting_of_ours_is_refused_with_the_likely_name():
    with pytest.raises(ConfigError, match="Did you mean FOLLOWTHROUGH_SCOPE"):
        load(FOLLOWTHROUGH_SCOOPE="acme/*")
    with pytest.raises(ConfigError, match="not a setting"):
        load(FOLLOWTHROUGH_XYZZY="1")
    assert load(GITHUB_WORKSPACE="/x", PATH="/bin")  # other programs' variables are theirs


def test_http_is_allowed_on_this_machine_only():
    assert load(GITHUB_API_URL="http://127.0.0.1:4801/").github_api_url == "http://127.0.0.1:4801"
    assert load(JIRA_URL="http://localhost:8830").jira_url == "http://localhost:8830"
    assert load(JIRA_URL="http://[::1]:8830").jira_url == "http://[::1]:8830"


def test_the_environment_wins_over_the_file_and_empty_means_unset(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_text("FOLLOWTHROUGH_MODE=observe\nGITHUB_TOKEN=from-the-file\nJIRA_USER=$HOME\n")
    settings = load(file, FOLLOWTHROUGH_MODE="advise", GITHUB_TOKEN="")
    assert settings.mode == "advise"
    assert settings.github_token is not None and settings.github_token.get_secret_value() == "from-the-file"
    assert settings.jira_user == "$HOME"  # nothing is interpolated
    assert load(tmp_path / "absent").mode == "enforce"


def test_an_unreadable_file_is_named(tmp_path: Path):
    file = tmp_path / ".env"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(file)


def test_a_secret_may_come_from_a_file_of_its_own(tmp_path: Path):
    file = tmp_path / "secret"
    file.write_text(f"{LONG}\n")
    assert load(GITHUB_WEBHOOK_SECRET_FILE=str(file)).github_webhook_secrets == (LONG.encode(),)
    for name in Settings.secret_variables() - {"FOLLOWTHROUGH_REDIS_URL", "FOLLOWTHROUGH_DATABASE_URL"}:
        more = {"JIRA_URL": "https://jira.example"} if name == "JIRA_TOKEN" else {}
        more |= {"GITHUB_APP_ID": "1"} if name == "GITHUB_APP_PRIVATE_KEY" else {}
        assert LONG in load(**{f"{name}_FILE": str(file)}, **more).secret_values()


def test_a_secret_file_that_cannot_serve_is_refused(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.write_text("\n")
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for path in (empty, binary, tmp_path / "absent"):
        with pytest.raises(ConfigError) as refusal:
            load(GITHUB_TOKEN_FILE=str(path))
        assert refusal.value.where == "GITHUB_TOKEN_FILE"
    with pytest.raises(ConfigError, match="both set"):
        load(GITHUB_TOKEN_FILE=str(empty), GITHUB_TOKEN=LONG)


def test_two_webhook_secrets_are_active_for_rotation():
    assert load(GITHUB_WEBHOOK_SECRET=f"{LONG}, {LONG}2").github_webhook_secrets == (LONG.encode(), f"{LONG}2".encode())


def test_no_secret_shows_in_repr_or_in_an_error():
    settings = load(
        GITHUB_TOKEN="sentinel-token",
        GITHUB_WEBHOOK_SECRET="sentinel-secret-0123456",
        JIRA_URL="https://jira.example",
        JIRA_USER="ana",
        JIRA_TOKEN="sentinel-jira",
        JIRA_WEBHOOK_SECRET="sentinel-secret-6543210",
        FOLLOWTHROUGH_KEY="sentinel-key-0123456789-0123456789",
        FOLLOWTHROUGH_REDIS_URL="redis://:sentinel%2Fredis@localhost/0",
        FOLLOWTHROUGH_DATABASE_URL="postgresql://u:sentinel-db@localhost/x",
    )
    assert "sentinel" not in repr(settings) + str(settings)
    assert {"sentinel-token", "sentinel/redis", "sentinel-db", "YW5hOnNlbnRpbmVsLWppcmE="} <= settings.secret_values()
    assert "redis://:sentinel%2Fredis@localhost/0" not in settings.secret_values()
    with pytest.raises(ConfigError) as refusal:
        load(GITHUB_WEBHOOK_SECRET="sentinel,sentinel-x")
    assert "sentinel" not in str(refusal.value) + repr(refusal.value)


def test_scope_globs_say_which_places_may_be_governed():
    settings = load(FOLLOWTHROUGH_SCOPE="Acme/*, github:other/Repo, pm, jira:OPS*")
    assert settings.scope_allows("github", "ACME/shop")
    assert settings.scope_allows("github", "other/repo")
    assert not settings.scope_allows("github", "other/repo2")
    assert settings.scope_allows("jira", "PM")
    assert settings.scope_allows("jira", "ops2")
    assert not settings.scope_allows("jira", "PMX")
    assert load().scope_allows("github", "acme/shop") is None
    everything = load(FOLLOWTHROUGH_SCOPE="*")
    assert everything.scope_allows("github", "a/b") and everything.scope_allows("jira", "X")


def test_addresses_may_be_ipv6_and_metrics_may_be_off():
    settings = load(FOLLOWTHROUGH_BIND="[::1]:80", FOLLOWTHROUGH_METRICS_BIND="off")
    assert settings.bind == Address("::1", 80)
    assert str(settings.bind) == "[::1]:80"
    assert settings.metrics_bind is None


def test_the_trackers_that_are_configured_are_known():
    assert not load().is_github_configured
    assert not load().is_jira_configured
    assert load(GITHUB_TOKEN="x").is_github_configured
    assert load(GITHUB_APP_ID="7", GITHUB_APP_PRIVATE_KEY="pem").is_github_configured
    assert load(JIRA_URL="https://jira.example", JIRA_TOKEN="t").is_jira_configured


def test_the_mappings_folder_is_the_local_one_else_the_packaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    packaged = load().mappings_dir
    assert packaged.name == "mappings" and packaged.parent != tmp_path
    (tmp_path / "mappings").mkdir()
    assert load().mappings_dir == tmp_path / "mappings"
    assert load(FOLLOWTHROUGH_MAPPINGS_DIR=str(tmp_path)).mappings_dir == tmp_path


def test_a_redis_elsewhere_needs_no_short_socket_path(tmp_path: Path):
    settings = load(FOLLOWTHROUGH_DATA_DIR="/" + "d" * 120, FOLLOWTHROUGH_REDIS_URL="redis://localhost")
    assert settings.redis_url == "redis://localhost"
    assert not settings.is_redis_embedded


def test_timings_can_be_set_one_by_one():
    timings = load(FOLLOWTHROUGH_LOOK_INTERVAL="0.5", FOLLOWTHROUGH_JOB_TIMEOUT="9").timings
    assert (timings.look_interval, timings.job_timeout, timings.sweep_seconds) == (0.5, 9, 15)


def test_the_data_directory_is_made_for_us_alone(tmp_path: Path):
    settings = load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path / "a" / "var"))
    settings.prepare_data_dir()
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == 0o700
    settings.prepare_data_dir()


@pytest.mark.parametrize("mode", [0o750, 0o705, 0o777])
def test_a_data_directory_open_to_others_is_refused_and_left_as_it_is(tmp_path: Path, mode: int):
    settings = load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path / "var"))
    settings.data_dir.mkdir()
    settings.data_dir.chmod(mode)
    with pytest.raises(ConfigError, match="chmod 700"):
        settings.prepare_data_dir()
    assert stat.S_IMODE(settings.data_dir.stat().st_mode) == mode


def test_a_data_directory_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    settings = load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path / "var"))
    settings.prepare_data_dir()
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(ConfigError, match="belongs to user"):
        settings.prepare_data_dir()


def test_a_data_directory_that_cannot_be_made_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="cannot be used"):
        load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path / "file" / "var")).prepare_data_dir()


def test_the_signing_key_is_made_once_and_kept(tmp_path: Path):
    settings = load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path))
    key = settings.signing_key()
    assert len(key) == 32
    assert settings.signing_key() == key
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]
    assert load(FOLLOWTHROUGH_KEY=LONG).signing_key() == LONG.encode()


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path):
    code = "import sys; from integration import datadir; from pathlib import Path; " + (
        "sys.stdout.write(datadir.read_or_make_key(Path(sys.argv[1])).hex())"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "key")]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE) for _ in range(6)]
    keys = {process.communicate()[0] for process in running}
    assert len(keys) == 1
    assert len(bytes.fromhex(keys.pop().decode())) == 32


def test_a_key_that_is_not_as_we_left_it_is_refused(tmp_path: Path):
    settings = load(FOLLOWTHROUGH_DATA_DIR=str(tmp_path))
    settings.signing_key()
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        settings.signing_key()
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(ConfigError, match="32 bytes"):
        settings.signing_key()
