import json

import pytest


def test_doctor_finds_nothing_wrong_where_nothing_is(project):
    said = project.run("beastmode", "doctor")

    assert said.stdout == "No problems.\n"
    assert said.returncode == 0


def test_doctor_says_every_problem_of_an_application_that_refuses_to_start(project):
    said = project.run("beastmode", "doctor", ENVIRONMENT="production", SECRET_KEY="short", DEBUG="1", THREADS="many")

    assert said.returncode == 1
    assert "- SECRET_KEY has 5 bytes; production requires at least 32 random bytes" in said.stdout
    assert "- DEBUG is on; turn it off in production" in said.stdout
    assert "- THREADS is 'many'; expected a number from 1 to 256." in said.stdout
    assert said.stdout.endswith("3 problems.\n")
    assert "Traceback" not in said.stderr


def test_doctor_speaks_json_to_another_program(project):
    said = project.run("beastmode", "doctor", "--json", PORT="1", WORKERS="-1")

    assert json.loads(said.stdout)["problems"] == ["WORKERS is '-1'; expected a number from 0 to 1024."]
    assert said.returncode == 1


def test_doctor_looks_at_the_environment_where_there_is_no_application(project):
    (project.folder / "shop.py").unlink()
    del project.environment["FLASK_APP"]

    said = project.run("beastmode", "doctor", ENVIRONMENT="production")

    assert "- SECRET_KEY is not set" in said.stdout
    assert "- No application was found, so only the environment was checked" in said.stdout


def test_doctor_says_why_an_application_does_not_load(project):
    project.write("import nowhere_to_be_found")

    said = project.run("beastmode", "doctor")

    assert said.returncode == 1
    assert "nowhere_to_be_found" in said.stdout
    assert "Traceback" not in said.stdout.splitlines()[0]


def test_doctor_shows_no_secret_that_an_error_repeats(project):
    project.write(
        'import os\nraise ValueError(f\'cannot parse {os.environ["DATABASE_URL"]}, nor {os.environ["SHOP_TOKEN"]}\')'
    )

    said = project.run("beastmode", "doctor", DATABASE_URL="mysql://me:hunter2@host/shop", SHOP_TOKEN="swordfish")

    assert "cannot parse ********, nor ********" in said.stdout
    assert not {"hunter2", "swordfish"} & set((said.stdout + said.stderr).split())


def test_doctor_says_that_the_database_does_not_answer(project):
    project.write(
        """
        from flask import Flask
        from beastmode import Beastmode, Database

        db = Database()

        def create_app():
            app = Flask(__name__)
            Beastmode(app, database=db)
            return app
        """
    )

    said = project.run("beastmode", "doctor", DATABASE_URL="postgresql://nobody:hunter2@127.0.0.1:1/nothing")

    assert said.returncode == 1
    assert "- database: " in said.stdout
    assert "hunter2" not in said.stdout + said.stderr


WITH_MODELS = """
    from flask import Flask
    from beastmode import Beastmode, Database
    from beastmode.db import Base
    from sqlalchemy.orm import Mapped, mapped_column

    db = Database()

    class Book(Base):
        __tablename__ = "books"
        id: Mapped[int] = mapped_column(primary_key=True)

    def create_app():
        app = Flask(__name__)
        app.config.from_prefixed_env()
        Beastmode(app, database=db)
        return app
"""
WITH_LOADINGS = """
    from beastmode import Schema, loading
    from marshmallow import fields

    class BookShown(Schema):
        id = fields.Integer()

    class BookCalled(BookShown):
        name = fields.Function(lambda book: f"book {book.id}")

    books = loading(BookShown, Book)
    few = books.where(Book.id < 10)
    called = loading(BookCalled, Book)
"""
QUERIES = """\
loading                                   reads     inserts  updates  deletes
BookCalled of Book                        entities  rows     rows     rows
BookShown of Book                         rows      rows     rows     rows
BookShown of Book where books.id < :id_1  rows      rows     rows     rows
BookCalled of Book: BookCalled.name is a Function, which may read the whole entity
"""
STRONG = {"SECRET_KEY": "u7Yq2nPz0LwX5vRk8TgB3mJc6HdS9aEf"}


def test_doctor_says_that_models_have_no_migrations(project):
    project.write(WITH_MODELS)

    said = project.run("beastmode", "doctor", DATABASE_URL="sqlite:///shop.db")

    assert said.returncode == 1
    assert "- There are models (books) but no migrations in " in said.stdout
    assert "run `flask db init`, `flask db migrate` and `flask db upgrade`" in said.stdout


def test_doctor_finds_nothing_once_there_are_migrations(project):
    project.write(WITH_MODELS)
    for words in (("init",), ("migrate", "-m", "books"), ("upgrade",)):
        assert project.run("db", *words, DATABASE_URL="sqlite:///shop.db").returncode == 0

    said = project.run("beastmode", "doctor", DATABASE_URL="sqlite:///shop.db")

    assert said.stdout == "No problems.\n"


def test_doctor_says_that_production_is_kept_in_a_file_that_nobody_chose(project):
    project.write(WITH_MODELS)

    by_default = project.run("beastmode", "doctor", ENVIRONMENT="production", **STRONG)
    by_choice = project.run(
        "beastmode", "doctor", ENVIRONMENT="production", DATABASE_URL="sqlite:///chosen.db", **STRONG
    )
    at_the_desk = project.run("beastmode", "doctor", ENVIRONMENT="development")

    assert "- DATABASE_URL is not set, so production stores its data in sqlite:///app.db" in by_default.stdout
    assert "DATABASE_URL is not set" not in by_choice.stdout + at_the_desk.stdout


def test_doctor_says_that_everybody_may_read_the_database(project):
    project.write(WITH_MODELS)
    (project.folder / "shop.db").touch()
    (project.folder / "shop.db").chmod(0o644)

    said = project.run("beastmode", "doctor", DATABASE_URL="sqlite:///shop.db")

    assert "- Every user of this machine can read shop.db; run `chmod 600 shop.db*`." in said.stdout


@pytest.mark.parametrize("words", [("db", "upgrade"), ("db", "init"), ("beastmode", "settings"), ("run",), ("routes",)])
def test_missing_settings_are_told_in_one_line_by_any_command(project, words):
    project.write(WITH_MODELS)

    said = project.run(*words, ENVIRONMENT="")

    assert said.returncode == 1
    assert said.stderr.startswith("Error: ENVIRONMENT is not set, so the environment is production")
    assert said.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["SQLALCHEMY_DATABASE_URI", "FLASK_SQLALCHEMY_DATABASE_URI"])
def test_the_address_under_flask_sqlalchemys_name_is_refused_by_name(project, name):
    project.write(WITH_MODELS)

    alone = project.run("beastmode", "settings", **{name: "postgresql://me:hunter2@host/shop"})
    both = project.run("beastmode", "settings", **{name: "sqlite:///site.db"}, DATABASE_URL="sqlite:///shop.db")

    assert alone.returncode == 1
    assert "SQLALCHEMY_DATABASE_URI is a setting of Flask-SQLAlchemy" in alone.stderr
    assert "hunter2" not in alone.stderr
    assert both.returncode == 0


def test_doctor_says_which_way_each_loading_takes(project):
    """The reason stands below the table, for those that load entities."""
    project.write(WITH_MODELS + WITH_LOADINGS)

    said = project.run("beastmode", "doctor", "--queries", DATABASE_URL="sqlite:///shop.db")

    assert said.stdout == QUERIES


def test_doctor_says_which_way_each_loading_takes_to_another_program(project):
    """In JSON, with the same words."""
    project.write(WITH_MODELS + WITH_LOADINGS)

    said = project.run("beastmode", "doctor", "--queries", "--json", DATABASE_URL="sqlite:///shop.db")

    assert json.loads(said.stdout)["loadings"][0] == {
        "loading": "BookCalled of Book",
        "read": "entities",
        "insert": "rows",
        "update": "rows",
        "delete": "rows",
        "reason": "BookCalled.name is a Function, which may read the whole entity",
    }
