"""An application whose routes have limits of every kind."""

from flask import Flask

from beastmode import Api, Beastmode, Blueprint, Database, Problem, Version
from beastmode.core.identity import Identity, set_authenticator
from beastmode.limits import rate_limit

__all__ = ["PLANS", "shop", "statuses"]

PLANS = {"ada": 5, "eve": 2, "root": None}


def by_header(request):
    """Who calls, as the header says."""
    if "X-User" not in request.headers:
        raise Problem(401, "Who are you?")
    return Identity("account", request.headers["X-User"])


def shop(*, url=None, api_defaults=(), blueprint_defaults=(), **settings):
    """An application whose routes have limits of every kind."""
    app = Flask("shop")
    app.config.update(ENVIRONMENT="testing", **settings)
    others = Blueprint("others", version="v1", url_prefix="/others")

    @others.get(public=True)
    def other():
        """The limit of the API."""

    items = Blueprint("items", version="v1", url_prefix="/items", defaults=blueprint_defaults)
    add_limited(items)
    add_unlimited(items)
    api = Api("Shop", versions=[Version("v1"), Version("v2")], defaults=api_defaults)
    api.register(items, others)
    database = None
    if url is not None:
        database = Database()
        app.config["DATABASE_URL"] = url
    set_authenticator(app, by_header)
    Beastmode(app, database=database, api=api)
    return app


def add_limited(items):
    """Routes with limits of their own."""

    @items.get(public=True)
    @rate_limit(limit=5)
    def list_items():
        """List."""
        return []

    @items.get("/plan")
    @rate_limit(limit=lambda caller: PLANS[caller.id], window=60)
    def by_plan():
        """Limited by plan."""

    @items.get("/cost/<int:size>", public=True)
    @rate_limit(limit=10, cost=lambda call: call.path["size"])
    def by_cost(size):
        """Limited by cost."""

    @items.get("/exempt")
    @rate_limit(limit=1, exempt=lambda caller: caller.id == "root")
    def unless_exempt():
        """Not for all."""

    @items.get("/twice", public=True)
    @rate_limit(limit=2, window=10)
    @rate_limit(limit=3, window=3600)
    def limited_twice():
        """Two limits."""

    @items.get("/tenant", public=True)
    @rate_limit(limit=1, by=lambda call: call.request.headers["X-Tenant"])
    def by_tenant():
        """Limited by tenant."""


def add_unlimited(items):
    """Routes with the limit of the blueprint or of the API, and one without any."""

    @items.get("/inherited", public=True)
    def inherits():
        """The limit of the blueprint, or of the API."""

    @items.post("/inherited", public=True)
    def inherits_too():
        """The same."""

    @items.get("/often", public=True)
    @rate_limit(1000)
    def often():
        """A limit that nobody comes close to."""

    @items.get("/unlimited", public=True)
    @rate_limit(None)
    def unlimited():
        """No limit at all."""


def statuses(app, path, times, method="GET", **options):
    client = app.test_client()
    return [client.open(path, method=method, **options).status_code for _ in range(times)]
