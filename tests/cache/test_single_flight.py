"""Many requests for the same response compute it once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, repeat
from threading import Barrier, Event, Thread

import pytest
from flask import Flask
from gazette import Article, articles, gazette

from beastmode import Problem
from beastmode.cache import flights, init_cache, quick_cache, redis_store

CALLERS = 8
MOMENT = 10
"""Seconds that an event may take on a busy machine."""


class Slow:
    """A function that waits in the middle of its work until it may go on."""

    def __init__(self, result=None):
        self.begun, self.may_end = Event(), Event()
        self.runs = 0
        self._result = result or (lambda: self.runs)

    def __call__(self):
        self.runs += 1
        self.begun.set()
        assert self.may_end.wait(MOMENT)
        return self._result()


def cached(work, **options):
    @quick_cache(60, public=True, **options)
    def shared():
        return work()

    return shared


def application(server=None):
    app = Flask("plain")
    app.config.update(ENVIRONMENT="testing", SECRET_KEY="k" * 40)
    if server is not None:
        app.config.update(CACHE_TYPE="redis", REDIS_URL=server.url)
    init_cache(app)
    return app


def in_context(app, function):
    def run():
        with app.app_context():
            try:
                return function()
            except Problem as problem:
                return problem.code

    return run


def run_next(functions):
    return next(functions)()


def at_once(work, runs):
    """What each of these functions returns, all of them waiting before the work goes on."""
    with ThreadPoolExecutor(len(runs)) as pool:
        waiting = [pool.submit(run) for run in runs]
        assert work.begun.wait(MOMENT)
        work.may_end.set()
        return [each.result(MOMENT) for each in waiting]


def test_the_threads_of_a_process_compute_once():
    app, work = application(), Slow()

    results = at_once(work, [in_context(app, cached(work))] * CALLERS)

    assert results == [1] * CALLERS


def test_all_processes_compute_once(own_redis):
    """Each application has a memory of its own here, as processes have."""
    work = Slow()
    shared = cached(work)
    apps = [application(own_redis) for _ in range(4)]

    results = at_once(work, [in_context(app, shared) for app in apps for _ in range(2)])

    assert results == [1] * 8


def test_a_lease_that_nobody_ends_is_not_waited_for_long(own_redis, monkeypatch):
    """Its process was killed: another one computes, rather than nobody."""
    monkeypatch.setattr(flights, "_PATIENCE", 0.05)
    app = application(own_redis)
    app.extensions["beastmode.cache"]._store.lease = lambda _: False
    app.extensions["beastmode.cache"]._store.is_leased = lambda _: True

    assert in_context(app, cached(lambda: 7))() == 7


def test_a_lease_that_took_too_long_is_no_failure_of_redis(own_redis, caplog):
    """Another process may have it now; it is not ended."""
    app = application(own_redis)
    server = own_redis.client()

    def lose_it():
        (lease,) = server.keys("*:lease")
        server.set(lease, "of another process")
        return 7

    assert in_context(app, cached(lose_it))() == 7
    assert [server.get(key) for key in server.keys("*:lease")] == [b"of another process"]
    assert caplog.text == ""


def test_what_cannot_be_shared_is_computed_by_all_at_once():
    """An error of the first does not make the others wait for each other, one after the other."""
    app = application()
    meeting = Barrier(CALLERS - 1)
    work = Slow(result=lambda: refuse(meeting))

    def refuse(meeting):
        if work.runs > 1:
            meeting.wait(MOMENT)  # all others are here together, or this fails
        raise Problem(404, "There is no such thing.")

    results = at_once(work, [in_context(app, cached(work))] * CALLERS)

    assert results == [404] * CALLERS


@pytest.mark.parametrize("kind", ["simple", "redis"])
def test_who_comes_after_a_change_does_not_get_what_was_begun_before_it(kind, request):
    """Nor waits for it: whoever has just changed a row sees the change while an older computation is still running."""
    app = gazette() if kind == "simple" else request.getfixturevalue("redis_app")
    old = Slow(result=lambda: "old")
    versions = chain([old], repeat(lambda: "new"))
    shared = cached(partial(run_next, versions), tags=[Article])

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(in_context(app, shared))
        assert old.begun.wait(MOMENT)
        in_context(app, lambda: articles.insert(title="New"))()
        mine = in_context(app, shared)()
        assert not first.done()
        old.may_end.set()

        assert (first.result(MOMENT), mine) == ("old", "new")
    assert in_context(app, shared)() == "new"


def test_without_redis_the_threads_of_a_process_still_compute_once(own_redis, monkeypatch):
    """A server that is away does not send every request to the database at once."""
    monkeypatch.setattr(redis_store, "_PAUSE", 3600)
    app, work = application(own_redis), Slow()
    app.extensions["beastmode.cache"]._store._leave_alone(RuntimeError("away"))

    results = at_once(work, [in_context(app, cached(work))] * CALLERS)

    assert results == [1] * CALLERS


class TestStale:
    """After its timeout, a response can be returned while one request computes a new one."""

    @pytest.fixture(params=["simple", "redis"])
    def app(self, request):
        return application(request.getfixturevalue("own_redis") if request.param == "redis" else None)

    def test_one_caller_computes_and_nobody_else_waits(self, app, clock):
        results = iter([lambda: "old", slow := Slow(result=lambda: "new")])
        shared = in_context(app, cached(partial(run_next, results), stale=30))
        assert shared() == "old"
        clock.advance(seconds=60)

        refreshing = Thread(target=shared)
        refreshing.start()
        assert slow.begun.wait(MOMENT)
        meanwhile = [shared() for _ in range(3)]
        slow.may_end.set()
        refreshing.join(MOMENT)

        assert meanwhile == ["old"] * 3
        assert shared() == "new"

    def test_not_for_longer_than_was_declared(self, app, clock):
        results = iter(["old", "new"])
        shared = in_context(app, cached(lambda: next(results), stale=30))
        shared()
        clock.advance(seconds=90)

        assert shared() == "new"

    def test_not_after_its_tag_was_dropped(self, clock):
        """It is not old then, but wrong."""
        app = gazette()
        results = iter(["old", "new"])
        shared = in_context(app, cached(lambda: next(results), stale=30, tags=[Article]))
        shared()
        clock.advance(seconds=60)
        in_context(app, lambda: articles.insert(title="New"))()

        assert shared() == "new"
