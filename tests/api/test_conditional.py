"""Entity tags: what the client has, and what it thinks it changes."""

import pytest


@pytest.fixture
def etag(client, signed_in):
    return client.get("/api/v1/books/1", headers=signed_in).headers["ETag"]


def test_an_answer_has_a_strong_tag(etag):
    assert etag.startswith('"')


def test_what_the_client_has_already_is_not_sent_again(client, signed_in, etag):
    answer = client.get("/api/v1/books/1", headers=signed_in | {"If-None-Match": f'"other", {etag}'})

    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag


def test_another_representation_has_another_tag(client, signed_in, etag, store):
    store[1]["title"] = "Dune Messiah"

    answer = client.get("/api/v1/books/1", headers=signed_in | {"If-None-Match": etag})

    assert answer.status_code == 200
    assert answer.headers["ETag"] != etag


def test_a_change_to_what_the_client_has_seen_goes_through(client, signed_in, etag):
    answer = client.patch("/api/v1/books/1", json={"pages": 1}, headers=signed_in | {"If-Match": etag})

    assert answer.status_code == 200


def test_a_change_to_something_newer_is_refused(client, signed_in, etag, store):
    store[1]["pages"] = 500

    answer = client.patch("/api/v1/books/1", json={"pages": 1}, headers=signed_in | {"If-Match": etag})

    assert answer.status_code == 412
    assert store[1]["pages"] == 500


def test_without_if_match_the_change_goes_through(client, signed_in):
    assert client.patch("/api/v1/books/1", json={"pages": 1}, headers=signed_in).status_code == 200


def test_any_representation_matches_a_star(client, signed_in):
    assert client.delete("/api/v1/books/1", headers=signed_in | {"If-Match": "*"}).status_code == 204


def test_a_star_matches_nothing_that_is_not_there(client, signed_in, store):
    store.clear()

    assert client.delete("/api/v1/books/1", headers=signed_in | {"If-Match": "*"}).status_code == 404


def test_a_weak_tag_is_no_strong_match(client, signed_in, etag):
    assert client.delete("/api/v1/books/1", headers=signed_in | {"If-Match": f"W/{etag}"}).status_code == 412


def test_where_nothing_is_shown_no_tag_can_match(client, signed_in):
    answer = client.post("/api/v1/system/ping", json={}, headers=signed_in | {"If-Match": "*"})

    promised = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/system/ping"]["post"]["responses"]
    assert answer.status_code == 412
    assert "412" in promised
