"""Every migration forwards and backwards on both databases, with data, and with a fault half-way."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from app.store import schema
from app.store.database import make_engine
from app.store.tables import metadata
from tests.store.contents import content, fill, shape, writing

REVISIONS = ["0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008"]
TABLES = {
    "0001": {"users", "sessions", "tokens"},
    "0002": {"programmes", "rounds", "clusters", "memberships"},
    "0003": {"assessments", "answers", "scorecards"},
    "0004": {"journal", "receipts"},
    "0005": {"keys", "outbox", "notices", "attempts"},
    "0006": {"resets", "totps", "recovery_codes", "passkeys", "identities", "carried"},
    "0007": {"invitations", "consents", "interests"},
    "0008": {"journal_names", "journal_texts"},
}
# The step that makes these tables puts rows into them, too.
MADE_FROM_WHAT_IS_THERE = {"consents", "journal_names", "journal_texts"}
# On the way down these come back from the tables that the step had made.
MOVED = {"0008": {"journal": {"actor_name": "x", "before": "x", "after": "x"}}}
# A revision must do the same for ever, so it takes nothing from us; what Python itself brings stays as it is.
MAY_IMPORT = {"import sqlalchemy as sa", "from alembic import op", "from typing import Any"} | {
    f"import {name}" for name in ("datetime as dt", "hashlib", "hmac", "json", "secrets")
}
FAULTY = '''"""A step that fails after its first statement."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("clusters", sa.Column("motto", sa.String(), nullable=True))
    op.execute("{statement}")


def downgrade() -> None:
    op.drop_column("clusters", "motto")
'''
REBUILDING = '''"""A step that rebuilds a table that others refer to."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("assessments", recreate=recreate) as table:
        table.add_column(sa.Column("motto", sa.String(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("assessments") as table:
        table.drop_column("motto")
'''
DANGLING = "INSERT INTO recovery_codes VALUES ('nobody', 'x', NULL)"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    databases = request.getfixturevalue(request.param)
    fresh = databases.fresh_database()
    yield fresh
    databases.drop_database(fresh)


@pytest.fixture
def migrations(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the migrations to which a test may add its own."""
    copy = shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations")
    monkeypatch.setattr(schema, "MIGRATIONS", copy)
    schema.head.cache_clear()
    yield copy / "versions"
    schema.head.cache_clear()


def plant(versions: Path, source: str, statement: str = "SELECT 1", revision: str = "9999") -> None:
    text = source.format(revision=revision, before=REVISIONS[-1], statement=statement)
    (versions / f"{revision}_planted.py").write_text(text)


def tables(url: str) -> set[str]:
    return set(shape(url))


def test_there_is_one_newest_revision_and_all_are_known_here() -> None:
    script = ScriptDirectory.from_config(schema._config())
    assert schema.head() == REVISIONS[-1]
    assert [found.revision for found in script.walk_revisions()] == REVISIONS[::-1]
    assert set().union(*TABLES.values()) == set(metadata.tables)


def test_two_newest_revisions_are_refused(migrations: Path) -> None:
    plant(migrations, FAULTY, revision="9998")
    plant(migrations, FAULTY, revision="9999")
    with pytest.raises(schema.SchemaFault, match="9998"):
        schema.head()


def test_revisions_import_nothing_that_may_change() -> None:
    for file in schema.MIGRATIONS.glob("versions/*.py"):
        imports = [line for line in file.read_text().splitlines() if line.startswith(("import ", "from "))]
        assert set(imports) <= MAY_IMPORT, file.name


def test_the_migrated_database_is_what_the_tables_declare(url: str, request: pytest.FixtureRequest) -> None:
    schema.upgrade(url)
    assert schema.current(url) == REVISIONS[-1]
    assert schema.check(url) == ()
    databases = request.getfixturevalue("sqlite" if url.startswith("sqlite") else "postgres")
    declared = databases.fresh_database()
    with writing(declared) as connection:
        metadata.create_all(connection)
    assert shape(url) == shape(declared)
    databases.drop_database(declared)


def test_a_difference_is_found(url: str) -> None:
    schema.upgrade(url)
    with writing(url) as connection:
        connection.exec_driver_sql("ALTER TABLE clusters ADD COLUMN motto VARCHAR")
        connection.exec_driver_sql("DROP INDEX ix_clusters_programme_id")
        connection.exec_driver_sql("DROP TABLE memberships")
        connection.exec_driver_sql("CREATE TABLE memberships (id VARCHAR PRIMARY KEY, role VARCHAR NOT NULL)")
    differences = "\n".join(schema.check(url))
    for expected in ("motto", "ix_clusters_programme_id", "user_id", "add check: ck_memberships_one_scope"):
        assert expected in differences


def test_all_the_way_down_and_up_again(url: str) -> None:
    schema.upgrade(url)
    first = shape(url)
    schema.downgrade(url, "base")
    assert tables(url) == set()
    assert schema.current(url) is None
    schema.upgrade(url)
    assert shape(url) == first
    schema.upgrade(url)
    assert schema.current(url) == REVISIONS[-1]


@pytest.mark.parametrize("revision", REVISIONS)
def test_one_step_down_and_up_keeps_what_can_survive(url: str, revision: str) -> None:
    known = set().union(*(TABLES[earlier] for earlier in REVISIONS if earlier <= revision))
    schema.upgrade(url, revision)
    assert tables(url) == known
    fill(url, known)
    before = content(url, known)
    assert all(len(rows) == 1 for rows in before.values())
    moved = MOVED.get(revision, {})
    schema.downgrade(url, "-1")
    survivors = known - TABLES[revision]
    assert tables(url) == survivors
    # Columns that the step brought are gone, and nothing else; what it had moved is back.
    left = content(url, survivors)
    assert {name: len(rows) for name, rows in left.items()} == dict.fromkeys(survivors, 1)
    assert all(_agree(row, before[name][0] | moved.get(name, {})) for name, rows in left.items() for row in rows)
    schema.upgrade(url, revision)
    again = content(url, known)
    assert all(_agree(left[name][0], again[name][0] | moved.get(name, {})) for name in survivors)
    assert {name for name in TABLES[revision] if again[name]} == MADE_FROM_WHAT_IS_THERE & TABLES[revision]
    fill(url, TABLES[revision] - MADE_FROM_WHAT_IS_THERE)
    before = {name: before[name] for name in TABLES[revision] - MADE_FROM_WHAT_IS_THERE}
    assert content(url, set(before)) == before


def _agree(fewer: Mapping[str, object], more: Mapping[str, object]) -> bool:
    return fewer.items() <= more.items()


def test_a_step_that_fails_half_way_leaves_the_revision_before_it(url: str, migrations: Path) -> None:
    schema.upgrade(url)
    fill(url, set(metadata.tables))
    before, kept = shape(url), content(url, set(metadata.tables))
    plant(migrations, FAULTY, "SELECT no_such_column FROM clusters")
    with pytest.raises(schema.SchemaFault, match="no_such_column"):
        schema.upgrade(url)
    assert schema.current(url) == REVISIONS[-1]
    assert shape(url) == before
    plant(migrations, FAULTY)
    schema.upgrade(url)
    assert schema.current(url) == "9999"
    schema.downgrade(url, REVISIONS[-1])
    assert shape(url) == before
    assert content(url, set(metadata.tables)) == kept


def test_a_run_that_fails_in_its_last_step_leaves_the_revision_before_the_run(url: str, migrations: Path) -> None:
    schema.upgrade(url, "0002")
    plant(migrations, FAULTY, "SELECT no_such_column FROM clusters")
    with pytest.raises(schema.SchemaFault):
        schema.upgrade(url)
    assert schema.current(url) == "0002"
    assert schema.check(url)


def test_rebuilding_a_table_deletes_nothing_that_belongs_to_its_rows(url: str, migrations: Path) -> None:
    schema.upgrade(url)
    fill(url, set(metadata.tables))
    kept = content(url, set(metadata.tables))
    plant(migrations, REBUILDING)
    schema.upgrade(url)
    assert content(url, {"answers", "scorecards"}) == {name: kept[name] for name in ("answers", "scorecards")}
    schema.downgrade(url, REVISIONS[-1])
    assert content(url, set(metadata.tables)) == kept
    assert schema.check(url) == ()


def test_a_step_that_leaves_a_row_without_its_person_is_undone(url: str, migrations: Path) -> None:
    schema.upgrade(url)
    plant(migrations, FAULTY, DANGLING)
    with pytest.raises((schema.SchemaFault, RuntimeError), match=r"refer to nothing|violates foreign key"):
        schema.upgrade(url)
    assert schema.current(url) == REVISIONS[-1]
    assert content(url, {"recovery_codes"}) == {"recovery_codes": []}


def test_a_database_from_a_newer_program_is_refused(url: str) -> None:
    schema.upgrade(url)
    with writing(url) as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '8888'")
    engine = make_engine(url)
    assert not schema.is_current(engine)
    engine.dispose()
    with pytest.raises(schema.SchemaFault, match="8888"):
        schema.upgrade(url)


def test_it_is_known_whether_a_database_is_current(url: str) -> None:
    engine = make_engine(url)
    assert not schema.is_current(engine)
    schema.upgrade(url, "0003")
    assert not schema.is_current(engine)
    schema.upgrade(url)
    assert schema.is_current(engine)
    engine.dispose()


def test_a_database_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    missing = f"sqlite:///{tmp_path}/none/goldgap.db"
    with pytest.raises(schema.SchemaFault, match="There is no database at"):
        schema.current(missing)
    unreachable = f"postgresql+psycopg://nobody@/goldgap?host={tmp_path}"
    with pytest.raises(schema.SchemaFault, match="The database refused"):
        schema.current(unreachable)
    engine = make_engine(unreachable)
    assert not schema.is_current(engine)
    assert not (tmp_path / "none").exists()


def test_a_new_sqlite_file_is_closed_to_other_people(tmp_path: Path) -> None:
    schema.upgrade(f"sqlite:///{tmp_path}/data/goldgap.db")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "data" / "goldgap.db").stat().st_mode & 0o777 == 0o600
