"""Limits: the requests and responses of docs/why/from-the-prompt.md."""

from flask import Flask

from beastmode import Api, Beastmode, Blueprint
from beastmode.limits import SimpleRateLimit, rate_limit
from beastmode.testing import ApiClient


def app_with_a_limit_of_five():
    users = Blueprint("users", version="v1", url_prefix="/users")

    @users.get(public=True)
    @rate_limit(limit=5)
    def list_users():
        """List users."""
        return []

    app = Flask("users")
    app.config["ENVIRONMENT"] = "testing"
    api = Api("Users")
    api.register(users)
    Beastmode(app, api=api)
    return app


def test_the_sixth_request_to_the_users_is_refused_and_all_after_it():
    """What the prompt calls `test_rate_limiting`, with a limit of five on GET /api/users."""
    api = ApiClient(app_with_a_limit_of_five().test_client())

    for i in range(10):
        response = api.get("/api/users")
        if i < 5:
            assert response.status_code != 429
        else:
            assert response.status_code == 429
            assert "Rate limit exceeded" in response.json["message"]


def test_the_defaults_are_a_hundred_requests_an_hour():
    """`rate_limit()` is `rate_limit(limit=100, window=3600)`."""
    assert rate_limit() == rate_limit(limit=100, window=3600)


def test_a_simple_rate_limit_allows_as_many_as_it_is_told():
    """`is_allowed(identifier, limit, window)` has the same arguments and result."""
    rate_limiter = SimpleRateLimit()

    with app_with_a_limit_of_five().app_context():
        assert [rate_limiter.is_allowed("203.0.113.7", 2, 60) for _ in range(3)] == [True, True, False]
