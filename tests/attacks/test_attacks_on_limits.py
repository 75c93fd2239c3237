"""Attempts to get past a limit."""

from threading import Barrier, Thread

import pytest
from flask import Flask

from beastmode import Api, Beastmode, Blueprint, Problem, Version
from beastmode.core.identity import Identity, set_authenticator
from beastmode.limits import rate_limit

LIMIT = 5


def by_header(request):
    """Who calls; a token that is not known is refused."""
    user = request.headers.get("X-User", "")
    if user == "nobody":
        raise Problem(401, "Invalid token")
    return Identity("account", user) if user else None


@pytest.fixture
def app():
    codes = Blueprint("codes", version="v1", url_prefix="/codes")

    @codes.get("/<int:code>", public=True)
    @rate_limit(LIMIT, 3600)
    def try_code(code):
        """Guess a code of four digits."""
        return {"right": code == 1234}

    @codes.get("/mine")
    @rate_limit(LIMIT, 3600)
    def mine():
        """For those who are logged in."""

    app = Flask("codes")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL")
    api = Api("Codes", versions=[Version("v1"), Version("v2")])
    api.register(codes)
    set_authenticator(app, by_header)
    Beastmode(app, api=api)
    return app


def passed(app, requests):
    """How many of these requests are let through, each a path and the arguments of the test client."""
    client = app.test_client()
    return sum(client.open(path, **options).status_code == 200 for path, options in requests)


def test_guessing_with_another_forged_address_each_time(app):
    """`X-Forwarded-For`, `X-Real-IP` and `Forwarded` of a client are not its address."""
    names = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "CF-Connecting-IP", "True-Client-IP")
    requests = [("/api/codes/1", {"headers": {name: f"203.0.113.{n}"}}) for n in range(10) for name in names]

    assert passed(app, requests) == LIMIT


def test_guessing_from_every_address_of_an_ipv6_network(app):
    """A /64 is one caller."""
    requests = [("/api/codes/1", {"environ_base": {"REMOTE_ADDR": f"2001:db8::{n:x}"}}) for n in range(1, 40)]

    assert passed(app, requests) == LIMIT


def test_guessing_from_one_address_in_several_spellings(app):
    """IPv4 in IPv6 is the same address."""
    spellings = ["203.0.113.7", "::ffff:203.0.113.7", "::ffff:cb00:7107", "0:0:0:0:0:ffff:203.0.113.7"]
    requests = [("/api/codes/1", {"environ_base": {"REMOTE_ADDR": each}}) for each in spellings * 4]

    assert passed(app, requests) == LIMIT


def test_guessing_by_other_paths_to_the_same_route(app):
    """Every version, the path without a version, another code, HEAD and a query string are one limit."""
    paths = ["/api/codes/1", "/api/v1/codes/2", "/api/v2/codes/3", "/api/codes/0004", "/api/v1/codes/5?"]
    requests = [(path, {"method": method}) for path in paths for method in ("GET", "HEAD")]

    assert passed(app, requests * 2) == LIMIT


def test_guessing_in_a_burst_of_many_threads(app):
    """Requests that arrive together are counted one by one."""
    together, results = Barrier(10), []

    def burst():
        together.wait()
        results.append(passed(app, [("/api/codes/1", {})] * 5))

    threads = [Thread(target=burst) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(results) == LIMIT


def test_making_the_server_forget_by_a_flood_of_other_callers(app, monkeypatch):
    """Those who have used most are remembered longest."""
    monkeypatch.setattr("beastmode.limits.budgets._MOST_BUCKETS", 50)
    assert passed(app, [("/api/codes/1", {})] * 9) == LIMIT

    flood = [("/api/codes/1", {"environ_base": {"REMOTE_ADDR": f"10.0.{n // 250}.{n % 250}"}}) for n in range(500)]
    passed(app, flood)

    assert passed(app, [("/api/codes/1", {})]) == 0


def test_using_up_the_limit_of_somebody_else(app):
    """Requests with an invalid token are not counted for anybody, and one account does not use up another's limit."""
    refused = [("/api/codes/mine", {"headers": {"X-User": "nobody"}})] * 20
    eve = [("/api/codes/mine", {"headers": {"X-User": "eve"}})] * 20
    ada = [("/api/codes/mine", {"headers": {"X-User": "ada"}})] * 20

    assert [passed(app, each) for each in (refused, eve, ada)] == [0, LIMIT, LIMIT]
