"""A project whose models change, migrated as a person would."""

import sys
import types
from contextlib import contextmanager
from pathlib import Path

import flask_migrate
from flask import Flask
from sqlalchemy import text

from beastmode.core.settings import Settings
from beastmode.db import Database
from beastmode.db.install import install

HEAD = """
import enum
from datetime import datetime, date
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import *
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

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


class Project:
    """Migrations in a folder, and the database of a URL."""

    def __init__(self, folder, url):
        self.folder = Path(folder)
        self.url = url
        with self.app(""):
            flask_migrate.init()

    @contextmanager
    def app(self, models):
        """The application with these models."""
        app = Flask("shop")
        app.root_path = str(self.folder)
        database = Database(metadata_of(models))
        install(app, Settings(environment="testing", database_url=self.url), database)
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
