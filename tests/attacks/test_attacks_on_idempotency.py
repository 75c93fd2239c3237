"""Attempts to misuse `Idempotency-Key`."""

import hashlib

import pytest
from flask import Flask
from marshmallow import fields
from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Problem, Schema
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import Identity, current_identity, set_authenticator
from beastmode.core.secret_responses import SecretResponses
from beastmode.core.steps import Stage, Step, add_step
from beastmode.db import Base
from beastmode.idempotency import idempotent
from beastmode.idempotency.models import IdempotentRequest
from beastmode.idempotency.steps import Idempotency


class Transfer(Base):
    __tablename__ = "attacked_transfers"

    id: Mapped[int] = mapped_column(primary_key=True)
    amount: Mapped[int]


class TransferIn(Schema):
    amount = fields.Integer(required=True)


def by_header(request):
    """Who calls; a banned caller is refused."""
    user = request.headers.get("X-User")
    if user == "banned":
        raise Problem(401, "Invalid token")
    return Identity("account", user) if user else None


class NotForGuests(Step):
    """Refuses guests, as a permission does."""

    def __call__(self, call, proceed):
        if current_identity().id == self.guest:
            raise Problem(403, "Forbidden")
        return proceed(call)

    guest = None


@pytest.fixture
def bank(tmp_path):
    transfers = Blueprint("transfers", version="v1", url_prefix="/transfers", defaults=[idempotent()])
    db = Database()

    @transfers.post(accepts=TransferIn, status=201)
    def transfer(new):
        """Transfer."""
        made = Transfer(**new)
        db.session.add(made)
        db.session.commit()
        return {"id": made.id, "of": str(current_identity().id)}

    @transfers.post("/public", accepts=TransferIn, public=True)
    def public_transfer(new):
        """Transfer without logging in."""
        db.session.add(Transfer(**new))
        db.session.commit()
        return {"secret": "of the first caller"}

    app = Flask("bank")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL", DATABASE_URL=f"sqlite:///{tmp_path / 'bank.db'}")
    api = Api("Bank")
    api.register(transfers)
    set_authenticator(app, by_header)
    add_step(app, Stage.PERMISSION, lambda *_: NotForGuests())
    Beastmode(app, database=db, api=api)
    with app.app_context():
        for model in (Transfer, IdempotentRequest):
            model.__table__.create(db.engine)
        app.count = lambda: db.session.scalar(select(func.count()).select_from(Transfer))
        yield app
    app.extensions["beastmode.database"].engines.dispose()


def send(app, amount=100, key="1", user="ada", path="", **options):
    headers = {"Idempotency-Key": key} | ({"X-User": user} if user else {})
    return app.test_client().post(f"/api/transfers{path}", json={"amount": amount}, headers=headers, **options)


def test_reading_the_response_of_somebody_else_with_their_key(bank):
    """A key that Eve guesses, or has seen, is her own key."""
    send(bank, user="ada")

    assert send(bank, user="eve").json["data"]["of"] == "eve"


def test_reading_the_response_of_a_stranger_on_a_public_route(bank):
    """Callers who are not logged in are told apart by network."""
    first = send(bank, user=None, path="/public", environ_base={"REMOTE_ADDR": "203.0.113.7"})
    other = send(bank, user=None, path="/public", environ_base={"REMOTE_ADDR": "198.51.100.1"})

    assert (first.status_code, "Idempotent-Replayed" in other.headers) == (200, False)


def test_blocking_the_key_of_somebody_else(bank):
    """Eve's request with Ada's key and another body does not refuse Ada's."""
    send(bank, amount=1, user="eve")

    assert send(bank, amount=100, user="ada").status_code == 201


def test_reading_a_stored_response_after_being_locked_out(bank):
    """Who has no token or no permission any more gets no stored response either."""
    send(bank, user="ada")
    locked_out = send(bank, user="banned")

    step = bank.view_functions["v1_transfers.transfer"].step(NotForGuests)
    step.guest = "ada"

    assert (locked_out.status_code, send(bank, user="ada").status_code) == (401, 403)


def test_changing_the_amount_under_a_key_that_was_accepted(bank):
    """The body is part of what the key stands for."""
    send(bank, amount=100)

    assert [send(bank, amount=amount).status_code for amount in (101, -100, 10**6)] == [422] * 3
    assert bank.count() == 1


@pytest.mark.parametrize(
    "key", ["'; DROP TABLE attacked_transfers; --", "a\tb", "k" * 10_000, "%00", "../../etc/passwd"]
)
def test_keys_that_are_meant_for_another_interpreter(bank, key):
    """A key is data: refused, or hashed."""
    answer = send(bank, key=key)

    assert answer.status_code in {201, 400, 431}
    assert bank.count() == (answer.status_code == 201)


def test_finding_keys_and_amounts_in_a_stolen_table(bank):
    """Hashes of keys and bodies are stored, with the caller in them, so that a key cannot be looked up by its hash."""
    send(bank, amount=987654, key="a-private-key")

    [row] = bank.extensions["beastmode.database"].database.execute(select(IdempotentRequest.__table__)).all()
    stored = " ".join(map(str, row))
    assert "987654" not in stored
    assert "a-private-key" not in stored
    assert hashlib.sha256(b"a-private-key").hexdigest() not in stored


def test_getting_tokens_stored_by_logging_in_with_a_key(client, factory, app):
    """The routes under /api/auth ignore keys: tokens are not stored."""
    factory.account("ada@example.com", "password-of-ada-1")
    credentials = {"email": "ada@example.com", "password": "password-of-ada-1"}

    answers = [client.post("/api/auth/login", json=credentials, headers={"Idempotency-Key": "1"}) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Idempotent-Replayed" not in answers[1].headers
    with app.app_context():
        assert app.extensions["beastmode.database"].database.execute(select(IdempotentRequest.id)).all() == []
    for endpoint in app.view_functions.values():
        if getattr(endpoint, "route", None) is not None and endpoint.route.blueprint == "auth":
            assert endpoint.step(Idempotency) is None


def test_declaring_a_login_idempotent_is_refused_at_startup():
    """A route whose responses contain secrets does not start with @idempotent."""
    logins = Blueprint("logins", version="v1", url_prefix="/logins", defaults=[SecretResponses()])

    @logins.post(public=True)
    @idempotent()
    def log_in():
        """Log in."""

    app = Flask("logins")
    app.config.update(ENVIRONMENT="testing", DATABASE_URL="sqlite://")
    api = Api("Logins")
    api.register(logins)

    with pytest.raises(ConfigurationError, match="its responses contain secrets, which @idempotent would store"):
        Beastmode(app, database=Database(), api=api)
