"""`rate_limit` as clients meet it: headers, 429, and who is counted together."""

import pytest
from flask import Flask
from limited_shop import PLANS, shop, statuses

from beastmode import Api, Beastmode, Blueprint
from beastmode.core.errors import ConfigurationError
from beastmode.limits import SimpleRateLimit, rate_limit


def test_the_sixth_request_of_a_limit_of_five_is_refused(clock):
    """429 in the envelope, with the time to wait, in the header and in the message."""
    client = shop().test_client()
    for _ in range(5):
        assert client.get("/api/items").status_code == 200
    clock.advance(minutes=20)

    refused = client.get("/api/items")

    assert refused.status_code == 429
    assert refused.json == {
        "success": False,
        "message": "Rate limit exceeded; try again in 2400 s.",
        "details": {"violated-policies": ["items.list_items"]},
    }
    assert refused.headers["Retry-After"] == "2400"
    assert refused.headers["Cache-Control"] == "no-store"


def test_every_response_says_what_is_left(clock):
    """`RateLimit-Policy` and `RateLimit` have the form of the IETF draft."""
    client = shop().test_client()
    client.get("/api/items")
    clock.advance(seconds=100)

    answer = client.get("/api/items")

    assert answer.headers["RateLimit-Policy"] == '"items.list_items";q=5;w=3600'
    assert answer.headers["RateLimit"] == '"items.list_items";r=3;t=3500'
    assert "Retry-After" not in answer.headers


def test_a_refused_request_says_that_nothing_is_left(clock):
    """Clients that only read `RateLimit` see it too."""
    client = shop().test_client()

    answers = [client.get("/api/items") for _ in range(6)]

    assert answers[-1].headers["RateLimit"] == '"items.list_items";r=0;t=3600'


def test_the_unversioned_path_and_every_version_share_one_limit(clock):
    """Another path to the same route is no second budget."""
    app = shop()

    assert statuses(app, "/api/items", 2) == [200, 200]
    assert statuses(app, "/api/v1/items", 2) == [200, 200]
    assert statuses(app, "/api/v2/items", 2) == [200, 429]
    assert statuses(app, "/api/items", 1) == [429]


def test_a_head_request_is_counted_like_a_get(clock):
    """HEAD runs the same view."""
    app = shop()

    assert statuses(app, "/api/items", 5, method="HEAD") == [200] * 5
    assert statuses(app, "/api/items", 1) == [429]


def test_each_address_has_a_limit_of_its_own_and_an_ipv6_network_is_one(clock):
    """Nobody gets a new limit with another of the 2**64 addresses of their network."""
    app = shop()
    statuses(app, "/api/items", 5, environ_base={"REMOTE_ADDR": "2001:db8:1:2::1"})

    same = statuses(app, "/api/items", 1, environ_base={"REMOTE_ADDR": "2001:db8:1:2:ffff::9"})
    other = statuses(app, "/api/items", 1, environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"})

    assert (same, other) == ([429], [200])


def test_a_plan_decides_how_much_a_caller_may_use(clock):
    """The function is given the caller; None is no limit."""
    app = shop()

    used = {user: statuses(app, "/api/items/plan", 7, headers={"X-User": user}) for user in PLANS}

    assert used == {"ada": [200] * 5 + [429] * 2, "eve": [200] * 2 + [429] * 5, "root": [200] * 7}


def test_a_new_plan_is_noticed_after_a_minute(clock, monkeypatch):
    """Plans are remembered, so that the hot path needs no query for them."""
    app = shop()
    eve = {"headers": {"X-User": "eve"}}
    statuses(app, "/api/items/plan", 1, **eve)
    monkeypatch.setitem(PLANS, "eve", 9)

    headers = app.test_client().get("/api/items/plan", **eve).headers
    clock.advance(seconds=60)
    later = app.test_client().get("/api/items/plan", **eve).headers

    assert headers["RateLimit-Policy"] == '"items.by_plan";q=2;w=60'
    assert later["RateLimit-Policy"] == '"items.by_plan";q=9;w=60'


def test_a_plan_that_is_no_number_is_an_error_with_its_name(clock, monkeypatch):
    """A limit by mistake is never no limit."""
    monkeypatch.setitem(PLANS, "eve", "many")
    app = shop()

    with pytest.raises(TypeError, match=r"The limit 'items\.by_plan' of account:eve is 'many'; expected a number"):
        app.test_client().get("/api/items/plan", headers={"X-User": "eve"})


def test_a_request_uses_what_it_costs(clock):
    """An expensive request is refused where a cheap one is not; a free one never is."""
    app = shop()

    assert statuses(app, "/api/items/cost/8", 1) == [200]
    assert statuses(app, "/api/items/cost/3", 1) == [429]
    assert statuses(app, "/api/items/cost/2", 2) == [200, 429]
    assert statuses(app, "/api/items/cost/0", 2) == [200, 200]


def test_an_exempt_caller_is_not_limited_and_gets_no_fields(clock):
    """`exempt` decides by caller."""
    app = shop()

    assert statuses(app, "/api/items/exempt", 3, headers={"X-User": "root"}) == [200] * 3
    assert statuses(app, "/api/items/exempt", 2, headers={"X-User": "ada"}) == [200, 429]
    root = app.test_client().get("/api/items/exempt", headers={"X-User": "root"})
    assert "RateLimit" not in root.headers


def test_of_two_limits_both_apply_and_both_are_told(clock):
    """A burst and an hour: each has its own name and its own window."""
    client = shop().test_client()
    first = client.get("/api/items/twice")

    assert first.headers["RateLimit"] == '"items.limited_twice:3600";r=2;t=3600, "items.limited_twice:10";r=1;t=10'
    assert [client.get("/api/items/twice").status_code for _ in range(2)] == [200, 429]
    clock.advance(seconds=10)
    assert [client.get("/api/items/twice").status_code for _ in range(2)] == [200, 429]


def test_what_one_limit_refuses_is_not_counted_by_the_other(clock):
    """Ten refused requests in the burst leave the hour as it was."""
    client = shop().test_client()
    for _ in range(12):
        client.get("/api/items/twice")
    clock.advance(seconds=10)

    answer = client.get("/api/items/twice")

    assert (answer.status_code, answer.headers["RateLimit"]) == (
        200,
        '"items.limited_twice:3600";r=0;t=3590, "items.limited_twice:10";r=1;t=10',
    )


def test_a_limit_may_be_that_of_something_else_than_the_caller(clock):
    """`by` names whose limit it is."""
    app = shop()

    assert statuses(app, "/api/items/tenant", 2, headers={"X-Tenant": "a"}) == [200, 429]
    assert statuses(app, "/api/items/tenant", 1, headers={"X-Tenant": "b" * 500}) == [200]


def test_a_default_of_a_blueprint_counts_all_its_routes_together(clock):
    """Routes with a limit of their own are not part of it, and other blueprints neither."""
    app = shop(blueprint_defaults=[rate_limit(3, 60)])

    assert statuses(app, "/api/items/inherited", 2) == [200, 200]
    assert statuses(app, "/api/items/inherited", 2, method="POST") == [200, 429]
    assert statuses(app, "/api/items", 5) == [200] * 5
    assert statuses(app, "/api/others", 5) == [200] * 5


def test_a_default_of_the_api_counts_what_has_no_limit_otherwise(clock):
    """The nearest declaration applies: the route's, the blueprint's, the API's."""
    app = shop(api_defaults=[rate_limit(2, 60)], blueprint_defaults=[rate_limit(3, 60)])

    assert statuses(app, "/api/items/inherited", 4) == [200] * 3 + [429]
    assert statuses(app, "/api/others", 3) == [200] * 2 + [429]
    assert statuses(app, "/api/items/unlimited", 20) == [200] * 20


def test_the_document_says_429_where_a_limit_applies(clock):
    """In every version; a route without a limit does not have it."""
    client = shop().test_client()

    for version in ("v1", "v2"):
        paths = client.get(f"/api/{version}/openapi.json").json["paths"]
        refusal = paths[f"/api/{version}/items"]["get"]["responses"]["429"]
        assert set(refusal["headers"]) == {"Retry-After", "RateLimit", "RateLimit-Policy"}
        assert "429" not in paths[f"/api/{version}/others"]["get"]["responses"]


@pytest.mark.parametrize(("proxies", "expected"), [(0, [200] * 5 + [429]), (1, [200] * 6)])
def test_a_forged_x_forwarded_for_changes_nothing_unless_a_proxy_is_trusted(clock, proxies, expected):
    """Without TRUSTED_PROXIES the header is not read."""
    client = shop(TRUSTED_PROXIES=proxies).test_client()

    answers = [client.get("/api/items", headers={"X-Forwarded-For": f"203.0.113.{number}"}) for number in range(6)]

    assert [answer.status_code for answer in answers] == expected


def test_behind_a_proxy_what_a_client_puts_before_its_address_changes_nothing(clock):
    """The proxy appends the address that it saw; only that one is read."""
    client = shop(TRUSTED_PROXIES=1).test_client()

    answers = [
        client.get("/api/items", headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"})
        for number in range(6)
    ]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429]


def test_limits_can_be_switched_off(clock):
    """RATE_LIMIT_ENABLED=false is for load tests."""
    app = shop(RATE_LIMIT_ENABLED=False)

    assert statuses(app, "/api/items", 10) == [200] * 10


def test_a_plain_flask_route_is_limited_too(clock):
    """The decorator works below @app.get, in an async view as well, where there is no step to count."""
    app = shop()

    @app.get("/plain")
    @rate_limit(2, 60)
    def plain():
        return "plain"

    @app.get("/async")
    @rate_limit(1, 60)
    async def asynchronous():
        return "async"

    assert statuses(app, "/plain", 3) == [200, 200, 429]
    assert statuses(app, "/async", 2) == [200, 429]
    assert app.test_client().get("/plain").headers["Retry-After"] == "60"


def test_a_decorator_above_the_route_works_as_well(clock):
    """The order of the two decorators does not decide whether there is a limit."""
    notes = Blueprint("notes", version="v1", url_prefix="/notes")

    @rate_limit(1)
    @notes.get(public=True)
    def list_notes():
        """List."""

    app = Flask("notes")
    app.config["ENVIRONMENT"] = "testing"
    api = Api("Notes")
    api.register(notes)
    Beastmode(app, api=api)

    assert statuses(app, "/api/notes", 2) == [200, 429]


def test_anything_can_be_limited_with_a_simple_rate_limit(clock):
    """`is_allowed` counts what is no request."""
    app, limiter = shop(), SimpleRateLimit()

    with app.app_context():
        allowed = [limiter.is_allowed("invitations:ada", limit=2, window=60) for _ in range(3)]
        other = limiter.is_allowed("invitations:eve", limit=2, window=60)
        clock.advance(seconds=60)
        again = limiter.is_allowed("invitations:ada", limit=2, window=60)

    assert (allowed, other, again) == ([True, True, False], True, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"limit": -1}, r"rate_limit\(limit=-1\): expected a number of requests, a function or None."),
        ({"limit": "5/minute"}, r"rate_limit\(limit='5/minute'\): expected a number of requests"),
        ({"limit": True}, r"rate_limit\(limit=True\)"),
        ({"window": 0}, r"rate_limit\(window=0\): expected a number of seconds, at most a year."),
        ({"window": 10**9}, r"rate_limit\(window=1000000000\)"),
        ({"cost": -1}, r"rate_limit\(cost=-1\): expected a number or a function."),
        ({"name": 'a"b'}, r"rate_limit\(name='a\"b'\): expected at most 50 letters"),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_when_it_is_declared(options, message):
    """The message names the argument, and what is expected."""
    with pytest.raises(ConfigurationError, match=message):
        rate_limit(**options)


@pytest.mark.parametrize(
    ("defaults", "message"),
    [
        (rate_limit(5), "expected a list of declarations"),
        ([rate_limit], "contains rate_limit, which is a function; expected declarations, such as rate_limit"),
    ],
)
def test_defaults_that_are_no_declarations_are_refused(defaults, message):
    """A forgotten list or forgotten parentheses are no silent absence of a limit."""
    with pytest.raises(ConfigurationError, match=message):
        Blueprint("items", version="v1", defaults=defaults)


def test_the_table_of_limits_is_only_in_projects_that_use_them():
    """Importing beastmode adds no table; `rate_limit` does."""
    import subprocess
    import sys

    code = """if True:
        import sys
        from beastmode import Beastmode
        from beastmode.db import Base
        import beastmode.limits
        assert "rate_counts" not in Base.metadata.tables
        assert "limits" not in sys.modules
        assert "redis" not in sys.modules
        beastmode.limits.rate_limit()
        assert "rate_counts" in Base.metadata.tables
    """
    subprocess.run([sys.executable, "-c", code], check=True)
