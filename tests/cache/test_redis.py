"""Redis keeps the entries of all machines. If it is away, slow or full of junk, requests are slower, and never fail."""

import logging
import pickle
import socket
from contextlib import suppress
from threading import Thread

import pytest
from gazette import articles, gazette

from beastmode.cache import redis_store
from beastmode.cache.entry import Entry, decoded, encoded

FRONT = "/api/v1/open/front"
ARTICLES = "/api/v1/open/articles"


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch):
    """Redis is asked again at once after a failure, so that tests need not wait."""
    monkeypatch.setattr(redis_store, "_PAUSE", 0)


@pytest.fixture
def patient(monkeypatch):
    """Redis is left alone after a failure for longer than a test takes."""
    monkeypatch.setattr(redis_store, "_PAUSE", 3600)


def application(server, **config):
    return gazette(CACHE_TYPE="redis", REDIS_URL=server.url, **config)


def commands(server):
    return server.client().info("commandstats")


def test_processes_share_the_responses(own_redis):
    """What one has computed, another one returns, byte for byte."""
    one, another = application(own_redis), application(own_redis)

    first, second = (app.test_client().get(FRONT) for app in (one, another))

    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert (one.runs, another.runs) == (["front"], [])


def test_a_hit_is_one_round_trip(own_redis, redis_app):
    """The entry and the state of its tags come together."""
    client = redis_app.test_client()
    client.get(ARTICLES)
    own_redis.client().config_resetstat()

    client.get(ARTICLES)

    asked = {name: found["calls"] for name, found in commands(own_redis).items()}
    assert asked.pop("cmdstat_mget") == 1
    assert not asked.keys() & {"cmdstat_get", "cmdstat_set", "cmdstat_exists", "cmdstat_evalsha"}


def test_what_is_stored_ends(own_redis, redis_app):
    """Redis forgets every key by itself."""
    redis_app.test_client().get(ARTICLES)
    client = own_redis.client()

    lifetimes = {key.decode().split(":")[1]: client.ttl(key) for key in client.scan_iter()}

    assert 0 < lifetimes["cache"] <= 60
    assert 0 < lifetimes["tag"] <= 7 * 24 * 3600


def test_applications_with_different_prefixes_share_nothing(own_redis):
    """And neither do those with different secrets."""
    apps = [
        application(own_redis),
        application(own_redis, CACHE_KEY_PREFIX="other"),
    ]
    for app in apps:
        app.test_client().get(FRONT)

    assert [app.runs for app in apps] == [["front"], ["front"]]


class Boom:
    def __reduce__(self):
        return pytest.fail, ("it was unpickled",)


@pytest.mark.parametrize(
    "junk", [b"", b"junk", b"\0" * 100, pickle.dumps(Boom()), b"\xff" * 16 + b"\0\0\0\x02[]"], ids=range(5)
)
def test_junk_is_computed_anew_and_never_unpickled(own_redis, redis_app, junk):
    """Whatever another program has written there."""
    client = redis_app.test_client()
    client.get(FRONT)
    (key,) = own_redis.client().keys("*:cache:*")
    own_redis.client().set(key, junk)

    answer = client.get(FRONT)

    assert (answer.status_code, len(redis_app.runs)) == (200, 2)
    assert client.get(FRONT).headers["Cache-Status"] == "beastmode; hit"


@pytest.mark.parametrize("pattern", ["*:cache:*", "*:tag:*"])
def test_keys_of_another_type_are_no_error(own_redis, redis_app, pattern):
    client = redis_app.test_client()
    client.get(ARTICLES)
    server = own_redis.client()
    (key,) = server.keys(pattern)
    server.delete(key)
    server.rpush(key, "a", "list")

    assert [client.get(ARTICLES).status_code for _ in range(2)] == [200, 200]


def test_a_response_that_was_moved_to_another_key_is_not_returned(own_redis, redis_app):
    """Somebody who can write to Redis cannot give one person's response to another, or one of their own making."""
    client = redis_app.test_client()
    server = own_redis.client()
    client.get("/api/v1/own/page", headers={"Authorization": "Bearer ada"})
    (of_ada,) = server.keys("*:cache:*")
    client.get("/api/v1/own/page", headers={"Authorization": "Bearer bob"})
    (of_bob,) = set(server.keys("*:cache:*")) - {of_ada}
    server.set(of_bob, server.get(of_ada))

    answer = client.get("/api/v1/own/page", headers={"Authorization": "Bearer bob"})

    assert answer.json["data"] == {"of": "bob"}


def test_every_changed_byte_is_noticed():
    """A signed entry comes back as it was, or not at all."""
    entry = Entry(1.5, 2.5, 3.5, (b"abc", b""), 200, (("ETag", '"e"'), ("X", "ä")), b'{"a":1}')
    raw = encoded(entry, "key", b"secret")

    changed = [raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :] for place in range(len(raw))]

    assert decoded(raw, "key", b"secret") == entry
    assert {decoded(each, "key", b"secret") for each in [*changed, raw[:-1], raw + b"x"]} == {None}
    assert decoded(raw, "other", b"secret") is decoded(raw, "key", b"other") is None


def test_a_server_that_was_killed_is_done_without(own_redis, redis_app, caplog):
    """Every request succeeds; the log says it once, and again when it is back."""
    caplog.set_level(logging.INFO, "beastmode")
    client = redis_app.test_client()
    client.get(FRONT)
    own_redis.kill()
    own_redis.forget()

    try:
        answers = [client.get(FRONT) for _ in range(3)]
    finally:
        own_redis.start()
    back = [client.get(FRONT) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200] * 3
    assert len(redis_app.runs) == 5
    assert back[1].headers["Cache-Status"] == "beastmode; hit"
    told = [record.getMessage() for record in caplog.records if record.getMessage().startswith("Cache:")]
    assert len(told) == 2
    assert "Cache: Redis does not work (ConnectionError" in told[0]
    assert told[1] == "Cache: Redis responds again"


def test_a_frozen_server_costs_one_timeout(own_redis, redis_app, patient):
    """After that it is left alone: the other requests do not ask it."""
    client = redis_app.test_client()
    client.get(FRONT)
    asked = []
    store = redis_app.extensions["beastmode.cache"]._store
    mget = store._client.mget
    store._client.mget = lambda names: (asked.append(1), mget(names))[1]
    own_redis.freeze()

    try:
        statuses = [client.get(FRONT).status_code for _ in range(20)]
    finally:
        own_redis.thaw()

    assert statuses == [200] * 20
    assert len(asked) == 1


@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"-LOADING\r\n", b"$-5\r\nxx", b"\xff\xfe\r\n"]
)
def test_a_server_that_is_no_redis_is_done_without(says):
    """One that closes, speaks another language, or refuses everything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        Thread(target=answer_everyone, args=(listening, says), daemon=True).start()
        app = gazette(CACHE_TYPE="redis", REDIS_URL=f"redis://127.0.0.1:{listening.getsockname()[1]}/0")
        client = app.test_client()

        statuses = [client.get(path).status_code for path in (FRONT, ARTICLES, FRONT)]
        with app.app_context():
            articles.insert(title="One")

    assert statuses == [200] * 3


def answer_everyone(listening, says):
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(1000)
                connection.sendall(says)


def test_a_full_server_is_done_without(own_redis, redis_app):
    """One that may only be read from."""
    client = redis_app.test_client()
    own_redis.client().config_set("maxmemory", "1")

    try:
        statuses = [client.get(ARTICLES).status_code for _ in range(2)]
    finally:
        own_redis.client().config_set("maxmemory", "0")

    assert statuses == [200, 200]


def test_a_change_that_was_made_while_redis_was_away_counts_when_it_is_back(own_redis, redis_app):
    """Frozen, it still has the old response: it is not returned."""
    client = redis_app.test_client()
    client.get(ARTICLES)

    own_redis.freeze()
    try:
        with redis_app.app_context():
            articles.insert(title="New")
        assert [each["title"] for each in client.get(ARTICLES).json["data"]] == ["New"]
    finally:
        own_redis.thaw()

    assert [each["title"] for each in client.get(ARTICLES).json["data"]] == ["New"]
