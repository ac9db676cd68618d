"""A ledger is migrated once, by whoever comes first, and never used with a schema that is not the expected one."""

import multiprocessing
import stat
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from integration.errors import ConfigError, LedgerMismatch
from integration.ledger import engine as databases
from integration.ledger import schema
from integration.ledger.chain import ChainKey, begin_chain, writing
from integration.ledger.ledger import open_ledger
from integration.ledger.schema import EXPECTED, SchemaState, migrate, schema_state
from integration.ledger.tables import metadata
from tests.ledger.builders import NOW
from tests.ledger.conftest import KEY


def set_version(url: str, version: str) -> None:
    engine = databases.connect(databases.database_of(url))
    with databases.writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :version"), {"version": version})
    engine.dispose()


def test_an_empty_database_is_brought_to_the_expected_schema(empty_database: str) -> None:
    assert schema_state(empty_database) == SchemaState(None)
    assert migrate(empty_database) == EXPECTED
    assert schema_state(empty_database).is_current
    assert migrate(empty_database) == EXPECTED


def test_the_migrations_make_the_tables_that_the_code_expects(database: str) -> None:
    engine = databases.connect(databases.database_of(database))
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_the_expected_schema_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == EXPECTED


def test_a_ledger_of_the_first_schema_keeps_what_it_holds(empty_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "EXPECTED", "0001")
        earlier.setattr(schema, "roll_anew", lambda _: None)
        migrate(empty_database)
    engine = databases.connect(databases.database_of(empty_database))
    with databases.writing(engine) as connection:
        connection.execute(
            text(
                "INSERT INTO projects (id, site, name, governed_since, paused, breaker) VALUES (1, 'github', 'a/b', :now, false, '')"
            ),
            {"now": "2026-11-23 14:10:00"},
        )
    engine.dispose()
    assert schema_state(empty_database).found == "0001"
    assert migrate(empty_database) == EXPECTED
    ledger = open_ledger(empty_database, KEY)
    assert [project.name for project in ledger.projects_known("github")] == ["a/b"]
    ledger.close()


def test_a_migration_beside_a_writer_waits_before_it_holds_what_the_writer_still_has_to_read(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "EXPECTED", "0012")
        earlier.setattr(schema, "roll_anew", lambda _: None)
        migrate(empty_database)
    engine, key = databases.connect(databases.database_of(empty_database)), ChainKey(KEY)
    begin_chain(engine, key)
    with ThreadPoolExecutor(1) as beside:
        with writing(engine, key) as writer:
            migration = beside.submit(migrate, empty_database)
            with pytest.raises(TimeoutError):
                migration.result(timeout=0.5)
            assert writer.connection.execute(text("SELECT paused FROM service")).all()
        assert migration.result(timeout=20) == EXPECTED
    engine.dispose()


def test_four_processes_that_migrate_at_once_all_succeed(empty_database: str) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        assert list(pool.map(migrate, [empty_database] * 4)) == [EXPECTED] * 4
    assert schema_state(empty_database).is_current
    open_ledger(empty_database, KEY).close()


def test_four_processes_that_open_a_new_ledger_at_once_begin_one_chain(database: str) -> None:
    with ProcessPoolExecutor(4, mp_context=multiprocessing.get_context("spawn")) as pool:
        heads = set(pool.map(_head, [database] * 4))
    assert len(heads) == 1


def _head(url: str) -> str:
    ledger = open_ledger(url, KEY)
    try:
        return ledger.verify_audit().head
    finally:
        ledger.close()


def test_an_empty_database_is_refused_with_the_remedy(empty_database: str) -> None:
    with pytest.raises(LedgerMismatch, match="followthrough migrate"):
        open_ledger(empty_database, KEY)
    assert schema_state(empty_database) == SchemaState(None)


def test_an_older_schema_is_refused_with_the_remedy(database: str) -> None:
    set_version(database, "0000")
    with pytest.raises(LedgerMismatch, match=r"0000.*followthrough migrate"):
        open_ledger(database, KEY)


def test_a_newer_schema_is_neither_used_nor_migrated(database: str) -> None:
    set_version(database, "9999")
    with pytest.raises(LedgerMismatch, match="version of Followthrough that made it"):
        open_ledger(database, KEY)
    with pytest.raises(LedgerMismatch, match="version of Followthrough that made it"):
        migrate(database)


def test_another_key_than_the_one_it_was_begun_with_is_refused(database: str) -> None:
    open_ledger(database, KEY).close()
    with pytest.raises(ConfigError, match="another key"):
        open_ledger(database, b"some other key")


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://u@h/d", "nonsense"])
def test_an_address_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        open_ledger(url, KEY)
    assert caught.value.where == "FOLLOWTHROUGH_DATABASE_URL"


def test_the_files_of_a_sqlite_ledger_are_ours_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'ledger.db'}"
    migrate(url)
    ledger = open_ledger(url, KEY)
    ledger.publish_policy("1", {}, NOW, "cli")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "new").iterdir()}
    ledger.close()
    assert set(modes) >= {"ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.db.lock"}
    assert set(modes.values()) == {0o600}


def test_a_sqlite_ledger_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    migrate(f"sqlite:///{file}")
    file.chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        open_ledger(f"sqlite:///{file}", KEY)


def test_sqlite_waits_for_the_disk_and_keeps_its_references_whole(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate(url)
    engine = databases.connect(databases.database_of(url))
    with databases.reading(engine) as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
        }
    engine.dispose()
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }


def test_opening_a_ledger_does_not_import_the_migration_tool() -> None:
    asked = "import sys, integration.ledger.ledger; sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
