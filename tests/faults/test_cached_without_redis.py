"""A Redis that is killed or frozen while cached routes are called and rows change: no error, and nothing old."""

from threading import Event, Thread

import pytest
from flask import Flask
from marshmallow import fields
from running import until
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Blueprint, Database, Schema
from beastmode.cache import Cache, cached_response, redis_store
from beastmode.db import Base
from beastmode.query import loading
from brokers import own_broker


class Wire(Base):
    __abstract__ = True
    metadata = MetaData()


class Bulletin(Wire):
    __tablename__ = "bulletins"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int]


class BulletinShown(Schema):
    id = fields.Integer()
    number = fields.Integer()


wire = Database(Wire.metadata)
bulletins = loading(BulletinShown, Bulletin)


@pytest.fixture
def server(tmp_path):
    with own_broker("redis", tmp_path) as server:
        yield server


@pytest.fixture
def agency(server, tmp_path, monkeypatch):
    """An agency with one bulletin, which everyone reads from the cache."""
    monkeypatch.setattr(redis_store, "_PAUSE", 0.1)
    monkeypatch.setattr(redis_store, "_TIMEOUT", 0.05)
    news = Blueprint("news", version="v1", url_prefix="/news")

    @news.get(public=True, returns=BulletinShown)
    @cached_response(3600, public=True, tags=[Bulletin])
    def latest():
        """Get the bulletin."""
        return bulletins.get(1)

    app = Flask("agency")
    app.config.update(
        ENVIRONMENT="testing",
        LOG_LEVEL="CRITICAL",
        DATABASE_URL=f"sqlite:///{tmp_path / 'agency.db'}",
        CACHE_TYPE="redis",
        REDIS_URL=server.url,
    )
    api = Api("Agency")
    api.register(news)
    Beastmode(app, database=wire, api=api, cache=Cache())
    with app.app_context():
        Wire.metadata.create_all(wire.engine)
        bulletins.insert(number=0)
    return app


class Readers:
    """Three threads that read until they are told to stop.

    Attributes:
        failures: Every response that was not 200, or older than what had been committed before the request.
        answered: How many responses there were.
    """

    def __init__(self, app, committed):
        self.failures = []
        self.answered = 0
        self._app = app
        self._committed = committed
        self._stop = Event()
        self._threads = [Thread(target=self._read) for _ in range(3)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _read(self):
        client = self._app.test_client()
        while not self._stop.is_set():
            known = self._committed[-1]
            answer = client.get("/api/v1/news")
            if answer.status_code != 200 or answer.json["data"]["number"] < known:
                self.failures.append((known, answer.status_code, answer.text))
            self.answered += 1


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_no_request_fails_and_none_returns_what_was_changed_before_it(server, agency, fault):
    """Whatever happens to Redis, a committed change is seen by every later request of this process."""
    away, back = {"killed": (server.kill, server.start), "frozen": (server.freeze, server.thaw)}[fault]
    committed = [0]

    def change(times):
        with agency.app_context():
            for _ in range(times):
                bulletins.update(1, {"number": committed[-1] + 1})
                committed.append(committed[-1] + 1)

    with Readers(agency, committed) as readers:
        until(lambda: readers.answered > 100)
        change(20)
        away()
        change(20)
        before = readers.answered
        until(lambda: readers.answered > before + 100)
        back()
        change(20)
        before = readers.answered
        until(lambda: readers.answered > before + 100)

    assert readers.failures == []
    statuses = {agency.test_client().get("/api/v1/news").headers["Cache-Status"] for _ in range(5)}
    assert "beastmode; hit" in statuses
