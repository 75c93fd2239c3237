"""What a refused request is answered."""

import logging

import pytest

from beastmode.core.errors import Problem


def test_an_unknown_path_is_answered_in_the_envelope(client):
    answer = client.get("/api/v1/nothing")

    assert answer.status_code == 404
    assert answer.json == {"success": False, "message": "Resource not found"}


def test_a_problem_says_its_own_words(client, signed_in):
    assert client.get("/api/v1/books/99", headers=signed_in).json["message"] == "There is no such book."


def test_the_headers_of_an_error_are_kept(client):
    answer = client.delete("/api/v1/system/time")

    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}


def test_problem_details_come_to_who_asks_for_them(client, signed_in):
    answer = client.post("/api/v1/books", json={}, headers=signed_in | {"Accept": "application/problem+json"})

    assert answer.content_type == "application/problem+json"
    assert answer.json == {
        "type": "about:blank",
        "title": "Unprocessable Entity",
        "status": 422,
        "detail": "Validation failed",
        "errors": {"title": ["Missing data for required field."]},
    } | {"title": answer.json["title"]}


@pytest.mark.parametrize(
    "accept",
    [
        "application/problem+json",
        "Application/Problem+JSON",
        "text/html, application/problem+json;q=0.5",
        "application/problem+json; charset=utf-8 ; q=0.8, application/json;q=0.7",
        "application/json, application/problem+json",
        "application/problem+json, */*;q=0.1",
        "application/problem+json;q=1.000,,",
    ],
)
def test_who_names_problem_details_gets_them_unless_json_is_liked_better(client, accept):
    answer = client.get("/api/v1/nothing", headers={"Accept": accept})

    assert answer.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/json, application/problem+json;q=0.5",
        "application/problem+json;q=0.5, */*",
        "application/problem+json;q=0",
        "application/problem+json;q=often",
        "application/problem+json; q=2",
        "application/problem+jsonx",
        f"text/html;a={'x' * 9000}, application/problem+json",
        "",
    ],
)
def test_everybody_else_gets_the_envelope(client, accept):
    assert client.get("/api/v1/nothing", headers={"Accept": accept}).content_type == "application/json"


@pytest.mark.parametrize("debug", [True, False])
def test_an_unexpected_error_tells_the_client_nothing_and_the_log_everything(app, client, caplog, debug):
    app.testing = False
    app.debug = debug

    with caplog.at_level(logging.ERROR, "beastmode"):
        answer = client.get("/api/v1/system/broken")

    assert answer.status_code == 500
    assert answer.json == {"success": False, "message": "Internal server error"}
    assert "the secret is 12345" in caplog.text


def test_a_missing_body_field_is_not_an_internal_error(client, signed_in):
    assert client.patch("/api/v1/books/1", json={"pages": None}, headers=signed_in).status_code == 200


def test_a_problem_carries_its_headers():
    problem = Problem(429, "Too many", headers={"Retry-After": "3"})

    assert ("Retry-After", "3") in problem.get_headers()
