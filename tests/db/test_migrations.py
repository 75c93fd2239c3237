import logging
import os
import sqlite3
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from time import sleep

import flask_migrate
import pytest
from flask import Flask
from ledgers import bank
from sqlalchemy import ForeignKey, MetaData, String, false, func, inspect, make_url, text, true
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.core.errors import BeastmodeError
from beastmode.db import Base, Database
from beastmode.db.base import NAMING_CONVENTION
from beastmode.db.install import install
from beastmode.db.migrations import at_head
from beastmode.db.settings import DatabaseSettings

TWO_TABLES = """
def upgrade():
    op.create_table("parents", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(20)))
    op.create_table("children",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent_id", sa.Integer, sa.ForeignKey("parents.id", ondelete="CASCADE"), nullable=False))
    op.execute("INSERT INTO parents (id, name) VALUES (1, 'one'), (2, '100%')")
    op.execute("INSERT INTO children (id, parent_id) VALUES (1, 1), (2, 2)")

def downgrade():
    op.drop_table("children")
    op.drop_table("parents")
"""
ALTERED_PARENT = """
def upgrade():
    with op.batch_alter_table("parents", recreate="auto") as parents:
        parents.alter_column("name", type_=sa.String(40), existing_type=sa.String(20))
        parents.add_column(sa.Column("age", sa.Integer))

def downgrade():
    with op.batch_alter_table("parents") as parents:
        parents.drop_column("age")
        parents.alter_column("name", type_=sa.String(20), existing_type=sa.String(40))
"""


class Shop(Base):
    """Models of a project, with what databases are apt to disagree about."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Customer(Shop):
    __tablename__ = "customers"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(120), unique=True, index=True)
    is_active: Mapped[bool] = mapped_column(server_default=true())
    is_known: Mapped[bool] = mapped_column(server_default=false())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Purchase(Shop):
    __tablename__ = "purchases"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id", ondelete="CASCADE"), index=True)


shop = Database(Shop.metadata)


def make_app(folder, url, database=bank, **settings):
    app = Flask("shop")
    app.root_path = str(folder)
    install(app, DatabaseSettings(environment="testing", database_url=url, **settings), database)
    return app


@pytest.fixture
def app(tmp_path, database_url):
    app = make_app(tmp_path, database_url)
    with app.app_context():
        flask_migrate.init()
        yield app
    app.extensions["beastmode.database"].engines.dispose()


def write(folder: Path, revision, body, after=None):
    """Write a revision into the migrations of a project."""
    head = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {revision!r}\ndown_revision = {after!r}\n"
    (folder / "migrations" / "versions" / f"{revision}.py").write_text(head + body)


def rows(query):
    return bank.execute(text(query)).all()


class TestAProject:
    def test_is_written_migrated_checked_and_undone(self, tmp_path, database_url):
        app = make_app(tmp_path, database_url, shop)

        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate(message="first")
            flask_migrate.upgrade()
            flask_migrate.check()
            assert {"customers", "purchases"} < set(inspect(shop.engine).get_table_names())

            flask_migrate.downgrade(revision="base")
            assert inspect(shop.engine).get_table_names() == ["alembic_version"]

            flask_migrate.upgrade()
            flask_migrate.check()
        app.extensions["beastmode.database"].engines.dispose()

    def test_that_is_migrated_already_gets_no_empty_revision(self, tmp_path, database_url):
        app = make_app(tmp_path, database_url, shop)

        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate(message="first")
            flask_migrate.upgrade()
            flask_migrate.migrate(message="second")

        assert len(list((tmp_path / "migrations" / "versions").glob("*.py"))) == 1
        app.extensions["beastmode.database"].engines.dispose()

    @pytest.mark.postgres
    def test_migrates_on_either_database_whichever_wrote_its_revisions(self, tmp_path, sqlite_url, postgres_url):
        for writer, runner in [(sqlite_url, postgres_url), (postgres_url, sqlite_url)]:
            folder = tmp_path / writer[:6]
            folder.mkdir()
            apps = [make_app(folder, url, shop) for url in (writer, runner)]
            with apps[0].app_context():
                flask_migrate.init()
                flask_migrate.migrate(message="first")
            with apps[1].app_context():
                flask_migrate.upgrade()
                shop.execute(text("INSERT INTO customers (email) VALUES ('a@example.com')"))
                assert shop.execute(text("SELECT is_active, is_known FROM customers")).one() == (True, False)
                flask_migrate.downgrade(revision="base")
            for app in apps:
                app.extensions["beastmode.database"].engines.dispose()

    def test_has_migrations_that_do_not_need_the_library(self, tmp_path, sqlite_url):
        app = make_app(tmp_path, sqlite_url, shop)

        with app.app_context():
            flask_migrate.init()
            flask_migrate.migrate(message="first")

        (revision,) = (tmp_path / "migrations" / "versions").glob("*.py")
        assert "beastmode" not in revision.read_text()
        app.extensions["beastmode.database"].engines.dispose()


class TestRows:
    def test_survive_up_down_and_up(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES)
        write(tmp_path, "b2", ALTERED_PARENT, after="a1")

        flask_migrate.upgrade()
        bank.execute(text("UPDATE parents SET age = 7"))
        flask_migrate.downgrade()
        flask_migrate.upgrade()

        assert rows("SELECT id, name, age FROM parents ORDER BY id") == [(1, "one", None), (2, "100%", None)]
        assert rows("SELECT id, parent_id FROM children ORDER BY id") == [(1, 1), (2, 2)]

    def test_that_refer_to_an_altered_table_are_kept(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES)
        flask_migrate.upgrade()
        write(tmp_path, "b2", ALTERED_PARENT, after="a1")

        flask_migrate.upgrade()

        assert rows("SELECT id, parent_id FROM children ORDER BY id") == [(1, 1), (2, 2)]

    def test_still_cascade_after_the_table_was_altered(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES)
        write(tmp_path, "b2", ALTERED_PARENT, after="a1")
        flask_migrate.upgrade()

        bank.execute(text("DELETE FROM parents WHERE id = 1"))

        assert rows("SELECT id, parent_id FROM children") == [(2, 2)]

    def test_are_not_left_without_what_they_refer_to(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES.replace(', ondelete="CASCADE"', ""))
        flask_migrate.upgrade()
        write(tmp_path, "b2", "def upgrade():\n    op.execute('DELETE FROM parents WHERE id = 1')\n", after="a1")

        with pytest.raises(
            Exception, match=r"refer to missing rows: 1 of 'children' to 'parents'|violates foreign key"
        ):
            flask_migrate.upgrade()

        assert rows("SELECT version_num FROM alembic_version") == [("a1",)]
        assert len(rows("SELECT id FROM parents")) == 2

    def test_that_were_orphans_before_do_not_stop_a_migration(self, tmp_path, sqlite_url):
        app = make_app(tmp_path, sqlite_url)
        with app.app_context():
            flask_migrate.init()
            write(tmp_path, "a1", TWO_TABLES)
            flask_migrate.upgrade()
            with bank.reader.connect() as connection:
                connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
                connection.exec_driver_sql("DELETE FROM parents WHERE id = 1")
            write(tmp_path, "b2", ALTERED_PARENT, after="a1")

            flask_migrate.upgrade()

            assert rows("SELECT version_num FROM alembic_version") == [("b2",)]
        app.extensions["beastmode.database"].engines.dispose()


class TestAMigration:
    def test_that_fails_leaves_nothing_behind(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES.replace("def downgrade", "    raise ZeroDivisionError\n\ndef downgrade"))

        with pytest.raises(ZeroDivisionError):
            flask_migrate.upgrade()

        assert "parents" not in inspect(bank.engine).get_table_names()

    def test_gives_its_connection_back_as_it_was(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES.replace("def downgrade", "    raise ZeroDivisionError\n\ndef downgrade"))

        with pytest.raises(ZeroDivisionError):
            flask_migrate.upgrade()

        assert bank.engine.pool.checkedout() == 0
        if bank.engine.dialect.name == "sqlite":
            with bank.engine.connect() as connection:
                assert connection.scalar(text("PRAGMA foreign_keys")) == 1

    def test_leaves_the_log_as_it_was(self, tmp_path, app, caplog):
        write(tmp_path, "a1", TWO_TABLES)
        logger = logging.getLogger("shop.before")

        flask_migrate.upgrade()
        logger.warning("still here")

        assert "still here" in caplog.text

    def test_can_be_written_as_sql(self, tmp_path, app, capsys):
        write(tmp_path, "a1", TWO_TABLES)

        flask_migrate.upgrade(sql=True)

        sql = capsys.readouterr().out
        assert "CREATE TABLE parents" in sql
        assert "'100%'" in sql
        assert sql.count("BEGIN;") == sql.count("COMMIT;") == 1
        assert inspect(bank.engine).get_table_names() == []

    @pytest.mark.postgres
    def test_has_no_time_limit_on_postgresql(self, tmp_path, postgres_url):
        app = make_app(tmp_path, postgres_url, database_statement_seconds=0.05)
        with app.app_context():
            flask_migrate.init()
            write(tmp_path, "a1", "def upgrade():\n    op.execute('SELECT pg_sleep(0.2)')\n")

            flask_migrate.upgrade()

            assert at_head(app)
        app.extensions["beastmode.database"].engines.dispose()

    def test_works_in_memory(self, tmp_path):
        app = make_app(tmp_path, "sqlite://")
        with app.app_context():
            flask_migrate.init()
            write(tmp_path, "a1", TWO_TABLES)
            write(tmp_path, "b2", ALTERED_PARENT, after="a1")

            flask_migrate.upgrade()

            assert rows("SELECT id, parent_id FROM children ORDER BY id") == [(1, 1), (2, 2)]


class TestReadiness:
    def test_is_reached_by_the_last_migration(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES)
        assert not at_head(app)

        flask_migrate.upgrade()
        assert at_head(app)

        write(tmp_path, "b2", ALTERED_PARENT, after="a1")
        assert not at_head(app)

    def test_holds_when_a_newer_release_has_migrated_further(self, tmp_path, app):
        write(tmp_path, "a1", TWO_TABLES)
        write(tmp_path, "b2", ALTERED_PARENT, after="a1")
        flask_migrate.upgrade()

        (tmp_path / "migrations" / "versions" / "b2.py").unlink()

        assert at_head(app)

    def test_holds_for_a_project_without_migrations(self, tmp_path, sqlite_url):
        assert at_head(make_app(tmp_path, sqlite_url))

    def test_is_asked_by_name_and_without_an_app_context(self, tmp_path, sqlite_url):
        app = make_app(tmp_path, sqlite_url)
        checks = app.extensions["beastmode.readiness"]
        with app.app_context():
            flask_migrate.init()
        write(tmp_path, "a1", TWO_TABLES)

        checks["database"]()
        with pytest.raises(BeastmodeError, match="flask db upgrade"):
            checks["migrations"]()

    def test_says_that_the_database_is_away(self, tmp_path):
        app = make_app(tmp_path, "postgresql://nobody@127.0.0.1:1/nothing")

        for check in app.extensions["beastmode.readiness"].values():
            with pytest.raises(Exception, match="connection") as raised:
                check()
            assert type(raised.value).__name__ == "OperationalError"


class TestTheFolder:
    def test_lies_beside_the_package_of_the_application(self, tmp_path, monkeypatch):
        package = tmp_path / "shop_in_a_folder" / "web"
        package.mkdir(parents=True)
        (package / "__init__.py").touch()
        (package.parent / "__init__.py").touch()
        monkeypatch.syspath_prepend(tmp_path)
        __import__("shop_in_a_folder.web")
        app = Flask("shop_in_a_folder.web")

        install(app, DatabaseSettings(environment="testing", database_url="sqlite://"), bank)

        assert app.extensions["migrate"].directory == str(tmp_path / "migrations")

    def test_can_be_anywhere(self, tmp_path):
        app = Flask("shop")

        install(app, DatabaseSettings(environment="testing", database_url="sqlite://"), bank, tmp_path / "elsewhere")

        assert app.extensions["migrate"].directory == str(tmp_path / "elsewhere")


class TestCommands:
    """The same in processes of their own, as a person or a deploy runs them."""

    @pytest.fixture
    def run(self, tmp_path, database_url):
        (tmp_path / "shop.py").write_text(
            "import os\n"
            "from flask import Flask\n"
            "from beastmode.db.settings import DatabaseSettings\n"
            "from beastmode.db import Database\n"
            "from beastmode.db.install import install\n"
            "db = Database()\n"
            "def create_app():\n"
            "    app = Flask(__name__)\n"
            "    install(app, DatabaseSettings(environment='testing', database_url=os.environ['SHOP_DATABASE']), db)\n"
            "    return app\n"
        )

        with make_app(tmp_path, "sqlite://").app_context():
            flask_migrate.init()

        def start(*command):
            return subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=tmp_path,
                env=os.environ | {"SHOP_DATABASE": database_url, "FLASK_APP": "shop"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

        def finish(*command):
            process = start(*command)
            output = process.communicate()[0]
            assert process.returncode == 0, output
            return output

        finish.start = start
        return finish

    def test_of_flask_and_of_alembic_do_the_same(self, tmp_path, run):
        write(tmp_path, "a1", TWO_TABLES)
        write(tmp_path, "b2", ALTERED_PARENT, after="a1")
        alembic = ("alembic", "-c", "migrations/alembic.ini")

        assert "Running upgrade  -> a1" in run("flask", "db", "upgrade", "a1")
        assert "Running upgrade a1 -> b2" in run(*alembic, "upgrade", "head")
        assert "Running downgrade b2 -> a1" in run("flask", "db", "downgrade")
        assert "CREATE TABLE parents" in run(*alembic, "upgrade", "a1", "--sql")

    def test_of_alembic_make_the_application_that_env_names(self, tmp_path, run, monkeypatch):
        env = tmp_path / "migrations" / "env.py"
        env.write_text("from beastmode.db.migrations import run\nfrom shop import create_app\n\nrun(create_app)\n")
        write(tmp_path, "a1", TWO_TABLES)

        assert "Running upgrade  -> a1" in run("alembic", "-c", "migrations/alembic.ini", "upgrade", "head")

    @pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
    def test_run_at_once_wait_for_one_that_takes_longer_than_a_request_may(self, tmp_path, run, database_url):
        # https://github.com/miguelgrinberg/Flask-Migrate/issues/311
        impatient = "environment='testing', database_timeout_seconds=0.05"
        shop = tmp_path / "shop.py"
        shop.write_text(
            shop.read_text().replace("environment='testing'", impatient)
            + "\nimport pathlib\npathlib.Path(f'started-{os.getpid()}').touch()\n"
        )
        begun, gate = tmp_path / "begun", tmp_path / "gate"
        pause = (
            f"import pathlib, time\n    pathlib.Path({str(begun)!r}).touch()\n"
            f"    while not pathlib.Path({str(gate)!r}).exists(): time.sleep(0.01)"
        )
        write(tmp_path, "a1", TWO_TABLES.replace("\ndef downgrade", f"    {pause}\n\ndef downgrade"))
        with sqlite3.connect(make_url(database_url).database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")

        processes = [run.start("flask", "db", "upgrade")]
        while not begun.exists():
            assert processes[0].poll() is None
            sleep(0.01)
        processes += [run.start("flask", "db", "upgrade") for _ in range(2)]
        while len(list(tmp_path.glob("started-*"))) < 3:
            sleep(0.01)
        for _ in range(20):  # many times the patience of a request
            assert [process.poll() for process in processes] == [None] * 3, "who comes second waits"
            sleep(0.1)
        gate.touch()
        outputs = [process.communicate()[0] for process in processes]

        assert [process.returncode for process in processes] == [0, 0, 0], outputs
        assert sum("Running upgrade  -> a1" in output for output in outputs) == 1

    def test_run_at_once_apply_a_migration_once(self, tmp_path, run, database_url):
        concurrently = database_url.startswith("postgresql")
        pause = "op.execute('SELECT pg_sleep(0.5)')" if concurrently else "__import__('time').sleep(0.5)"
        write(
            tmp_path,
            "a1",
            TWO_TABLES.replace("\ndef downgrade", f"    {pause}\n\ndef downgrade"),
        )
        write(
            tmp_path,
            "b2",
            "def upgrade():\n"
            "    with op.get_context().autocommit_block():\n"
            "        op.create_index('ix_name', 'parents', ['name'], postgresql_concurrently=True)\n",
            after="a1",
        )

        processes = [run.start("flask", "db", "upgrade") for _ in range(3)]
        outputs = [process.communicate()[0] for process in processes]

        assert [process.returncode for process in processes] == [0, 0, 0], outputs
        assert sum("Running upgrade  -> a1" in output for output in outputs) == 1
        assert sum("Running upgrade a1 -> b2" in output for output in outputs) == 1
