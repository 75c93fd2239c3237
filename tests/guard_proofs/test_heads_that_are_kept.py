"""A long history is walked once, and again as soon as anything is different that could matter."""

import json
import sqlite3

import pytest
from histories import History
from sqlalchemy import create_engine, inspect

from beastmode_tools.guard.migrations.proof.kept import LONG, MOST, folder, reach_head

COUNTED = """
from pathlib import Path


def upgrade():
    with Path("runs").open("a") as file:
        file.write("x")
    op.create_table("items", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO items (id) VALUES (7)")


def downgrade():
    op.drop_table("items")
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """A place for what is kept."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def counted(tmp_path):
    """A project whose only revision tells how often it ran."""
    (tmp_path / "project").mkdir()
    return History(tmp_path / "project", base=COUNTED)


def reached(history, scratch, *, revisions=LONG, packages=None):
    """How often the history has run once its head is reached, and the ids that the database then holds."""
    state = reach_head(history.side, history.project, scratch, packages or {}, revisions=revisions)
    assert (state.how, state.error) == ("upgraded", "")
    engine = create_engine(state.database.url)
    with engine.connect() as connection:
        ids = connection.exec_driver_sql("SELECT id FROM items").scalars().all()
    engine.dispose()
    return len((history.folder / "runs").read_text()), ids


def test_a_head_is_reached_once(counted, sqlite):
    assert reached(counted, sqlite) == (1, [7])

    assert reached(counted, sqlite) == (1, [7])


@pytest.mark.postgres
def test_a_head_on_postgresql_is_a_template(counted, postgres):
    assert reached(counted, postgres) == (1, [7])

    try:
        assert reached(counted, postgres) == (1, [7])
    finally:
        [record] = folder().glob("postgresql-*.json")
        postgres.server.drop(postgres.server.name_of(json.loads(record.read_text())["url"]))
    assert reached(counted, postgres) == (2, [7]), "it was removed"
    [record] = folder().glob("postgresql-*.json")
    postgres.server.drop(postgres.server.name_of(json.loads(record.read_text())["url"]))


def test_what_is_done_in_a_copy_is_not_kept(counted, sqlite):
    reached(counted, sqlite)
    state = reach_head(counted.side, counted.project, sqlite, {}, revisions=LONG)

    engine = create_engine(state.database.url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE items")
    assert inspect(engine).get_table_names() == ["alembic_version"]
    engine.dispose()

    assert reached(counted, sqlite) == (1, [7])


def test_anything_that_could_matter_makes_it_another_head(counted, sqlite):
    """A revision, a module that it may import, and a package that is installed."""
    reached(counted, sqlite)
    counted.write("models.py", "metadata = None\n")

    runs = [reached(counted, sqlite)[0]]
    counted.add("second", "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n")
    runs.append(reached(counted, sqlite)[0])
    runs.append(reached(counted, sqlite, packages={"alembic": "99"})[0])

    assert runs == [2, 3, 4]


def test_the_head_of_a_short_history_is_not_kept(counted, sqlite):
    reached(counted, sqlite, revisions=LONG - 1)

    assert reached(counted, sqlite, revisions=LONG - 1) == (2, [7])
    assert not folder().exists()


@pytest.mark.parametrize("broken", ["record", "database"])
def test_a_broken_copy_is_reached_again(counted, sqlite, broken):
    reached(counted, sqlite)
    [path] = folder().glob("*.json" if broken == "record" else "*.db")

    path.write_text("{")

    assert reached(counted, sqlite) == (2, [7])
    assert reached(counted, sqlite) == (2, [7]), "the new copy took its place"


def test_what_is_kept_is_bounded(counted, sqlite):
    folder().mkdir(parents=True)
    for number in range(MOST + 2):
        (folder() / f"sqlite-{number}.json").write_text("{}")
        sqlite3.connect(folder() / f"sqlite-{number}.db").close()

    reached(counted, sqlite)

    assert len(list(folder().glob("*.json"))) == MOST
    assert reached(counted, sqlite) == (1, [7])
