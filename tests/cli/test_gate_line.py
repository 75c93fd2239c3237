"""Who waits in the line, and who is taken out of it."""

import pytest
from granian_scope import scope

from beastmode.cli.server import gate as gates
from beastmode.cli.server.bodies import CROWDED
from beastmode.cli.server.gate import Gate
from beastmode.cli.server.pending_request import PendingRequest
from beastmode.core import telling
from beastmode.core.middleware import Middleware


class Proto:
    """What granian takes an answer by; remembers the status."""

    status = None

    def response_bytes(self, status, _headers, _body):
        self.status = status


@pytest.fixture
def line():
    """A gate without a place, so that whoever comes stays in its line."""
    return Gate(Middleware(lambda _environ, _start: []), places=0)


def come(gate, client, path="/"):
    proto = Proto()
    gate(scope(path, client=client), proto)
    return proto


def test_who_has_left_is_taken_out_of_the_line(line, monkeypatch):
    stays, leaves = come(line, "203.0.113.1:1"), come(line, "203.0.113.2:2")
    monkeypatch.setattr(gates, "clients", lambda: {"203.0.113.1:1"})

    line._forget_who_left()

    assert (stays.status, leaves.status) == (None, 499)


def test_who_comes_while_it_is_looked_who_is_there_has_not_left(line, monkeypatch):
    came = []

    def look():
        connected = {"203.0.113.1:1"}
        came.append(come(line, "203.0.113.3:3"))
        return connected

    come(line, "203.0.113.1:1")
    monkeypatch.setattr(gates, "clients", look)

    line._forget_who_left()

    assert came[0].status is None


def test_who_is_sent_away_by_the_gate_finds_the_reason_in_the_log(line, caplog, monkeypatch):
    telling.told.clear()
    monkeypatch.setattr(gates, "LINE", 2)

    too_many = [come(line, f"203.0.113.1:{port}", "/api/v1/posts") for port in range(1, 5)]
    for request in line._line:
        request.arrived -= gates.PATIENCE
    line._send_waiting_away()

    assert [one.status for one in too_many] == [503] * 4
    assert [record.getMessage() for record in caplog.records] == [
        "GET /api/v1/posts returned 503: 1,024 requests were waiting already",
        "GET /api/v1/posts returned 503: no slot became free within 1.5 s",
    ]


def test_who_has_to_give_up_a_seat_finds_the_reason_in_the_log(caplog):
    telling.told.clear()
    proto = Proto()
    request = PendingRequest(scope("/files", "POST"), proto)

    request.refuse(Middleware(lambda _environ, _start: []), CROWDED)

    assert proto.status == 503
    assert [record.getMessage() for record in caplog.records] == [
        "POST /files returned 503: too many request bodies were arriving"
    ]
