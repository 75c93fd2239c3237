"""A Redis server that is killed, frozen and started again, while a limited route is called from many threads."""

from threading import Event, Thread

import pytest
import redis
from flask import Flask
from running import until

from beastmode import Api, Beastmode, Blueprint
from beastmode.limits import budgets, rate_limit
from brokers import own_broker

LIMIT = 1_000_000


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with own_broker("redis", tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture
def limited(server, monkeypatch):
    """A route whose every request is told to Redis; a Redis that failed is tried again soon."""
    monkeypatch.setattr(budgets, "_PAUSE", 0.1)
    pages = Blueprint("pages", version="v1", url_prefix="/pages")

    @pages.get(public=True)
    @rate_limit(LIMIT, exact=True)
    def get_page():
        """Get a page."""

    @pages.get("/few", public=True)
    @rate_limit(5)
    def get_few():
        """Get few pages."""

    app = Flask("pages")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL", REDIS_URL=server.url, RATE_LIMIT_REDIS_SECONDS=0.05)
    api = Api("Pages")
    api.register(pages)
    Beastmode(app, api=api)
    redis.Redis.from_url(server.url).flushall()
    return app


class Load:
    """Four threads that call a route until they are told to stop.

    Attributes:
        statuses: How often each status came back.
    """

    def __init__(self, app):
        self.statuses = {}
        self._app = app
        self._stop = Event()
        self._threads = [Thread(target=self._call) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self):
        return sum(self.statuses.values())

    def _call(self):
        client = self._app.test_client()
        while not self._stop.is_set():
            status = client.get("/api/pages").status_code
            self.statuses[status] = self.statuses.get(status, 0) + 1


def told(server):
    """What Redis has counted."""
    client = redis.Redis.from_url(server.url)
    return sum(int(client.get(key)) for key in client.keys("beastmode:limits:*"))


@pytest.mark.parametrize("fault", ["killed", "frozen"])
def test_a_redis_that_goes_away_under_load_causes_no_error_and_counts_again_when_it_is_back(server, limited, fault):
    """No request fails, and what was counted without Redis is told to it."""
    away, back = {"killed": (server.kill, server.start), "frozen": (server.freeze, server.thaw)}[fault]
    with Load(limited) as load:
        until(lambda: load.answered > 100)
        away()
        before = load.answered
        until(lambda: load.answered > before + 500)
        back()
        started = told(server)
        until(lambda: told(server) > started + 500)

    assert set(load.statuses) == {200}
    if fault == "frozen":  # a server that was killed may have lost its last second
        assert told(server) >= load.answered - 10


def test_without_redis_the_limit_holds_in_each_process(server, limited):
    """The sixth request is refused, whether Redis answers or not."""
    server.kill()
    client = limited.test_client()

    statuses = [client.get("/api/pages/few").status_code for _ in range(6)]

    server.start()
    assert statuses == [200] * 5 + [429]


def test_processes_share_their_counts_in_redis(server, limited):
    """What one has let through, another one does not; the window is that of Redis."""
    one = limited.test_client()
    for _ in range(3):
        one.get("/api/pages/few")
    limiter = limited.extensions["beastmode.limiter"]
    limiter.budgets = budgets.Budgets(limiter.budgets._counts)  # as in a new process

    answers = [limited.test_client().get("/api/pages/few") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 3590 <= int(answers[2].headers["Retry-After"]) <= 3600
