"""What a migration was seen to do is judged by the rules for what stands in its source, whoever wrote it how."""

import sys
from pathlib import Path

import pytest

from beastmode_tools.guard.check import check
from beastmode_tools.guard.read import Question
from beastmode_tools.project import find_project
from servers import postgres_server
from work_tree import WorkTree

ENV = """
from alembic import context
from sqlalchemy import create_engine

with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "a1"
down_revision = None


def upgrade():
    for name in ("archive", "posts", "users"):
        op.create_table(
            name,
            sa.Column("id", sa.Integer(), primary_key=True),
            sa.Column("nick", sa.String(50)),
            sa.Column("title", sa.String(50)),
            sa.Column("note", sa.String(50)),
            sa.Column("state", sa.String(20), nullable=False),
        )


def downgrade():
    for name in ("archive", "posts", "users"):
        op.drop_table(name)
"""
NEXT = """
import sqlalchemy as sa
from alembic import op

import steps

revision = "{name}"
down_revision = "{parent}"
FOLDER = steps.__name__


def upgrade():
{up}


def downgrade():
{down}
"""
STEPS = """
import sqlalchemy as sa
from alembic import op


def own_tables():
    return [name for name in sorted(sa.inspect(op.get_bind()).get_table_names()) if name != "alembic_version"]


def drop_everywhere(column):
    for table in own_tables():
        op.drop_column(table, column)
"""
NOTHING = "    pass"
PAIRS = {
    "a loop over what an inspector says": (
        """
    for table in sorted(sa.inspect(op.get_bind()).get_table_names()):
        if table != "alembic_version":
            op.drop_column(table, "nick")
""",
        """
    op.drop_column("archive", "nick")
    op.drop_column("posts", "nick")
    op.drop_column("users", "nick")
""",
    ),
    "a helper in another module": (
        """
    steps.drop_everywhere("title")
""",
        """
    op.drop_column("archive", "title")
    op.drop_column("posts", "title")
    op.drop_column("users", "title")
""",
    ),
    "SQL with a name that only a run knows": (
        """
    for table in steps.own_tables()[1:]:
        op.get_bind().execute(sa.text(f"ALTER TABLE {table} RENAME COLUMN note TO remark"))
""",
        """
    op.get_bind().execute(sa.text("ALTER TABLE posts RENAME COLUMN note TO remark"))
    op.get_bind().execute(sa.text("ALTER TABLE users RENAME COLUMN note TO remark"))
""",
    ),
    "rows of a table that only a run knows": (
        """
    op.execute(
        f"DELETE FROM {steps.own_tables()[1]}"
    )
""",
        """
    op.execute("DELETE FROM posts")
""",
    ),
    "columns that are added everywhere": (
        """
    for table in steps.own_tables()[1:]:
        op.add_column(table, sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
        op.create_index(f"ix_{table}_size", table, ["size"])
""",
        """
    op.add_column("posts", sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_posts_size", "posts", ["size"])
    op.add_column("users", sa.Column("size", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_users_size", "users", ["size"])
""",
    ),
    "a table that is found by its place": (
        """
    op.drop_table(steps.own_tables()[0])
""",
        """
    op.drop_table("archive")
""",
    ),
    "a batch on every table": (
        """
    for table in steps.own_tables():
        with op.batch_alter_table(table) as batch:
            batch.alter_column("state", existing_type=sa.String(20), type_=sa.String(40))
""",
        """
    with op.batch_alter_table("posts") as batch:
        batch.alter_column("state", existing_type=sa.String(20), type_=sa.String(40))
    with op.batch_alter_table("users") as batch:
        batch.alter_column("state", existing_type=sa.String(20), type_=sa.String(40))
""",
    ),
    "an index by what an inspector says": (
        """
    for index in sa.inspect(op.get_bind()).get_indexes("users"):
        op.drop_index(index["name"], "users")
""",
        """
    op.drop_index("ix_users_size", "users")
""",
    ),
    "a statement that is built": (
        """
    op.execute(sa.table(steps.own_tables()[0]).delete())
""",
        """
    op.execute(sa.table("posts").delete())
""",
    ),
    "SQL from a file": (
        """
    op.execute(open(steps.__file__.replace("steps.py", "change.sql")).read())
""",
        """
    op.execute("UPDATE users SET state = 'new'")
""",
    ),
}
ADDED = list(PAIRS).index("columns that are added everywhere")
BACK = """
    op.add_column("posts", sa.Column("more", sa.Integer()))
    op.add_column("users", sa.Column("more", sa.Integer()))
"""
BACKS = ('    op.drop_column(steps.own_tables()[-1], "more")', '    op.drop_column("users", "more")')
ELSEWHERE = """
    if op.get_bind().dialect.name == "mysql":
        op.add_column("users", sa.Column("other", sa.Integer()))
        op.execute(open("other.sql").read())
"""
ON_POSTGRESQL = """
    for table in steps.own_tables():
        if op.get_bind().dialect.name == "postgresql":
            op.execute(f"ALTER TABLE {table} ADD CONSTRAINT ck_{table} CHECK (id > 0)")
"""


def checked(folder, migrations, **question):
    """What a check of new revisions finds, by revision; each of them is its upgrade and its downgrade."""
    work = WorkTree(folder)
    work.commit(
        {
            "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
            "steps.py": STEPS,
            "change.sql": "UPDATE users SET state = 'new'",
            "migrations/env.py": ENV,
            "migrations/versions/a1.py": FIRST,
        }
    )
    parent = "a1"
    for number, (up, down) in enumerate(migrations):
        name = f"b{number}"
        text = NEXT.format(name=name, parent=parent, up=up, down=down)
        work.write({f"migrations/versions/{name}.py": text})
        parent = name
    project = find_project(folder, python=Path(sys.executable))
    found = check(Question(project, base="HEAD", **question), lambda _: None).findings
    return [[each for each in found if f"/b{number}.py" in each.where] for number in range(len(migrations))]


def history(side):
    """All pairs as one history, whose names are hidden or plain."""
    ups = [(pair[side], NOTHING) for pair in PAIRS.values()]
    return [*ups, (BACK, BACKS[side]), (ELSEWHERE, NOTHING)]


@pytest.fixture(scope="module")
def hidden(tmp_path_factory):
    """What is found where only a run knows the names."""
    return checked(tmp_path_factory.mktemp("hidden") / "project", history(0), on=("sqlite",))


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """What is found where the names are spelled."""
    return checked(tmp_path_factory.mktemp("plain") / "project", history(1), on=("sqlite",))


def told(found):
    """Rule, verdict, words and what it is about, of each finding that a reader of the report tells apart."""
    return sorted((each.rule, each.verdict.name, each.subject, each.problem) for each in found)


@pytest.mark.parametrize("number", range(len(PAIRS)), ids=PAIRS)
def test_a_name_that_only_a_run_knows_is_judged_like_one_that_is_spelled(hidden, plain, number):
    """The same findings, word for word, and none that says that something could not be read."""
    assert told(hidden[number]) == told(plain[number])
    assert not any("readable" in each.rule for each in hidden[number])


def test_what_was_read_and_ran_is_one_finding_and_proved(plain):
    """One column is one finding, whose evidence is that it ran."""
    found = [each for each in plain[ADDED] if each.subject == "add_column users.size"]

    assert [(each.rule, each.evidence.kind) for each in found] == [("harmless-operation", "proved")]
    assert found[0].evidence.detail == "add_column users.size, seen to run on SQLite"


def test_a_downgrade_that_only_a_run_shows_is_judged_too(hidden, plain):
    """What it leaves is found as if it were spelled."""
    seen, read = hidden[len(PAIRS)], plain[len(PAIRS)]

    assert told(seen) == told(read)
    assert "downgrade-incomplete" in {each.rule for each in seen}


def test_what_did_not_run_is_judged_by_its_source(hidden):
    """A branch for another database is read, and what cannot be read there is said to be so."""
    found = {each.rule: each.evidence.kind for each in hidden[-1]}

    assert found["harmless-operation"] == "read"
    assert found["operation-not-readable"] == "read"
    assert "operation-not-run" in found


def test_without_proofs_the_source_is_all_there_is(tmp_path):
    """What could not be read is said to be so."""
    [found] = checked(tmp_path / "project", [(PAIRS["SQL from a file"][0], NOTHING)], proofs=False)

    assert "operation-not-readable" in {each.rule for each in found}
    assert {each.evidence.kind for each in found} == {"read"}


@pytest.mark.postgres
def test_what_ran_on_one_database_only_is_said_to(tmp_path):
    """A statement that PostgreSQL alone ran is judged for PostgreSQL."""
    [found] = checked(tmp_path / "project", [(ON_POSTGRESQL, NOTHING)], shadow_url=postgres_server())
    checks = [each for each in found if each.rule == "check-constraint-added"]

    assert [each.evidence.kind for each in checks] == ["proved", "proved", "proved"]
    assert all("only on postgresql" in each.evidence.detail for each in checks)
