"""A cached response is what the view returned, for whom it returned it, for as long as it was declared."""

import pytest
from gazette import KINDS, gazette

from beastmode.cache import CacheSettings
from beastmode.cache.region import region_of
from beastmode.cache.steps import CachedResponse
from beastmode.testing import Queries


def data_of(answer):
    return answer.json["data"]


def test_the_second_request_runs_no_view(app, client):
    """The same bytes and the same ETag come back, and the view has run once."""
    first, second = client.get("/api/v1/open/front"), client.get("/api/v1/open/front")

    assert app.runs == ["front"]
    assert second.data == first.data
    assert second.headers["ETag"] == first.headers["ETag"]
    assert second.content_type == first.content_type == "application/json"
    assert first.headers["Cache-Status"] == "beastmode; fwd=miss; stored"
    assert second.headers["Cache-Status"] == "beastmode; hit"


def test_a_hit_costs_no_query(app, client):
    """What a loading returned is not read again."""
    client.get("/api/v1/open/articles")

    with Queries(app)() as sent:
        answer = client.get("/api/v1/open/articles")

    assert answer.json == {"success": True, "message": "Success", "data": []}
    assert sent == []


@pytest.mark.parametrize(
    "other",
    [
        {"path": "/api/v1/open/front?word=flask"},
        {"path": "/api/v2/open/front"},
        {"path": "/api/v1/open/front", "headers": {"Accept": "application/problem+json"}},
        {"path": "/api/v1/open/front", "method": "HEAD"},
        {"path": "/api/v1/open/front", "base_url": "http://elsewhere.example"},
        {"path": "/api/v1/open/front", "base_url": "https://localhost"},
    ],
    ids=["query", "version", "Accept", "method", "host", "scheme"],
)
def test_what_the_response_may_depend_on_is_part_of_the_key(app, client, other):
    """A request that differs in anything that a view may look at has a response of its own."""
    client.get("/api/v1/open/front")
    client.open(**other)
    client.open(**other)

    assert len(app.runs) == 2


@pytest.mark.parametrize("path", ["/api/open/front?page=1&word=a", "/api/v1/open/front?word=a&page=1"])
def test_the_same_request_written_otherwise_shares_the_response(app, client, path):
    """The order of the parameters does not matter, and neither does a version that is left out."""
    client.get("/api/v1/open/front?page=1&word=a")
    client.get(path)

    assert app.runs == ["front"]


def test_parameters_that_nobody_declared_fill_no_cache(app, client):
    """They are refused before the cache is asked."""
    assert client.get("/api/v1/open/front?x=1").status_code == 422
    assert app.runs == []


def test_each_caller_has_an_own_response(app, client):
    """What one person gets, no other one gets; another login of the same person does."""
    for name, login in (("ada", "1"), ("bob", "2"), ("ada", "3"), ("bob", "4")):
        headers = {"Authorization": f"Bearer {name}", "X-Login": login}
        assert data_of(client.get("/api/v1/own/page", headers=headers)) == {"of": name}

    assert app.runs == ["page", "page"]


def test_nobody_gets_a_response_without_logging_in(app, client):
    """The caller is known before the cache is asked, whether or not the response is the same for all."""
    client.get("/api/v1/own/same", headers={"Authorization": "Bearer ada"})

    assert client.get("/api/v1/own/same").status_code == 401
    assert client.get("/api/v1/own/same", headers={"Authorization": "Bearer bob"}).json["data"] == {"run": 1}


@pytest.mark.parametrize("headers", [{"Authorization": "Bearer ada"}, {"Cookie": "basket=7"}])
def test_a_view_that_reads_credentials_itself_gives_nobody_those_of_another(client, headers):
    """On a route that is open to all, what may be a credential is part of the key, unless it is declared public."""
    with_credentials = client.get("/api/v1/open/undeclared", headers=headers)
    without = client.get("/api/v1/open/undeclared")

    assert data_of(with_credentials) != data_of(without) == {"for": "nobody", "basket": None}


def test_further_headers_can_be_declared(app, client):
    """A response in another language is another response."""
    for language in ("fr", "de", "fr"):
        answer = client.get("/api/v1/open/spoken", headers={"Accept-Language": language})
        assert data_of(answer) == {"language": language}
        assert answer.headers["Vary"] == "Accept, Accept-Language"

    assert len(app.runs) == 2


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"text", "none", "own-rule"}))
def test_what_is_not_for_everyone_or_did_not_succeed_is_not_stored(kind):
    """Errors, redirects, parts, cookies, streams, and what the view itself keeps out of caches."""
    app = gazette(PROPAGATE_EXCEPTIONS=False)
    client = app.test_client()

    statuses = [client.get(f"/api/v1/open/as/{kind}").status_code for _ in range(2)]

    assert app.runs == [kind, kind]
    assert statuses[0] == statuses[1]


@pytest.mark.parametrize("kind", ["text", "none"])
def test_any_other_success_is_stored(app, client, kind):
    """Also a view's own Response, and one without data."""
    first, second = (client.get(f"/api/v1/open/as/{kind}") for _ in range(2))

    assert app.runs == [kind]
    assert (second.data, second.content_type) == (first.data, first.content_type)
    assert second.headers["Content-Length"] == str(len(first.data))


def test_a_request_for_a_part_bypasses_the_cache(app, client):
    """The whole response is not stored as the part, nor the part as the whole."""
    client.get("/api/v1/open/front", headers={"Range": "bytes=0-1"})
    client.get("/api/v1/open/front", headers={"Range": "bytes=0-1"})

    assert len(app.runs) == 2


def test_a_client_that_has_the_response_gets_304(app, client):
    """Also when its request is the first one, whose response is stored whole nevertheless."""
    etag = client.get("/api/v1/open/front").headers["ETag"]
    other = gazette()
    fresh = other.test_client()

    first = fresh.get("/api/v1/open/front", headers={"If-None-Match": etag})
    second = fresh.get("/api/v1/open/front", headers={"If-None-Match": etag})
    third = fresh.get("/api/v1/open/front")

    assert [answer.status_code for answer in (first, second, third)] == [304, 304, 200]
    assert first.data == second.data == b""
    assert first.headers["ETag"] == second.headers["ETag"] == etag
    assert other.runs == ["front"]


def test_a_response_that_is_not_stored_may_still_be_304(app, client):
    """The condition of the request counts whether or not the response is stored."""
    etag = client.get("/api/v1/open/as/session").headers["ETag"]

    again = client.get("/api/v1/open/as/session", headers={"If-None-Match": etag})

    assert again.status_code == 304


def test_head_returns_no_body(client):
    """Neither the first time nor from the cache."""
    length = client.get("/api/v1/open/front").headers["Content-Length"]

    answers = [client.head("/api/v1/open/front") for _ in range(2)]

    assert [answer.data for answer in answers] == [b"", b""]
    assert {answer.headers["Content-Length"] for answer in answers} == {length}


def test_after_its_timeout_a_response_is_made_again(app, client, clock):
    """To the second."""
    client.get("/api/v1/open/front")
    clock.advance(seconds=59)
    client.get("/api/v1/open/front")
    assert len(app.runs) == 1

    clock.advance(seconds=1)
    client.get("/api/v1/open/front")

    assert len(app.runs) == 2


def test_the_timeout_is_a_setting_if_the_route_does_not_say_one(clock):
    """CACHE_DEFAULT_TIMEOUT is 300, as `cached_response()` promises."""
    assert CacheSettings().cache_default_timeout == 300
    assert CacheSettings().cache_type == "simple"
    assert region_of(gazette()).default_timeout == 300
    assert region_of(gazette(CACHE_DEFAULT_TIMEOUT=7)).default_timeout == 7


def test_the_cache_can_be_switched_off(clock):
    """CACHE_TYPE=null runs the view each time."""
    app = gazette(CACHE_TYPE="null")
    client = app.test_client()

    assert [data_of(client.get("/api/v1/open/front"))["run"] for _ in range(2)] == [1, 2]


def test_a_route_without_a_declaration_has_no_step(app, client):
    """Routes that are not cached are not touched."""
    steps = {type(step) for step in app.view_functions["v1_open.plain"].steps}

    assert CachedResponse not in steps
    assert "Cache-Status" not in client.get("/api/v1/open/plain").headers


class TestOtherCaches:
    """What caches between the client and the server are told."""

    def test_they_may_keep_a_public_response(self, client, clock):
        """For as long as it is fresh here, counted from when it was made."""
        client.get("/api/v1/open/front")
        clock.advance(seconds=20)

        answer = client.get("/api/v1/open/front")

        assert answer.headers["Cache-Control"] == "public, max-age=60"
        assert answer.headers["Age"] == "20"
        assert answer.headers["Vary"] == "Accept"

    def test_they_may_keep_it_while_they_fetch_a_new_one(self, client):
        """As this server does."""
        answer = client.get("/api/v1/open/patient")

        assert answer.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=30"

    def test_they_must_ask_whether_a_response_with_tags_is_still_valid(self, client):
        """A tag that is dropped does not reach them."""
        assert client.get("/api/v1/open/articles").headers["Cache-Control"] == "public, no-cache"

    @pytest.mark.parametrize("headers", [{"Authorization": "Bearer ada"}, {"Cookie": "basket=7"}])
    def test_they_must_not_keep_the_response_to_a_request_with_credentials(self, client, headers):
        """Even if it is the same for all: they cannot know that it is."""
        for _ in range(2):
            assert client.get("/api/v1/open/front", headers=headers).headers["Cache-Control"] == "private, no-cache"

    @pytest.mark.parametrize("path", ["own/page", "own/same", "open/undeclared"])
    def test_they_must_not_keep_what_may_be_for_one_person(self, client, path):
        """Whatever requires authentication, and whatever was not declared public."""
        for _ in range(2):
            answer = client.get(f"/api/v1/{path}", headers={"Authorization": "Bearer ada"})
            assert answer.headers["Cache-Control"] == "private, no-cache"
        anonymous = client.get("/api/v1/open/undeclared")
        assert anonymous.headers["Cache-Control"] == "private, no-cache"
        assert anonymous.headers["Vary"] == "Accept, Authorization, Cookie"

    def test_a_304_tells_them_the_same(self, client):
        """Cache-Control, Vary and ETag are those of the whole response."""
        whole = client.get("/api/v1/open/articles")

        short = client.get("/api/v1/open/articles", headers={"If-None-Match": whole.headers["ETag"]})

        names = ("Cache-Control", "Vary", "ETag")
        assert [short.headers[name] for name in names] == [whole.headers[name] for name in names]

    def test_what_the_view_says_itself_stays(self, client):
        """A view may know better."""
        for _ in range(2):
            assert client.get("/api/v1/open/as/own-rule").headers["Cache-Control"] == "public, max-age=5"
