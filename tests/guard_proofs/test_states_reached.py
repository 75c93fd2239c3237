"""A scratch database brought to where a side expects it, whatever its history is like."""

import shutil

import pytest
from histories import History

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.migrations.compare.proved.facts import Drift
from beastmode_tools.guard.migrations.proof.drift import new_drift
from beastmode_tools.guard.migrations.proof.migrating import run_migrations
from beastmode_tools.guard.migrations.proof.states import move, reach

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(40), nullable=False),
    sa.Column("price", sa.Numeric(10, 2)),
    sa.Column("note", sa.Text),{more}
)
"""

WITHOUT_BASE = """
def upgrade():
    op.add_column("items", sa.Column("size", sa.Integer()))


def downgrade():
    op.drop_column("items", "size")
"""

MAPPED = """
import sqlalchemy as sa
from sqlalchemy.orm import declarative_base


class Row(declarative_base()):
    __tablename__ = "{table}"
    id = sa.Column(sa.Integer, primary_key=True)
"""

ASYNC_ENV = """
import asyncio

from alembic import context
from sqlalchemy import pool
from sqlalchemy.ext.asyncio import async_engine_from_config


def run_sync(connection):
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()


async def run_async():
    connectable = async_engine_from_config(
        context.config.get_section("alembic", {}), prefix="sqlalchemy.", poolclass=pool.NullPool
    )
    async with connectable.connect() as connection:
        await connection.run_sync(run_sync)
    await connectable.dispose()


asyncio.run(run_async())
"""


def schema(project, database):
    return run_migrations(project.side, project.project, database, [{"do": "schema"}]).results[0]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_history_from_an_empty_database_is_walked(history, request, kind):
    scratch = request.getfixturevalue(kind)
    project = history()

    state = reach(project.side, project.project, scratch.new())

    assert (state.how, state.error, state.filled) == ("upgraded", "", {"items": 5})
    assert state.not_proven == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_history_without_a_beginning_is_replaced_by_the_models_and_a_stamp(history, request, kind):
    scratch = request.getfixturevalue(kind)
    project = history(base=WITHOUT_BASE).write("models.py", MODELS.format(more=' sa.Column("size", sa.Integer),'))
    database = scratch.new()

    state = reach(project.side, project.project, database)

    assert state.how == "created and stamped"
    assert state.filled == {"items": 5}
    assert schema(project, database)["heads"] == ["first"]
    assert "the tables were made from the models instead" in state.not_proven[0]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_tables_of_another_package_are_made_from_its_models_too(history, request, kind):
    scratch = request.getfixturevalue(kind)
    project = history(base=WITHOUT_BASE + MAPPED.format(table="only_in_a_revision"))
    project.write("models.py", "import tokens\n" + MODELS.format(more="")).write(
        "tokens.py", MAPPED.format(table="tokens")
    )

    state = reach(project.side, project.project, scratch.new())

    assert set(state.filled) == {"items", "tokens"}


@pytest.mark.parametrize(("more", "tables"), [("", {"items", "tokens"}), ("raise ValueError\n", {"items"})])
def test_tables_that_only_the_application_maps_are_made_too(history, sqlite, more, tables):
    project = history(base=WITHOUT_BASE).write("models.py", MODELS.format(more=""))
    project.write("app.py", f"from flask import Flask\n{more}import tokens\napp = Flask(__name__)\n")
    project.write("tokens.py", MAPPED.format(table="tokens"))

    state = reach(project.side, project.project, sqlite.new())

    assert set(state.filled) == tables


def test_a_history_that_leads_nowhere_without_models_is_said(history, sqlite):
    project = history(base=WITHOUT_BASE)

    state = reach(project.side, project.project, sqlite.new())

    assert state.how == "failed"
    assert "no such table" in state.not_proven[0]


def test_a_state_is_moved_on_with_its_rows(history, sqlite):
    project = history()
    old = reach(project.side, project.project, sqlite.new())
    project.add("size", WITHOUT_BASE)
    copy = sqlite.new(like=old.database)

    state = move(project.side, project.project, copy)

    assert state.how == "upgraded"
    assert "column items.size" in schema(project, copy)["schema"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_only_what_newly_differs_between_models_and_migrations_is_drift(tmp_path, request, kind):
    scratch = request.getfixturevalue(kind)
    project = History(tmp_path).write("models.py", MODELS.format(more=' sa.Column("known", sa.Integer),'))
    old = reach(project.side, project.project, scratch.new())
    more = ' sa.Column("known", sa.Integer), sa.Column("new", sa.Integer),'
    project.write("models.py", MODELS.format(more=more))

    drift = new_drift([(old, move(project.side, project.project, scratch.new(like=old.database)))])

    assert drift == [Drift(kind="add_column", table="items", name="new")]


def test_an_asynchronous_env_works_where_its_driver_is_there(history, postgres):
    project = history(env=ASYNC_ENV).write(
        "migrations/alembic.ini", "[alembic]\nsqlalchemy.url = postgresql+psycopg://app@db.invalid/production\n"
    )

    state = reach(project.side, project.project, postgres.new())

    assert (state.how, state.filled) == ("upgraded", {"items": 5})


def test_an_env_that_asks_alembic_for_nothing_is_told(history, sqlite):
    project = history(env="print('nothing to see')\n")

    state = reach(project.side, project.project, sqlite.new())

    assert state.how == "failed"
    assert "asked Alembic for nothing" in state.error


def test_a_history_in_a_circle_is_told(tmp_path, sqlite):
    project = History(tmp_path, base=None)
    project.add("one", "def upgrade():\n    pass", down="two").add("two", "def upgrade():\n    pass", down="one")

    state = reach(project.side, project.project, sqlite.new())

    assert state.how == "failed"
    assert "ycle" in state.error


def test_a_project_without_migrations_cannot_be_asked(tmp_path, sqlite):
    from dataclasses import replace

    project = History(tmp_path)
    without = replace(project.project, migrations=None)
    shutil.rmtree(project.side.folder / "migrations")

    with pytest.raises(CouldNotRun, match="no Alembic folder"):
        reach(project.side, without, sqlite.new())
