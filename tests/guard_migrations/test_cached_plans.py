"""Prepared statements of running processes: what PostgreSQL and psycopg do, and what the guard says of it."""

import pytest
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import NotSupportedError

from beastmode_tools.guard.migrations.compare.operations import AddColumn, AlterColumn, Column, DropColumn, Known, Place
from beastmode_tools.guard.migrations.compare.plans import plans_kept
from beastmode_tools.probes.messages.application import Application
from servers import scratch_postgres

NAMES = "SELECT id, name FROM users"
RETURNING = "INSERT INTO users (name) VALUES ('a') RETURNING id, name"
STAR = "SELECT * FROM users"
WIDER = "ALTER TABLE users ALTER COLUMN name TYPE varchar(100)"
COLLATED = 'ALTER TABLE users ALTER COLUMN name TYPE varchar(50) COLLATE "C"'
ADDED = "ALTER TABLE users ADD COLUMN nick text"
NOT_NULL = "ALTER TABLE users ALTER COLUMN name SET NOT NULL"
ONCE, ALWAYS, NEVER = (1, 0, 0), (1, 1, 1), (0, 0, 0)


@pytest.fixture(scope="module")
def database():
    with scratch_postgres() as url:
        yield make_url(url).set(drivername="postgresql+psycopg")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("asked", "options", "commits", "failed"),
    [
        ((NAMES, WIDER), {}, True, ONCE),
        ((NAMES, COLLATED), {}, True, ONCE),
        ((RETURNING, WIDER), {}, True, ONCE),
        ((STAR, ADDED), {}, True, ONCE),
        ((NAMES, WIDER), {"isolation_level": "AUTOCOMMIT"}, False, ALWAYS),
        ((STAR, ADDED), {"isolation_level": "AUTOCOMMIT"}, False, ALWAYS),
        ((NAMES, WIDER), {}, False, NEVER),
        ((NAMES, ADDED), {}, True, NEVER),
        ((NAMES, NOT_NULL), {}, True, NEVER),
        (("SELECT id FROM users", WIDER), {}, True, NEVER),
        ((NAMES, WIDER), {"connect_args": {"prepare_threshold": None}}, True, NEVER),
    ],
)
def test_what_a_running_process_meets_after_a_migration(database, asked, options, commits, failed):
    statement, migration = asked
    admin = create_engine(database, isolation_level="AUTOCOMMIT")
    process = create_engine(database, pool_size=1, max_overflow=0, **options)

    def request():
        with process.connect() as connection:
            connection.execute(text(statement)).fetchall()
            if commits:
                connection.commit()

    def fails():
        try:
            request()
        except NotSupportedError as error:
            assert "cached plan must not change result type" in str(error)  # noqa: PT017 - which one is the point
            return 1
        return 0

    with admin.connect() as connection:
        connection.execute(text("DROP TABLE IF EXISTS users"))
        connection.execute(text("CREATE TABLE users (id serial PRIMARY KEY, name varchar(50))"))
        for _ in range(8):
            request()
        connection.execute(text(migration))

        seen = tuple(fails() for _ in failed)

    process.dispose()
    admin.dispose()
    assert seen == failed


PLACE = Place("b2", "migrations/versions/b2.py", 9)
WIDENS = AlterColumn(place=PLACE, table="users", column="name", type_from="VARCHAR(50)", type_to="VARCHAR(100)")
ADDS = AddColumn(place=PLACE, table="users", column=Column("nick", "TEXT"))
PSYCOPG = {"psycopg": "3.3.9", "sqlalchemy": "2.1.9"}
STARS = {"app.py": 'USERS = "SELECT u.* FROM orders JOIN users u ON true"'}


def told(operations, packages=PSYCOPG, files=None, **of_app):
    app = Application(packages=packages, **of_app)
    return [
        (each.table, each.columns, each.is_star, each.for_ever) for each in plans_kept(operations, app, files or {})
    ]


def test_a_table_whose_statements_give_something_else_is_told_once():
    narrower = AlterColumn(place=PLACE, table="users", column="age", type_from="BIGINT", type_to="INTEGER")

    assert told([WIDENS, narrower, WIDENS]) == [("users", ("name", "age"), False, False)]


@pytest.mark.parametrize(
    "operation", [ADDS, DropColumn(place=PLACE, table="users", column="name")], ids=["added", "dropped"]
)
def test_columns_that_come_and_go_matter_where_all_are_asked_for(operation):
    assert told([operation]) == []
    assert [each[2] for each in told([operation], files=STARS)] == [True]
    assert told([operation], files={"app.py": 'ORDERS = "SELECT * FROM orders"'}) == []
    assert told([operation], files={"tests/test_app.py": 'ALL = "SELECT * FROM users"'}) == []


def test_connections_that_never_roll_back_fail_for_ever():
    files = {"store.py": 'engine = create_engine(url, isolation_level="AUTOCOMMIT")'}

    assert told([WIDENS], files=files) == [("users", ("name",), False, True)]


@pytest.mark.parametrize(
    ("packages", "files"),
    [
        ({"psycopg2-binary": "2.9", "sqlalchemy": "2.1.9"}, {}),
        (PSYCOPG | {"psycopg2": "2.9", "sqlalchemy": "2.0.40"}, {}),
        ({"sqlalchemy": "2.1.9"}, {}),
        (PSYCOPG, {"app.py": 'create_engine(url, connect_args={"prepare_threshold": None})'}),
        (PSYCOPG, {"config.py": "OPTIONS = dict(connect_args=dict(prepare_threshold=None))"}),
    ],
)
def test_where_nothing_is_prepared_nothing_is_told(packages, files):
    assert told([WIDENS], packages, files) == []


@pytest.mark.parametrize(
    "files", [{"config.py": 'URL = "postgresql+psycopg://db/shop"'}, {"a.py": "psycopg.connect(x)"}]
)
def test_of_two_drivers_the_one_that_is_named_counts(files):
    assert told([WIDENS], PSYCOPG | {"psycopg2": "2.9", "sqlalchemy": "2.0.40"}, files)


@pytest.mark.parametrize(
    "operation",
    [
        AlterColumn(place=PLACE, table="users", column="name", type_from="TEXT", type_to="TEXT"),
        AlterColumn(place=PLACE, table="users", column="name", nullable=False),
        AlterColumn(place=Place("b2", "b2.py", direction="downgrade"), table="users", column="name", type_to="TEXT"),
        AlterColumn(
            place=PLACE,
            table="users",
            column="name",
            type_from="VARCHAR(5)",
            type_to="TEXT",
            known=Known(new_table=True),
        ),
        AlterColumn(
            place=Place("b2", "b2.py", dialects=("sqlite",)),
            table="users",
            column="name",
            type_from="VARCHAR(5)",
            type_to="TEXT",
        ),
    ],
    ids=["the same type", "no type", "the way back", "a new table", "another database"],
)
def test_what_no_process_has_prepared_is_not_told(operation):
    assert told([operation]) == []


def test_beastmode_prepares_again_and_an_application_that_did_not_start_is_not_known():
    assert told([WIDENS], extensions=("beastmode.database",)) == []
    assert list(plans_kept([WIDENS], None, {})) == []
