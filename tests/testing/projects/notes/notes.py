"""A project as small as one with migrations can be."""

from flask import Flask
from marshmallow import fields
from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.db import Base

db = Database()


class Note(Base):
    __tablename__ = "notes"

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(80))


class NoteSchema(Schema):
    id = fields.Int(dump_only=True)
    title = fields.Str(required=True)


notes = Blueprint("notes", version="v1", url_prefix="/notes")
stored_notes = loading(NoteSchema, Note)


@notes.get(returns=NoteSchema, many=True, public=True)
def list_notes():
    return stored_notes


@notes.post(accepts=NoteSchema, returns=NoteSchema, status=201, public=True)
def write_note(new):
    return stored_notes.insert(**new)


api = Api("Notes")
api.register(notes)


def create_app(config=None):
    app = Flask(__name__)
    app.config.from_mapping(config or {})
    Beastmode(app, database=db, api=api)
    return app
