"""Every database that a project asks for is a scratch one."""

import pytest
from sqlalchemy import make_url

from beastmode_tools.probe_process import read_message, run_probe
from beastmode_tools.probes.messages.application import Application
from servers import scratch_postgres

HEAD = "from flask import Flask\nfrom flask_sqlalchemy import SQLAlchemy\ndb = SQLAlchemy()\napp = Flask(__name__)\n"
MODEL = "class Thing(db.Model):\n    id = db.Column(db.Integer, primary_key=True)\n"
MIGRATES = (
    "from flask_migrate import Migrate, upgrade\nmigrate = Migrate(app, db)\nwith app.app_context():\n    upgrade()\n"
    "    app.config['COUNT'] = Thing.query.count()\n"
)


def uri(text):
    return f"app.config['SQLALCHEMY_DATABASE_URI'] = {text!r}\n"


def test_a_migration_at_boot_is_told_and_what_follows_finds_its_tables(boot):
    application = boot(HEAD + MODEL + uri("postgresql://u:p@production/shop") + "db.init_app(app)\n" + MIGRATES)

    assert [one.split(" ")[0] for one in application.boot_migrates] == ["flask_migrate.upgrade"]
    assert "app.py:" in application.boot_migrates[0]
    assert application.settings["COUNT"] == 0


def test_tables_made_at_boot_are_told_and_rows_put_in_stay_in_scratch(boot, tmp_path):
    seeds = "with app.app_context():\n    db.create_all()\n    db.session.add(Thing())\n    db.session.commit()\n"

    application = boot(HEAD + MODEL + uri("sqlite:///own.db") + "db.init_app(app)\n" + seeds)

    assert [one.split(" ")[0] for one in application.boot_migrates] == ["MetaData.create_all"]
    assert list(tmp_path.rglob("own.db")) == []


def test_the_default_database_is_the_scratch_one_and_binds_are_siblings(boot):
    binds = "app.config['SQLALCHEMY_BINDS'] = {'other': 'mysql://u:p@production/other'}\n"
    told = (
        "with app.app_context():\n    app.config['URLS'] = [str(db.engines[None].url), str(db.engines['other'].url)]\n"
    )

    application = boot(HEAD + uri("postgresql://u:p@production/shop") + binds + "db.init_app(app)\n" + told)

    assert application.settings["URLS"] == ["sqlite:///<scratch>/scratch.db", "sqlite:///<scratch>/scratch-1.db"]


def test_a_replica_of_the_same_database_is_the_same_scratch_database(boot):
    source = (
        "from flask import Flask\nfrom sqlalchemy import create_engine, engine_from_config\napp = Flask(__name__)\n"
        "one = create_engine('postgresql://u:p@writer/shop', pool_size=3, isolation_level='REPEATABLE READ')\n"
        "two = engine_from_config({'sqlalchemy.url': 'postgresql://u:p@reader/shop', 'sqlalchemy.pool_size': '2'})\n"
        "app.config['SAME'] = one.url == two.url\none.connect().close()\ntwo.connect().close()\n"
    )

    assert boot(source).settings["SAME"] is True


def test_an_asynchronous_engine_may_be_made_and_reaches_nothing_but_scratch(boot):
    source = """
import asyncio
from flask import Flask
from sqlalchemy.ext.asyncio import create_async_engine
app = Flask(__name__)
engine = create_async_engine("postgresql+psycopg://postgres@127.0.0.1:5432/postgres")

async def connect():
    async with engine.connect() as connection:
        return connection.dialect.name

try:
    app.config["REACHED"] = asyncio.run(connect())
except OSError as error:
    app.config["REACHED"] = str(error)
"""

    reached = boot(source).settings["REACHED"]

    assert reached == "sqlite" or "refused" in reached


@pytest.fixture
def postgresql():
    """An empty PostgreSQL database, as a URL."""
    with scratch_postgres() as url:
        yield make_url(url).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@pytest.mark.postgres
def test_a_scratch_database_on_postgresql_is_reached_and_no_other_one(side, project_of, postgresql):
    source = (
        HEAD + MODEL + uri("sqlite:///own.db") + "import psycopg\ndb.init_app(app)\nwith app.app_context():\n"
        "    app.config['WHERE'] = db.session.execute(db.text('select current_database()')).scalar()\n"
        "with psycopg.connect('host=127.0.0.1 dbname=postgres user=postgres') as raw:\n"
        "    app.config['RAW'] = raw.execute('select current_database()').fetchone()[0]\n"
        "import asyncio\nasync def later():\n"
        "    async with await psycopg.AsyncConnection.connect('dbname=postgres', sslmode='require') as raw:\n"
        "        return (await (await raw.execute('select current_database()')).fetchone())[0]\n"
        "app.config['LATER'] = asyncio.run(later())\n"
    )
    written = side({"app.py": source})

    application = read_message(
        Application,
        run_probe(written, "boot", {"app": None, "database_url": postgresql}, python=project_of(written).python),
    )

    name = make_url(postgresql).database
    assert [application.settings[key] for key in ("WHERE", "RAW", "LATER")] == [name] * 3


def test_what_a_driver_of_another_database_takes_does_not_reach_the_scratch_one(boot):
    options = (
        "app.config['SQLALCHEMY_ENGINE_OPTIONS'] = {'connect_args': {'options': '-c timezone=utc', 'timeout': 9}}\n"
    )
    address = "import os\napp.config['SQLALCHEMY_DATABASE_URI'] = os.environ['DATABASE_URL']\n"
    use = "db.init_app(app)\nwith app.app_context():\n    app.config['ONE'] = db.session.scalar(db.text('select 1'))\n"

    application = boot(HEAD + MODEL + address + options + use)

    assert application.settings["ONE"] == 1
