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


OTHER_LOGIN = """
class User(AccountMixin, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(20), unique=True)
    plan: Mapped[str] = mapped_column(String(10), default="free")


class SignUp(Schema):
    plan = fields.String(load_default="free")


class Shown(Schema):
    username = fields.String()
    plan = fields.String()


accounts = Accounts(User, log_in_with="username", registration=SignUp, log_in_fields=Shown,
                    routes=["register", "login", "logout", "me"])
app = start(accounts, AUTHORIZATION_SCHEME="Token")
client = app.test_client()
ada = {"email": "ada@example.com", "username": "Ada", "password": "correct horse battery", "plan": "gold"}
registered = client.post("/api/auth/register", json=ada)
again = client.post("/api/auth/register", json=ada | {"email": "other@example.com"})
by_email = client.post("/api/auth/login", json={"email": ada["email"], "password": ada["password"]})
wrong = client.post("/api/auth/login", json={"username": "Ada", "password": "guess"})
grant = client.post("/api/auth/login", json={"username": "Ada", "password": ada["password"]}).json["data"]
me = client.get("/api/auth/me", headers={"Authorization": f"Token {grant['token']}"})
bearer = client.get("/api/auth/me", headers={"Authorization": f"Bearer {grant['token']}"})
refresh = client.post("/api/auth/refresh", json={})
document = client.get("/api/v1/openapi.json").json
print(registered.status_code, again.status_code, again.json["message"])
print(by_email.status_code, wrong.json["message"])
print({name: grant[name] for name in sorted(grant) if "token" not in name}, grant["token_type"])
print(me.status_code, bearer.status_code, bearer.headers["WWW-Authenticate"], refresh.status_code)
parts = document["components"]
print(parts["securitySchemes"], sorted(parts["schemas"]["LoginInput"]["properties"]))
"""


def test_users_may_log_in_with_another_column(tmp_path):
    """Registration takes it and the fields of the project's schema; left out routes do not exist."""
    assert output_of(OTHER_LOGIN, f"sqlite:///{tmp_path / 'people.db'}").splitlines() == [
        "201 400 A user with this username already exists",
        "422 Wrong username or password",
        "{'expires_in': 900, 'plan': 'gold', 'username': 'Ada'} Token",
        "200 401 Token 404",
        "{'bearer': {'type': 'http', 'scheme': 'token'}} ['password', 'username']",
    ]
