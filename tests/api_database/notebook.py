"""A small API with a database to test with, apart from every other model; each test declares its own views."""

from flask import Flask
from marshmallow import fields
from sqlalchemy import MetaData, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.db import Base
from beastmode.db.base import NAMING_CONVENTION


class Paper(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Note(Paper):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    stars: Mapped[int] = mapped_column(default=0)


class NoteSchema(Schema):
    id = fields.Int(dump_only=True)
    text = fields.Str(required=True)
    stars = fields.Int(load_default=0)


class Tagged(Schema):
    text = fields.Str(required=True)
    tags = fields.List(fields.Str(), load_default=list)


database = Database(Paper.metadata)
notes = loading(NoteSchema, Note)


def notebook(declare, url, *, public=True, **config):
    """An application whose API has what `declare` puts on its blueprint, and one note, "first"."""
    blueprint = Blueprint("notes", version="v1", url_prefix="/notes")
    declare(blueprint)
    api = Api("Notebook")
    api.register(blueprint)
    app = Flask("notebook")
    app.config.from_mapping({"ENVIRONMENT": "testing", "DATABASE_URL": url, "PROPAGATE_EXCEPTIONS": False} | config)
    Beastmode(app, database=database, api=api)
    with app.app_context():
        Paper.metadata.create_all(database.engine)
        database.execute(insert(Note).values(id=1, text="first"))
        if database.engine.dialect.name == "postgresql":
            database.execute(text("SELECT setval('notes_id_seq', 1)"))
    return app


def texts(app):
    with app.app_context():
        return database.execute(select(Note.text).order_by(Note.id)).scalars().all()


def give_up():
    """Have PostgreSQL give the transaction up, as it does for another one."""
    database.execute(text("DO $$ BEGIN RAISE EXCEPTION USING errcode = '40001'; END $$"))
