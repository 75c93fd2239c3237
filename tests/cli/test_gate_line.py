"""Who waits in the line, and who is taken out of it."""

from types import SimpleNamespace

import pytest

from beastmode.cli.server import gate as gates
from beastmode.cli.server.gate import Gate
from beastmode.core.edge import Edge


class Proto:
    """What granian takes an answer by; remembers the status."""

    status = None

    def response_bytes(self, status, _headers, _body):
        self.status = status


@pytest.fixture
def line():
    """A gate without a place, so that whoever comes stays in its line."""
    return Gate(Edge(lambda _environ, _start: []), places=0)


def come(gate, client):
    proto = Proto()
    facts = {"method": "GET", "path": "/", "query_string": "", "http_version": "1.1", "headers": {}}
    gate(SimpleNamespace(client=client, server="127.0.0.1:8000", **facts), proto)
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
