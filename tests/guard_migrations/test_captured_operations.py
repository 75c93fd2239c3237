from both_ways import differences

from beastmode_tools.guard.migrations.compare import operations as ops
from beastmode_tools.guard.migrations.compare.changes import SeenOnlyInSource, SeenOnlyWhenRun
from beastmode_tools.guard.migrations.compare.sql import operations_of_sql

PLACE = ops.Place(revision="0002", path="migrations/versions/0002.py", line=7)
BATCH = (
    "CREATE TABLE _alembic_tmp_users (id INTEGER, title VARCHAR(20))",
    "INSERT INTO _alembic_tmp_users (id, title) SELECT users.id, users.name FROM users",
    "DROP TABLE users",
    "ALTER TABLE _alembic_tmp_users RENAME TO users",
    "CREATE INDEX ix_users_title ON users (title)",
)


def ran(*statements):
    return [op for sql in statements for op in operations_of_sql(sql, PLACE, "sqlite")]


def renamed():
    return ops.AlterColumn(place=PLACE, table="users", column="name", new_name="title")


def test_the_steps_of_a_batch_are_no_operations_of_their_own():
    told = list(differences([renamed()], [renamed(), *ran(*BATCH)], "sqlite"))

    assert told == []


def test_a_drop_that_no_batch_explains_is_told():
    told = list(differences([renamed()], [renamed(), *ran("DROP TABLE posts", *BATCH)], "sqlite"))

    assert [(type(one), one.operation) for one in told] == [
        (SeenOnlyWhenRun, ops.DropTable(place=PLACE, table="posts"))
    ]


def test_postgresql_renames_a_column_without_saying_column():
    seen = ran("ALTER TABLE users RENAME name TO title")

    assert seen == [renamed()]
    assert list(differences([renamed()], seen, "postgresql")) == []


def test_what_the_source_says_and_did_not_run_is_told():
    told = list(differences([renamed(), *ran("DROP TABLE posts")], [renamed()], "sqlite"))

    assert [type(one) for one in told] == [SeenOnlyInSource]
