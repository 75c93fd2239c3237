import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from gazette import gazette

from brokers import own_broker


@pytest.fixture(scope="session")
def redis_for_all(tmp_path_factory):
    with own_broker("redis", tmp_path_factory.mktemp("redis")) as server:
        server.client = lambda: redis.Redis.from_url(server.url)
        yield server


@pytest.fixture
def own_redis(redis_for_all):
    """The suite's own Redis, empty; a test that stops it starts it again."""
    redis_for_all.client().flushall()
    return redis_for_all


@pytest.fixture
def app() -> Flask:
    return gazette()


@pytest.fixture
def client(app) -> FlaskClient:
    return app.test_client(use_cookies=False)  # a test sends those that it wants itself


@pytest.fixture
def redis_app(own_redis) -> Flask:
    return gazette(CACHE_TYPE="redis", REDIS_URL=own_redis.url)
