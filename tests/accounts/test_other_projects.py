"""Accounts of projects whose users differ from the example's; each in a process of its own, as `users` is one table."""

import subprocess
import sys

import pytest

from servers import scratch_postgres

HEAD = """
import sys, uuid
from flask import Flask
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column
from marshmallow import fields
from beastmode import Accounts, Api, Beastmode, Blueprint, Database, Problem, Schema, loading
from beastmode.accounts import AccountMixin
from beastmode.core.identity import current_identity
from beastmode.db import Base

db = Database()
api = Api("Notes")


def start(accounts, **config):
    app = Flask("notes")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=sys.argv[1], LOG_LEVEL="ERROR", **config)
    Beastmode(app, database=db, api=api, accounts=accounts)
    with app.app_context():
        Base.metadata.create_all(db.engine)
    return app


def bearer(grant):
    return {"Authorization": f"Bearer {grant['token']}"}
"""

KEYED = """
KIND = {"uuid": uuid.UUID, "text": str}[sys.argv[2]]


class User(AccountMixin, Base):
    __tablename__ = "users"
    id: Mapped[KIND] = mapped_column(*([String(36)] if KIND is str else []), primary_key=True,
                                     default=lambda: KIND(str(uuid.uuid4())))


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    owner: Mapped[KIND] = mapped_column(ForeignKey("users.id"))
    text: Mapped[str] = mapped_column(String(20))


class NoteSchema(Schema):
    id = fields.Int(dump_only=True)
    owner = fields.String(dump_only=True)
    text = fields.String()


notes = Blueprint("notes", version="v1", url_prefix="/notes")
all_notes = loading(NoteSchema, Note).owned_by(Note.owner)


@notes.post(accepts=NoteSchema, returns=NoteSchema, status=201)
def add(new):
    return all_notes.insert(owner=current_identity().id, **new)


@notes.patch("/<int:note_id>", accepts=NoteSchema, returns=NoteSchema, errors=(403,))
def change(new, note_id):
    return all_notes.update(note_id, new)


api.register(notes)
app = start(Accounts(User))
client = app.test_client()
ada = {"email": "ada@example.com", "password": "correct horse battery"}
eve = ada | {"email": "eve@example.com"}
ids = [client.post("/api/auth/register", json=who).json["data"]["id"] for who in (ada, eve)]
grants = [client.post("/api/auth/login", json=who).json["data"] for who in (ada, eve)]
note = client.post("/api/notes", json={"text": "mine"}, headers=bearer(grants[0])).json["data"]
changed = [client.patch("/api/notes/1", json={"text": "new"}, headers=bearer(grant)).status_code for grant in grants]
again = client.post("/api/auth/refresh", json={"refresh_token": grants[0]["refresh_token"]}).json["data"]
me = client.get("/api/auth/me", headers=bearer(again)).json["data"]
client.post("/api/auth/logout", headers=bearer(again))
gone = client.patch("/api/notes/1", json={"text": "late"}, headers=bearer(again)).status_code
print(note["owner"] == ids[0] == me["id"] and len(ids[0]) == 36, changed, gone)
"""


def output_of(script, *arguments):
    """What a script prints, with the shared beginning in front of it."""
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", HEAD + script, *arguments], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    """An empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'people.db'}"
    else:
        with scratch_postgres() as address:
            yield address


@pytest.mark.parametrize("kind", ["uuid", "text"])
def test_users_may_have_ids_of_other_types(url, kind):
    """Tokens, sessions and ownership work with UUIDs and strings as with integers, on both databases."""
    assert output_of(KEYED, url, kind) == "True [200, 403] 401"
