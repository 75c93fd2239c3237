"""Migrations up and down on both databases (docs/why/from-the-prompt.md)."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select

from beastmode.testing import Factory
from blog import create_app
from blog.models import Comment, Post, User, db
from servers import scratch_postgres

EXAMPLE = Path(__file__).parents[2] / "examples" / "blog" / "migrations"
LAST = max(EXAMPLE.glob("versions/[0-9]*.py")).name[:4]
ADD_COLUMN = f"""
import sqlalchemy as sa
from alembic import op

revision = "profile_data"
down_revision = "{LAST}"


def upgrade():
    op.add_column("users", sa.Column("profile_data", sa.JSON(), nullable=True))


def downgrade():
    with op.batch_alter_table("users") as users:
        users.drop_column("profile_data")
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def blog(request, tmp_path):
    """The blog on a database that has nothing yet, its app context open."""
    if request.param == "sqlite":
        yield from opened(f"sqlite:///{tmp_path / 'blog.db'}")
    else:
        with scratch_postgres() as url:
            yield from opened(url)


def opened(url):
    app = create_app({"ENVIRONMENT": "testing", "DATABASE_URL": url})
    with app.app_context():
        yield app
    app.extensions["beastmode.database"].engines.dispose()


def columns():
    return {column["name"] for column in inspect(db.engine).get_columns("users")}


def tables():
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def rows():
    with db.engine.connect() as connection:
        return [connection.scalar(select(func.count()).select_from(model)) for model in (User, Post, Comment)]


def test_a_column_is_there_after_its_migration_and_gone_after_its_rollback(blog, tmp_path):
    migrations = tmp_path / "migrations"
    shutil.copytree(EXAMPLE, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    (migrations / "versions" / "profile_data.py").write_text(ADD_COLUMN, encoding="utf-8")

    upgrade(migrations)
    after_upgrade = columns()
    downgrade(migrations)

    assert "profile_data" in after_upgrade
    assert "profile_data" not in columns()
    assert "email" in columns()


def test_a_column_comes_and_goes_without_a_row_being_lost(blog, tmp_path):
    migrations = tmp_path / "migrations"
    shutil.copytree(EXAMPLE, migrations, ignore=shutil.ignore_patterns("__pycache__"))
    upgrade(migrations)
    Factory(blog)(Comment)
    before = rows()
    (migrations / "versions" / "profile_data.py").write_text(ADD_COLUMN, encoding="utf-8")

    upgrade(migrations)
    downgrade(migrations)

    assert rows() == before == [2, 1, 1]


def test_the_migrations_of_the_example_make_what_its_models_say(blog):
    """In a process of its own: tests of other features add their tables to the models' metadata in this one."""
    upgrade()
    place = {"ENVIRONMENT": "testing", "DATABASE_URL": blog.config["DATABASE_URL"], "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "blog", "db", "check"],
        cwd=EXAMPLE.parent,
        env=place,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_migrations_of_the_example_go_back_to_nothing_and_come_again(blog):
    upgrade()
    made = tables()

    downgrade(revision="base")
    left = tables()
    upgrade()

    assert made >= {
        "users",
        "profiles",
        "posts",
        "comments",
        "credentials",
        "sessions",
        "login_attempts",
        "account_roles",
    }
    assert left == set()
    assert tables() == made


def test_the_tables_of_sign_in_come_and_go_beside_the_rows_of_the_project(blog):
    upgrade()
    factory = Factory(blog)
    factory.account("ada@example.com")
    factory(Comment)
    before = rows()

    downgrade(revision="0002")
    without = tables()
    upgrade()

    assert without == {"users", "profiles", "posts", "comments"}
    assert rows() == before == [3, 1, 1]


def delete_person(person_id):
    with db.engine.begin() as connection:
        connection.execute(User.__table__.delete().where(User.__table__.c.id == person_id))


def new_person(email):
    with db.engine.begin() as connection:
        made = connection.execute(User.__table__.insert().values(email=email, name="somebody"))
    return made.inserted_primary_key[0]


def test_people_who_were_there_before_ids_were_kept_apart_stay_who_they_are(blog):
    upgrade(revision="0003")
    factory = Factory(blog)
    factory.account("ada@example.com")
    factory(Comment)
    before = rows()
    last = new_person("last@example.com")

    upgrade()
    delete_person(last)

    assert rows() == before
    assert new_person("next@example.com") > last


def test_a_later_batch_migration_keeps_the_ids_of_people_apart(blog, tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(EXAMPLE, folder)
    (folder / "versions" / "profile_data.py").write_text(ADD_COLUMN)
    upgrade(str(folder))
    downgrade(str(folder))
    last = new_person("last@example.com")
    delete_person(last)

    assert new_person("next@example.com") > last
