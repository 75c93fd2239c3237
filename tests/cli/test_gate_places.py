"""Who works, who waits, for how long, and what needs no place."""

from threading import Event, Thread

import pytest
from granian_scope import scope

from beastmode.cli.server import gate as gates
from beastmode.cli.server import pending_request
from beastmode.cli.server.gate import Gate
from beastmode.core.middleware import Middleware

BUSY = b'{"success":false,"message":"The server is busy; try again"}'


class Proto:
    """What granian takes an answer by; remembers it."""

    status = headers = body = None

    def response_bytes(self, status, headers, body):
        self.status, self.headers, self.body = status, dict(headers), body


class Site:
    """An application that does what a test says for a path, and remembers what it was asked."""

    def __init__(self):
        self.does = {}
        self.asked = []

    def __call__(self, environ, start_response):
        path = environ["PATH_INFO"]
        self.asked.append(path)
        body = self.does.get(path, lambda: [b"done"])()
        start_response("200 OK", [("Content-Type", "text/plain")])
        return body


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(gates, "monotonic", clock)
    monkeypatch.setattr(pending_request, "monotonic", clock)
    return clock


@pytest.fixture
def site():
    return Site()


def gate_of(site, places):
    middleware = Middleware(site)
    middleware.probes["/health"] = lambda _: (200, [], b"alive")
    return Gate(middleware, places, quick=middleware.probes)


def come(gate, path):
    proto = Proto()
    gate(scope(path), proto)
    return proto


def test_who_finds_no_place_waits_and_the_line_is_worked_off_in_order(site):
    gate, came = gate_of(site, 1), {}

    def others_come():
        came.update({path: come(gate, path) for path in ("/second", "/third")})
        assert site.asked == ["/first"]
        assert [one.status for one in came.values()] == [None, None]
        return [b"done"]

    site.does["/first"] = others_come

    first = come(gate, "/first")

    assert site.asked == ["/first", "/second", "/third"]
    assert [(one.status, one.body) for one in (first, *came.values())] == [(200, b"done")] * 3


def test_no_more_requests_work_at_a_time_than_there_are_places(site):
    gate, under_way, counted = gate_of(site, 3), [], []

    def another_comes():
        under_way.append(None)
        counted.append(len(under_way))
        if len(site.asked) < 6:
            come(gate, "/")
        under_way.pop()
        return [b"done"]

    site.does["/"] = another_comes

    come(gate, "/")

    assert counted == [1, 2, 3, 3, 3, 3]
    assert len(gate._places) == 3


def test_a_place_is_free_again_after_a_request_that_failed(site):
    gate = gate_of(site, 1)
    site.does["/fails"] = lambda: 1 / 0

    assert come(gate, "/fails").status == 500
    assert come(gate, "/next").status == 200


def test_who_finds_the_line_full_is_sent_away_at_once_and_nobody_else(site, monkeypatch):
    monkeypatch.setattr(gates, "LINE", 3)
    gate = gate_of(site, 0)

    waiting = [come(gate, "/") for _ in range(3)]
    refused = come(gate, "/")

    assert (refused.status, refused.body) == (503, BUSY)
    assert (refused.headers["Retry-After"], refused.headers["connection"]) == ("1", "close")
    assert [one.status for one in waiting] == [None] * 3
    assert site.asked == []


def test_who_has_waited_too_long_is_sent_away_and_who_has_not_stays(site, clock):
    gate = gate_of(site, 0)
    early = come(gate, "/")
    clock.now += 1
    late = come(gate, "/")
    clock.now += gates.PATIENCE - 1

    gate._send_waiting_away()

    assert (early.status, early.body, early.headers["Retry-After"]) == (503, BUSY, "1")
    assert late.status is None

    clock.now += 1
    gate._send_waiting_away()

    assert late.status == 503


def test_who_has_waited_too_long_when_a_place_comes_free_is_not_worked_on(site, clock):
    gate, came = gate_of(site, 1), {}

    def takes_long():
        came["early"] = come(gate, "/early")
        clock.now += gates.PATIENCE
        came["late"] = come(gate, "/late")
        return [b"done"]

    site.does["/long"] = takes_long

    come(gate, "/long")

    assert site.asked == ["/long", "/late"]
    assert (came["early"].status, came["late"].status) == (503, 200)


@pytest.mark.parametrize(("streams", "is_answered_meanwhile"), [(1, True), (0, False)])
def test_a_stream_leaves_its_place_to_others_as_long_as_there_is_room_for_streams(
    site, monkeypatch, streams, is_answered_meanwhile
):
    monkeypatch.setattr(gates, "STREAMS", streams)
    gate, meanwhile = gate_of(site, 1), []

    def send(_call, _body):
        other = come(gate, "/other")
        meanwhile.append(other)
        assert (other.status == 200) is is_answered_meanwhile

    monkeypatch.setattr(gates, "send", send)
    site.does["/stream"] = lambda: iter([b"piece"])

    come(gate, "/stream")

    assert meanwhile[0].status == 200
    assert (len(gate._places), len(gate._streams)) == (1, streams)


def test_health_needs_no_place(site):
    assert come(gate_of(site, 0), "/health").body == b"alive"


def test_probes_that_wait_for_something_keep_a_few_threads_and_no_more(site):
    gate, may_end, begun = gate_of(site, 0), Event(), []

    def ready(_exchange):
        begun.append(None)
        may_end.wait(60)
        return 200, [], b"ready"

    gate._app.probes["/health/ready"] = ready
    threads = [Thread(target=come, args=(gate, "/health/ready")) for _ in range(gates.PROBES + 3)]
    for thread in threads:
        thread.start()
    while len(begun) + len(gate._line) < len(threads):
        may_end.wait(0.01)

    assert (len(begun), len(gate._line)) == (gates.PROBES, 3)
    assert come(gate, "/health").body == b"alive"

    may_end.set()
    for thread in threads:
        thread.join()
    assert len(gate._probes) == gates.PROBES
