"""How many requests work at a time, and that a body is the same on both sides of the gate."""

import io
from threading import Event, Thread

import pytest

from beastmode.cli.gate import AWAITED, Gate, Places


class Slow(io.RawIOBase):
    """A body that comes in when the test says so."""

    def __init__(self):
        self.has_come = Event()
        self.is_awaited = Event()

    def read(self, _=-1):
        self.is_awaited.set()
        self.has_come.wait(60)
        return b""


def environ(method="POST", body=b"", **others):
    length = {"CONTENT_LENGTH": str(len(body))} if body else {}
    given = {"REQUEST_METHOD": method, "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(body)}
    return {**given, **length, **others}


def answer(gate, asked):
    """The status and the body."""
    statuses = []
    body = b"".join(gate(asked, lambda status, headers: statuses.append(status)))
    return statuses[0][:3], body


def echo(asked, start_response):
    start_response("200 OK", [])
    return [asked["wsgi.input"].read()]


@pytest.mark.parametrize("length", [0, 1, AWAITED - 1, AWAITED, AWAITED + 1, 3 * AWAITED])
@pytest.mark.parametrize("is_chunked", [True, False])
def test_a_body_of_any_length_comes_through(length, is_chunked):
    body = bytes(range(256)) * (length // 256) + b"x" * (length % 256)
    asked = environ(body=body)
    if is_chunked:
        asked.pop("CONTENT_LENGTH", None)
        asked["HTTP_TRANSFER_ENCODING"] = "chunked"

    assert answer(Gate(echo, 1), asked) == ("200", body)


def test_a_body_that_http_2_does_not_announce_is_awaited_too():
    slow = Slow()
    gate = Gate(echo, 1, room=0)

    assert answer(gate, environ(SERVER_PROTOCOL="HTTP/2", **{"wsgi.input": slow}))[0] == "503"


def test_no_more_requests_work_at_a_time_than_there_are_places():
    working, most, may_go = [], [], Event()

    def work(_, start_response):
        working.append(1)
        most.append(len(working))
        may_go.wait(60)
        working.pop()
        start_response("200 OK", [])
        return [b"done"]

    gate = Gate(work, 2)
    threads = [Thread(target=answer, args=(gate, environ("GET"))) for _ in range(6)]
    for thread in threads:
        thread.start()
    while len(most) < 2:
        pass
    may_go.set()
    for thread in threads:
        thread.join()

    assert (max(most), len(most)) == (2, 6)


def test_who_is_still_sending_takes_no_place():
    slow = Slow()
    gate = Gate(echo, 1, room=1)
    sending = Thread(target=answer, args=(gate, environ(CONTENT_LENGTH="5", **{"wsgi.input": slow})))
    sending.start()
    slow.is_awaited.wait(60)

    other, another_sender = answer(gate, environ("GET")), answer(gate, environ(body=b"hello"))

    slow.has_come.set()
    sending.join()
    assert other == ("200", b"")
    assert another_sender[0] == "503"
    assert answer(gate, environ(body=b"hello")) == ("200", b"hello")


def test_a_place_is_free_again_after_a_failure():
    def fail(_, start_response):
        raise RuntimeError("the application failed")

    gate = Gate(fail, 1)

    for _ in range(3):
        with pytest.raises(RuntimeError):
            answer(gate, environ("GET"))


def test_places_are_given_in_the_order_of_asking():
    places, order = Places(1), []

    def come(number):
        places.take()
        order.append(number)
        places.give_back()

    places.take()
    threads = [Thread(target=come, args=(number,)) for number in range(5)]
    for number, thread in enumerate(threads, start=1):
        thread.start()
        while len(places._waiting) < number:
            pass
    places.give_back()
    for thread in threads:
        thread.join()

    assert order == [0, 1, 2, 3, 4]
