"""A project whose models change, migrated as a person would."""

import re
import sys
import types
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text

from beastmode.db import Database
from beastmode.db.install import install
from beastmode.db.migrations.autogenerate.expressions import words_of
from beastmode.db.settings import DatabaseSettings
from beastmode_tools.guard.revisions import prove
from beastmode_tools.project import find_project
from servers import scratch_postgres
from work_tree import WorkTree

HEAD = """
import enum
from datetime import datetime, date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

import beastmode
import beastmode.db
"""
APART = """

class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=beastmode.db.base.NAMING_CONVENTION)
    type_annotation_map = beastmode.db.Base.type_annotation_map
"""


def metadata_of(models):
    """The tables that a text of models declares, apart from all others."""
    module = types.ModuleType("models_of_a_test")
    sys.modules[module.__name__] = module
    exec(compile("from beastmode.db import base\n" + HEAD + APART + models, "models.py", "exec"), vars(module))
    return module.Base.metadata


APPLICATION = """

database = beastmode.Database(Base.metadata)


def create_app():
    from flask import Flask

    app = Flask(__name__)
    beastmode.Beastmode(app, database=database)
    return app
"""


class Project:
    """Migrations in a folder, and the database of a URL."""

    def __init__(self, folder, url):
        self.folder = Path(folder)
        self.folder.mkdir(exist_ok=True)
        self.url = url
        with self.app(""):
            flask_migrate.init()

    @classmethod
    def at(cls, folder, url):
        """A project that is there, on another database."""
        project = cls.__new__(cls)
        project.folder, project.url = Path(folder), url
        return project

    @contextmanager
    def app(self, models):
        """The application with these models."""
        app = Flask("shop")
        app.root_path = str(self.folder)
        database = Database(metadata_of(models))
        install(app, DatabaseSettings(environment="testing", database_url=self.url), database)
        try:
            with app.app_context():
                yield database
        finally:
            app.extensions["beastmode.database"].engines.dispose()

    def revisions(self):
        """The files, in the order in which they were written."""
        return sorted((self.folder / "migrations" / "versions").glob("*.py"), key=lambda file: file.stat().st_mtime_ns)

    def migrate(self, models):
        """What `flask db migrate` writes for these models: the texts of its revisions."""
        before = set(self.revisions())
        with self.app(models):
            flask_migrate.migrate(message="change")
        return [file.read_text() for file in self.revisions() if file not in before]

    def upgrade(self, models="", revision="head"):
        """`flask db upgrade`."""
        with self.app(models):
            flask_migrate.upgrade(revision=revision)

    def downgrade(self, models="", revision="-1"):
        """`flask db downgrade`."""
        with self.app(models):
            flask_migrate.downgrade(revision=revision)

    def made_of(self, models):
        """The schema that the models make without a migration; the database is empty before and afterwards."""
        with self.app(models) as database:
            database.metadata.create_all(database.engine)
        made = pieces(self.schema())
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
        return made

    @classmethod
    @contextmanager
    def scratch(cls, folder, kind):
        """A project on a database of its own, which is gone afterwards."""
        if kind == "sqlite":
            yield cls(folder, f"sqlite:///{Path(folder).absolute() / 'scratch.db'}")
        else:
            with scratch_postgres() as url:
                yield cls(folder, url)

    def migrated(self, models, *, is_last):
        """Writes revisions for the models and runs them; the ids of the last ones, which are to be proved."""
        if not models.strip() and not is_last:
            return []
        written = self.migrate(models)
        self.upgrade()
        ids = [re.search(r"^revision = '(\w+)'", text, re.MULTILINE)[1] for text in written]
        return ids if is_last else []

    def prove(self, models, revisions, kind):
        """What `beast prove` says of the revisions."""
        (self.folder / "shop.py").write_text(HEAD + APART + models + APPLICATION)
        (self.folder / "beastmode.toml").write_text('[guard.environment]\nENVIRONMENT = "development"\n')
        (self.folder / "scratch.db").unlink(missing_ok=True)
        WorkTree(self.folder).commit()
        return prove(find_project(self.folder, app="shop", python=Path(sys.executable)), revisions, on=[kind])

    def run(self, *statements):
        """SQL, each committed."""
        with self.app("") as database:
            return [database.execute(text(statement)) for statement in statements]

    def schema(self):
        """Everything that the database knows of the schema."""
        with self.app("") as database, database.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                rows = connection.execute(
                    text("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic_version%'")
                )
                return {name: " ".join((sql or "").replace(f'"{name}"', name, 1).split()) for name, sql in rows}
            return postgresql_schema(connection)


QUESTIONS = """
SELECT table_name, column_name, data_type, udt_name, character_maximum_length, is_nullable, column_default, is_identity,
    identity_generation, generation_expression
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2;
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2;
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1;
SELECT t.typname, array_agg(e.enumlabel ORDER BY e.enumsortorder)::text
    FROM pg_type t JOIN pg_enum e ON e.enumtypid = t.oid GROUP BY 1 ORDER BY 1;
SELECT sequencename, data_type, start_value, increment_by FROM pg_sequences ORDER BY 1;
SELECT c.relname, a.attname, d.description
    FROM pg_description d JOIN pg_class c ON c.oid = d.objoid
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.objsubid AND d.objsubid > 0
    WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""


def postgresql_schema(connection):
    """Tables, columns, defaults, constraints, indexes, enums, sequences and comments, in PostgreSQL's own words."""
    found = []
    for question in QUESTIONS.replace(":", "\\:").split(";"):
        found += [tuple(row) for row in connection.execute(text(question))]
    return [row for row in found if "alembic_version" not in str(row[0])]


def pieces(schema):
    """What can be compared of a schema: of SQLite's CREATE TABLE the columns and constraints, in any order."""
    if isinstance(schema, list):
        return sorted(map(str, schema))
    found = []
    for name, sql in schema.items():
        inside = re.match(r"CREATE TABLE \S+ \((.*)\)$", sql, re.DOTALL)
        found += [(name, part) for part in (parted(words_of(inside[1])) if inside else [words_of(sql)])]
    return sorted(map(str, found))


def parted(words):
    """Words between commas that stand in no parentheses."""
    parts, depth = [[]], 0
    for word in without_brackets(words):
        depth += (word == "(") - (word == ")")
        if word == "," and depth == 0:
            parts.append([])
        else:
            parts[-1].append(word)
    return [tuple(part) for part in parts]


def without_brackets(words):
    """DEFAULT (1) as DEFAULT 1: the oldest Alembic writes one, and the other when it copies the table."""
    found = []
    for word in words:
        found.append(word)
        if found[-4:-2] == ["default", "("] and word == ")":
            found[-3:] = [found[-2]]
    return found


def tables_of(models):
    """The tables that a text of models declares, once each."""
    return sorted(set(re.findall(r"__tablename__ = '(\w+)'", models)))
