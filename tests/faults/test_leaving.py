"""Workers that leave, one after the other or all together, and a main process that is gone."""

import contextlib
import http.client
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from cluster import is_alive
from running import SLOW_BLOG, until

RESPAWN_SECONDS = 3
"""A new worker takes .5 to 1 s, and 1.7 on a machine with five times as much to do as it has processors."""


@pytest.mark.slow
@pytest.mark.parametrize("is_kept_open", [True, False], ids=["connections kept open", "a connection each"])
def test_no_request_is_lost_while_workers_are_replaced(serve, sqlite_file, is_kept_open):
    with serve(sqlite_file, workers=2, app=SLOW_BLOG) as server:
        before = server.workers()
        server.process.send_signal(signal.SIGHUP)
        answers = ask_until(server, lambda: not set(before) & set(server.workers()), is_kept_open)

        assert set(answers) == {200}
        assert len(server.workers()) == 2


@pytest.mark.slow
def test_a_server_that_stops_answers_what_it_was_asked(serve, sqlite_file):
    with serve(sqlite_file, workers=2, app=SLOW_BLOG) as server, ThreadPoolExecutor(8) as pool:
        asked = [pool.submit(server.ask, "GET", "/slow?seconds=1") for _ in range(8)]
        until(lambda: any(one.running() for one in asked))
        Event().wait(0.3)  # all eight are on their way
        server.process.terminate()

        answers = [one.result().status for one in asked]

        assert answers == [200] * 8
        assert server.process.wait(60) == 0


@pytest.mark.slow
@pytest.mark.parametrize("is_kept_open", [True, False], ids=["connections kept open", "a connection each"])
def test_no_request_is_lost_when_the_server_stops_under_load(serve, sqlite_file, is_kept_open):
    with serve(sqlite_file, workers=2, app=SLOW_BLOG) as server, ThreadPoolExecutor(16) as pool:
        answers = []
        clients = [pool.submit(ask_until_nobody_listens, server, answers, is_kept_open) for _ in range(16)]
        until(lambda: len(answers) > 200)

        server.process.terminate()

        for client in clients:
            client.result()
        assert set(answers) == {200}
        assert server.process.wait(60) == 0


def test_workers_end_with_the_main_process(serve, sqlite_file):
    with serve(sqlite_file, workers=2) as server:
        workers = server.workers()

        server.process.kill()

        until(lambda: not any(map(is_alive, workers)))


def test_the_only_worker_is_replaced_and_whoever_asks_meanwhile_waits(serve, sqlite_file):
    with serve(sqlite_file, workers=1) as server:
        killed = server.workers()[0]
        os.kill(killed, signal.SIGKILL)

        started = time.monotonic()
        # The listening socket is the main process's: nobody is refused.
        assert server.ask("GET", "/health").status == 200
        took = time.monotonic() - started

        assert killed not in server.workers()
        assert took < RESPAWN_SECONDS


def ask_until_nobody_listens(server, answers, is_kept_open):
    """Ask again and again; a connection that was made is a request that was taken, and fails if it is not answered."""
    headers = {} if is_kept_open else {"Connection": "close"}
    while True:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            try:
                connection.connect()
            except ConnectionRefusedError:
                return
            is_open = True
            while is_open:
                connection.request("GET", "/process", headers=headers)
                answer = connection.getresponse()
                answer.read()
                answers.append(answer.status)
                is_open = not answer.will_close


def ask_until(server, has_happened, is_kept_open):
    """The statuses of all requests of four clients until something has happened; an exception where one failed."""
    ended, statuses = Event(), []

    def client():
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
            while not ended.is_set():
                connection.request("GET", "/process", headers={} if is_kept_open else {"Connection": "close"})
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
                ended.wait(0.001)

    with ThreadPoolExecutor(4) as pool:
        clients = [pool.submit(client) for _ in range(4)]
        try:
            until(has_happened)
        finally:
            ended.set()
        for one in clients:
            one.result()
    return statuses
