"""What once kept a migration from being proved, or let a loss go unseen, without anybody noticing."""

from dataclasses import replace

import pytest
from histories import kinds, only

from beastmode_tools.guard.migrations.compare.proved.facts import RowsNotRestored, UpgradeFailed
from beastmode_tools.guard.migrations.proof.reversible import Start, prove_revisions
from beastmode_tools.guard.migrations.proof.states import reach
from beastmode_tools.guard.migrations.read.named_values import values_named

AUTOCOMMIT_ENV = """
from alembic import context
from sqlalchemy import engine_from_config

connectable = engine_from_config(context.config.get_section("alembic", {}))
with connectable.connect() as connection:
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    context.configure(connection=connection, target_metadata=None)
    with context.begin_transaction():
        context.run_migrations()
"""

FLASK_ENV = """
from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db
with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=db.metadata)
    with context.begin_transaction():
        context.run_migrations()
"""

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table("items", metadata, sa.Column("id", sa.Integer, primary_key=True))
"""

READS_AT_START = """
import os
from flask import Flask
from flask_migrate import Migrate, upgrade
from flask_sqlalchemy import SQLAlchemy

db = SQLAlchemy()


class Item(db.Model):
    __tablename__ = "items"
    id = db.Column(db.Integer, primary_key=True)
    name = db.Column(db.String(40), nullable=False)


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL")
    db.init_app(app)
    Migrate(app, db)
    with app.app_context():
        upgrade()
        Item.query.first()
    return app
"""


def test_a_hint_in_capitals_is_no_setting_of_the_project(history, postgres):
    """PostgreSQL's "Use DROP ... CASCADE to drop" fails the upgrade, and does not start the proof once more."""
    project = history()
    project.add(
        "view",
        """
        def upgrade():
            op.execute("CREATE VIEW names AS SELECT name FROM items")


        def downgrade():
            op.execute("DROP VIEW names")
        """,
    )
    project.add(
        "drops",
        """
        def upgrade():
            op.drop_column("items", "name")


        def downgrade():
            op.add_column("items", sa.Column("name", sa.String(40)))
        """,
    )

    proof = project.prove(postgres)

    failed = only(proof, UpgradeFailed)
    assert (failed.revision, proof.not_proven) == ("drops", [])
    assert "cannot drop column name of table items because other objects depend on it" in failed.error


def test_rows_hold_the_values_that_a_condition_asks_for(history, sqlite):
    """An UPDATE that puts two states together cannot be undone, which only rows in both states show."""
    project = history()
    project.add(
        "together",
        """
        def upgrade():
            op.execute("UPDATE items SET note = 'closed' WHERE note IN ('paid', 'lost')")


        def downgrade():
            op.execute("UPDATE items SET note = 'paid' WHERE note = 'closed'")
        """,
    )
    source = (project.folder / "migrations" / "versions" / "together.py").read_text()
    named = replace(project.project, named=values_named([source]))

    proof = prove_revisions(project.side, named, [Start(sqlite)], project.names, is_one_change=False)

    lost = only(proof, RowsNotRestored)
    assert (lost.table, lost.column) == ("items", "note")


def test_an_env_without_transactions_is_proved(history, postgres):
    """Rows are put in within savepoints, which need a transaction that env.py does not begin."""
    project = history(env=AUTOCOMMIT_ENV)

    proof = project.prove(postgres)

    assert (proof.not_proven, proof.proved) == ([], {"postgresql": ["first"]})


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_application_that_reads_at_its_start_is_proved(history, request, kind):
    """It starts on the tables of its models, and the database that is being proved gets back what it held."""
    project = history(env=FLASK_ENV).write("app.py", READS_AT_START)
    scratch = request.getfixturevalue(kind)

    state = reach(project.side, project.project, scratch.new())

    assert (state.how, state.filled, state.refused) == ("upgraded", {"items": 5}, {})


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("op.execute('UPDATE t SET a = 0 WHERE a IN (1, 2)')", {"a": ("1", "2")}),
        ("op.execute('DELETE FROM t WHERE age > 18')", {"age": ("18", "19", "17")}),
        ("op.execute(\"DELETE FROM t WHERE name LIKE 'tmp%'\")", {"name": ("'tmpx'",)}),
        (
            "op.execute(\"UPDATE t SET n = CASE state WHEN 'new' THEN 1 WHEN 'old' THEN 2 END\")",
            {"state": ("'new'", "'old'")},
        ),
        ("op.execute(t.update().where(t.c.state == 'new'))", {"state": ("'new'",)}),
        ("op.execute(t.delete().where(t.c.kind.in_(['a', 'b'])))", {"kind": ("'a'", "'b'")}),
        (
            "[op.execute(t.update().where(t.c.kind == old)) for old, new in {'a': 'b'}.items()]",
            {"kind": ("'a'", "'b'")},
        ),
        (
            "[op.execute(f\"UPDATE t SET x = 1 WHERE kind = '{old}'\") for old in ('a', 'b')]",
            {"kind": ("'a'", "'b'")},
        ),
        ("op.add_column('t', sa.Column('a', sa.Integer))", {}),
    ],
)
def test_values_are_read_from_statements_mappings_and_expressions(statement, named):
    """Each column gets the values that the revision compares it with, wherever they are written."""
    assert values_named([f"def upgrade():\n    {statement}\n"]) == named


def test_a_revision_that_asks_for_the_application_while_it_is_imported_is_proved(history, sqlite):
    project = history()
    (project.folder / "app.py").write_text(
        "from flask import Flask\n\napp = Flask(__name__)\napp.config['LENGTH'] = 80\n"
    )
    project.add(
        "longer",
        """
        from flask import current_app

        LENGTH = current_app.config["LENGTH"]


        def upgrade():
            with op.batch_alter_table("items") as batch:
                batch.alter_column("name", type_=sa.String(LENGTH))


        def downgrade():
            with op.batch_alter_table("items") as batch:
                batch.alter_column("name", type_=sa.String(40))
        """,
    )

    proof = project.prove(sqlite)

    assert proof.not_proven == []
    assert "longer" in {trip.up.revision for trips in proof.trips.values() for trip in trips}
    assert "UpgradeFailed" not in kinds(proof, "longer")


def test_a_history_that_takes_too_long_leads_to_tables_that_are_made_from_the_models(history, sqlite):
    """What its last revision does can be proved then, and the report says what was not run."""
    project = history().write("models.py", MODELS)
    project.add("slow", "import time\n\n\ndef upgrade():\n    time.sleep(60)\n\n\ndef downgrade():\n    pass\n")
    hurried = replace(project.project, settings=replace(project.project.settings, timeout=3.0))

    state = reach(project.side, hurried, sqlite.new())

    assert state.how == "created and stamped"
    assert "did not end within 3 s" in state.not_proven[0]
    assert "[guard] timeout" in state.not_proven[0]
