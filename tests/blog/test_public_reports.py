"""Faults that were reported of other projects, asked of this one; each test names the report.

Other reports have their tests where their part is tested: https://github.com/celery/celery/issues/1564 and
https://github.com/taranis-ai/taranis-ai/issues/381 in db/test_processes.py,
https://github.com/drizzle-team/drizzle-orm/issues/5782,
https://github.com/miguelgrinberg/Flask-Migrate/issues/311 and https://github.com/sqlalchemy/alembic/issues/633 in
db/test_migrations.py, https://github.com/psycopg/psycopg/issues/511 in faults/test_migration_under_load.py,
https://github.com/prometheus/client_python/issues/275 in observability/test_metrics.py,
https://github.com/vimalloc/flask-jwt-extended/issues/556 in test_forged_tokens.py.
"""

import json
from functools import partial
from urllib.parse import quote

import pytest
from flask import Flask
from marshmallow import fields
from serving import PASSWORD
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema, loading
from beastmode.api import Listing
from beastmode.db import transaction
from beastmode.db.session import installed_in
from servers import scratch_postgres

NUL_TEXTS = ["\0", "a\0b", "ada@example.com\0"]


def headers_of(person):
    return {"Authorization": f"Bearer {person.api.auth_token}", "Content-Type": "application/json"}


# https://github.com/marshmallow-code/webargs/issues/427


@pytest.mark.parametrize("raw", [b'{"title": "\xff"}', b"\xff\xfe{\x00}\x00", b'{"title": "caf\xe9", "body": "x"}'])
def test_a_body_that_is_no_utf8_is_told_where_it_breaks(client, ada, raw):
    answer = client.post("/api/v1/posts", data=raw, headers=headers_of(ada))

    assert answer.status_code == 400
    assert (
        "column" in answer.json["message"] or "position" in answer.json["message"] or "byte" in answer.json["message"]
    )


# https://github.com/indico/indico/issues/4159, https://github.com/Kinto/kinto/issues/1704


@pytest.mark.parametrize("text", NUL_TEXTS)
def test_a_nul_reaches_no_database(client, ada, text):
    headers = headers_of(ada)
    escaped = quote(text)
    login = {"email": text, "password": PASSWORD}
    asked = {
        "a field": client.post("/api/v1/posts", json={"title": text, "body": "x"}, headers=headers),
        "a log-in": client.post("/api/auth/login", json=login),
        "a password": client.post("/api/auth/login", json={"email": "ada@example.com", "password": text}),
        "a registration": client.post("/api/auth/register", json=login),
        "a refresh token": client.post("/api/auth/refresh", json={"refresh_token": text}),
        "a path": client.get(f"/api/v1/posts/{escaped}", headers=headers),
        "a cursor": client.get(f"/api/v2/users?cursor={escaped}", headers=headers),
        "a filter": client.get(f"/api/v1/posts?title={escaped}", headers=headers),
        "an order": client.get(f"/api/v2/users?sort={escaped}", headers=headers),
        "a name of a parameter": client.get(f"/api/v1/posts?{escaped}=1", headers=headers),
    }

    assert not {where: answer.text for where, answer in asked.items() if not 400 <= answer.status_code < 500}


# https://github.com/fastapi/fastapi/issues/459


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_what_is_no_number_is_no_json(client, ada, number):
    text = f'{{"title": "x", "body": "y", "user_id": {number}}}'

    answer = client.post("/api/v1/posts", data=text, headers=headers_of(ada))

    assert answer.status_code in (400, 422)


# https://github.com/marshmallow-code/marshmallow/pull/1177, https://github.com/marshmallow-code/marshmallow/issues/623


@pytest.mark.parametrize("number", ["1" + "0" * 400, "-" + "9" * 5000, "true", "1.0e308", "2.5"])
def test_what_no_column_holds_is_told_as_the_clients_mistake(client, ada, number):
    headers = headers_of(ada)

    answers = [
        client.post("/api/v1/posts", data=f'{{"title": {number}, "body": "x"}}', headers=headers),
        client.get(f"/api/v1/posts/{number}", headers=headers),
        client.get(f"/api/v1/posts?id={number}&per_page={number}", headers=headers),
    ]

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    assert answers[0].status_code in (400, 422)
    assert answers[1].status_code == 404


# https://github.com/encode/django-rest-framework/issues/7887, https://github.com/encode/django-rest-framework/pull/8912


class Base(DeclarativeBase):
    pass


class Sheet(Base):
    __tablename__ = "sheets"

    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int | None]
    label: Mapped[str | None] = mapped_column(String(9))


class SheetShown(Schema):
    id = fields.Int()


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def sheets(request, tmp_path_factory):
    """An application with a list whose orders meet equal values, and none at all."""
    if request.param == "sqlite":
        yield app_with_sheets(f"sqlite:///{tmp_path_factory.mktemp('sheets') / 'sheets.db'}")
        return
    with scratch_postgres() as url:
        yield app_with_sheets(url)


def app_with_sheets(url):
    db, api = Database(Base), Api("Sheets")
    blueprint, shown = Blueprint("sheets", version="v1", url_prefix="/sheets"), loading(SheetShown, Sheet)
    sorts = [Sheet.id, Sheet.rank, Sheet.label]
    blueprint.get(returns=SheetShown, public=True, listing=Listing(sorts=sorts))(lambda: shown)
    api.register(blueprint)
    app = Flask("sheets")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=url)
    app.add_url_rule("/broken", view_func=partial(break_off, db), endpoint="broken", methods=["GET", "POST"])
    Beastmode(app, database=db, api=api)
    with app.app_context():
        Base.metadata.create_all(db.engine)
        with transaction():
            for number in range(69):
                rank = None if number % 3 == 0 else number % 4
                db.session.add(Sheet(rank=rank, label=None if number % 5 == 0 else f"L{number % 2}"))
    return app


def break_off(db):
    """Reads, writes in a transaction, and fails before it is done."""
    db.session.get(Sheet, 1)
    with transaction():
        db.session.add(Sheet(rank=1))
        db.session.flush()
        raise ZeroDivisionError


@pytest.mark.parametrize("per_page", [1, 4, 10, 69])
@pytest.mark.parametrize("sort", ["rank", "-rank", "label", "-label", "rank,-label", "-label,rank", "-rank,label,-id"])
def test_no_row_is_lost_where_values_are_equal_or_missing(sheets, sort, per_page):
    client, found, cursor = sheets.test_client(), [], ""

    while cursor is not None:
        answer = client.get(f"/api/v1/sheets?sort={sort}&per_page={per_page}&cursor={cursor}")
        assert answer.status_code == 200, answer.text
        found += [item["id"] for item in answer.json["data"]["items"]]
        cursor = answer.json["data"]["pagination"]["next_cursor"]

    assert len(found) == len(set(found)) == 69


# https://github.com/pallets-eco/flask-sqlalchemy/issues/339


def test_requests_that_fail_give_their_connections_back(sheets):
    client = sheets.test_client()
    engines = installed_in(sheets).engines

    for number in range(60):
        ask = client.get if number % 2 else client.post
        with pytest.raises(ZeroDivisionError):
            ask("/broken")

    assert engines.reader.pool.checkedout() + engines.writer.pool.checkedout() == 0
    assert client.get("/api/v1/sheets?sort=rank&per_page=100").json["data"]["pagination"]["total"] == 69


def test_json_of_a_partial_body_has_a_name_of_its_own(client):
    # https://github.com/marshmallow-code/apispec/issues/475
    names = json.loads(client.get("/api/v1/openapi.json").data)["components"]["schemas"]

    assert [name for name in names if name[-1:].isdigit()] == []
