"""Orders while servers die: what was acknowledged is there once, with its job, and nothing is there by half."""

import contextlib
import http.client
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from threading import Event

import pytest
from black_hole import BlackHole
from order_shop import FaultCharge, FaultOrder
from orders import APP, Orders
from running import running_blog, until
from sqlalchemy import make_url
from survival import many

pytestmark = pytest.mark.slow
STATEMENT_SECONDS = 2
BOUND = STATEMENT_SECONDS + 2


class Clients:
    """Clients that order one thing after the other.

    Attributes:
        taken: The numbers that were acknowledged.
        refused: The statuses of the others, and how long they took.
        broken: How many connections ended without a response.
    """

    def __init__(self, server, number=4):
        self.taken, self.refused, self.broken = [], [], 0
        self._server, self._numbers, self._has_ended = server, count(), Event()
        self._pool = ThreadPoolExecutor(number)
        self._clients = [self._pool.submit(self._order) for _ in range(number)]

    def end(self):
        self._has_ended.set()
        for client in self._clients:
            client.result()

    def _order(self):
        while not self._has_ended.is_set():
            number, started = next(self._numbers), time.monotonic()
            try:
                status = self._server.ask("POST", f"/api/v1/orders/{number}").status
            except (OSError, http.client.HTTPException):
                self.broken += 1
                continue
            if status == 201:
                self.taken.append(number)
            else:
                self.refused.append((status, time.monotonic() - started))


def hold_orders(orders, clients):
    """Every acknowledged order is there once, with its job and its effect; none is there twice or without its job."""
    placed = orders.numbers(FaultOrder)
    until(lambda: orders.all_done(sum(placed.values())))
    assert set(clients.taken) <= set(placed)
    assert set(placed.values()) == {1}
    assert orders.numbers(FaultCharge) == placed


@pytest.mark.parametrize("place", ["in the request", "before the response"])
def test_an_order_and_its_job_are_stored_together_or_not_at_all_when_web_workers_are_killed(orders, survived, place):
    """A web worker dies in the middle of every twentieth request."""
    killing = {"KILL_AT": place, "KILL_AFTER": "20"}
    with running_blog(orders.folder, orders.url, app=APP, **killing) as server, orders.worker():
        workers = set(server.workers())
        clients = Clients(server)
        until(lambda: clients.broken >= many(3, 25) and len(clients.taken) > many(60))
        clients.end()
        died = len(workers - set(server.workers()))
        hold_orders(orders, clients)

    assert died > 0
    assert {status for status, _ in clients.refused} <= {503}
    survived(orders=len(clients.taken), connections_broken=clients.broken, lost=0, doubled=0)


def more(found, number):
    """Wait until a list has this many more items."""
    before = len(found)
    until(lambda: len(found) > before + number)


@contextmanager
def restarted(cluster, _hole):
    cluster.kill()
    try:
        yield
    finally:
        cluster.start()


@contextmanager
def frozen(cluster, _hole):
    main = cluster._process()
    processes = [main, *map(int, Path(f"/proc/{main}/task/{main}/children").read_text().split())]
    for process in processes:
        os.kill(process, signal.SIGSTOP)
    try:
        yield
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)


@contextmanager
def swallowed(_cluster, hole):
    hole.swallow()
    yield
    hole.let_through()


@pytest.mark.postgres
@pytest.mark.parametrize("fault", [restarted, frozen, swallowed], ids=["restarted", "frozen", "black-holed"])
def test_orders_survive_a_database_in_trouble_under_load(cluster, tmp_path, survived, fault):
    """503 in time while it lasts, and nobody has to restart anything: neither the server nor the worker of jobs."""
    address = cluster.new_database()
    seconds = {"DATABASE_STATEMENT_SECONDS": str(STATEMENT_SECONDS)}
    with closing(BlackHole(cluster.port)) as hole, closing(Orders(address, tmp_path)) as orders:
        through = make_url(address).set(port=hole.port).render_as_string()
        server_of_shop = running_blog(tmp_path, through, app=APP, **seconds)
        with server_of_shop as server, orders.worker(url=through, **seconds) as worker:
            clients = Clients(server)
            for _ in range(many(1, 5)):
                more(clients.taken, many(30, 200))
                with fault(cluster, hole):
                    more(clients.refused, 8)
                more(clients.taken, 30)
            clients.end()
            hold_orders(orders, clients)
            assert (server.process.poll(), worker.poll()) == (None, None)

    assert {status for status, _ in clients.refused} == {503}
    slowest = max(took for _, took in clients.refused)
    assert slowest < BOUND
    survived(orders=len(clients.taken), refused=len(clients.refused), slowest=f"{slowest:.1f} s", lost=0, doubled=0)
