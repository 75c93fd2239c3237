"""Attempts to get somebody else's response from the cache, or to put one there for others."""

import pytest
from flask import Flask, request

from beastmode import Api, Beastmode, Blueprint
from beastmode.cache import Cache, cached_response
from beastmode.core.identity import Identity, set_authenticator

ADA, EVE = {"Authorization": "ada"}, {"Authorization": "eve"}


SHARED = {"host": "localhost", "scheme": "http", "path": "/api/v1/pages/shared"}


def who(asked):
    """Who calls: whoever the header names."""
    given = asked.headers.get("Authorization")
    return Identity("account", given) if given else None


@pytest.fixture
def app():
    pages = Blueprint("pages", version="v1", url_prefix="/pages")

    @pages.get("/mine")
    @cached_response()
    def mine():
        """What only the caller may read."""
        return {"secret_of": request.headers["Authorization"]}

    @pages.get("/shared", public=True)
    @cached_response(public=True)
    def shared():
        """The same for everyone; names the host, as a link would."""
        return {"host": request.host, "scheme": request.scheme, "path": request.path}

    app = Flask("pages")
    app.config.update(ENVIRONMENT="testing", LOG_LEVEL="CRITICAL")
    set_authenticator(app, who)
    api = Api("Pages")
    api.register(pages)
    Beastmode(app, api=api, cache=Cache())
    return app


@pytest.fixture
def client(app):
    return app.test_client(use_cookies=False)


def test_reading_the_response_of_somebody_else(client):
    """Ada's response is in the cache when Eve asks, and when nobody does."""
    assert client.get("/api/pages/mine", headers=ADA).json["data"] == {"secret_of": "ada"}

    assert client.get("/api/pages/mine", headers=EVE).json["data"] == {"secret_of": "eve"}
    assert client.get("/api/pages/mine").status_code == 401


@pytest.mark.parametrize("end", [".css", "/x.js", "%2Fx.css", ";x.css"])
def test_making_a_private_response_look_like_a_file(client, end):
    """Web cache deception: such a path is another path, and no private response is for shared caches."""
    mine = client.get("/api/pages/mine", headers=ADA)

    assert mine.headers["Cache-Control"] == "private, no-cache"
    assert client.get(f"/api/pages/mine{end}", headers=ADA).status_code == 404


@pytest.mark.parametrize(
    "header",
    ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "Forwarded"],
)
def test_poisoning_the_response_of_others_by_a_header(client, header):
    """A header that is not part of the key changes nothing in the response."""
    client.get("/api/pages/shared", headers={header: "evil.example"})
    after = client.get("/api/pages/shared")

    assert after.json["data"] == SHARED
    assert after.headers["Cache-Status"] == "beastmode; hit"


def test_poisoning_the_response_of_others_by_the_host(client):
    """The host is part of the key, so whoever sends another one gets another response."""
    client.get("/api/pages/shared", headers={"Host": "evil.example"})

    assert client.get("/api/pages/shared", headers={"Host": "shop.example"}).json["data"]["host"] == "shop.example"


def test_storing_a_refusal_for_others(client):
    """A 401, 404 or 405 of one is not what the next one gets."""
    client.get("/api/pages/mine")
    client.post("/api/pages/mine", headers=ADA)

    assert client.get("/api/pages/mine", headers=ADA).status_code == 200


def test_taking_a_part_or_nothing_for_the_whole(client):
    """Neither a request for a part nor HEAD leaves an empty response for those who come after it."""
    client.head("/api/pages/shared")
    client.get("/api/pages/shared", headers={"Range": "bytes=0-1"})

    assert client.get("/api/pages/shared").json["data"] == SHARED


def test_setting_an_age_with_directives_of_the_request(client):
    """`Cache-Control` of a client makes nothing public."""
    answer = client.get("/api/pages/mine", headers={**ADA, "Cache-Control": "public, max-age=99999"})

    assert answer.headers["Cache-Control"] == "private, no-cache"
