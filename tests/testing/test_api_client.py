import pytest
from flask import Flask, request

from beastmode.testing import ApiClient

METHODS = ["get", "post", "put", "patch", "delete"]


@pytest.fixture
def api():
    """A client of an application that says what it was sent."""
    app = Flask("mirror")

    @app.route("/mirror", methods=[method.upper() for method in METHODS])
    def mirror():
        return {
            "method": request.method.lower(),
            "authorization": request.headers.get("Authorization"),
            "type": request.content_type,
            "body": request.get_data(as_text=True),
            "query": request.args,
            "colour": request.headers.get("X-Colour"),
        }

    @app.post("/api/auth/login")
    def login():
        if request.get_json() == {"email": "ada@example.com", "password": "right"}:
            return {"success": True, "data": {"token": "open-sesame"}}
        return {"success": False, "message": "no"}, 401

    return ApiClient(app.test_client())


def test_nobody_is_signed_in_at_first(api):
    answer = api.get("/mirror")

    assert api.auth_token is None
    assert answer.json["authorization"] is None


def test_a_log_in_that_goes_well_keeps_the_token(api):
    response = api.login("ada@example.com", "right")

    assert response.status_code == 200
    assert api.auth_token == "open-sesame"


def test_a_log_in_that_fails_keeps_no_token(api):
    response = api.login("ada@example.com", "wrong")

    assert response.status_code == 401
    assert api.auth_token is None


def test_a_log_in_that_fails_leaves_the_token_of_the_one_before(api):
    api.login("ada@example.com", "right")

    api.login("ada@example.com", "wrong")

    assert api.auth_token == "open-sesame"


@pytest.mark.parametrize("method", METHODS)
def test_each_method_sends_the_token(api, method):
    api.login("ada@example.com", "right")

    answer = getattr(api, method)("/mirror")

    assert answer.json["method"] == method
    assert answer.json["authorization"] == "Bearer open-sesame"


@pytest.mark.parametrize("method", METHODS)
def test_each_method_sends_data_as_json(api, method):
    answer = getattr(api, method)("/mirror", {"title": "Grüße"})

    assert answer.json["type"] == "application/json"
    assert "Gr" in answer.json["body"]


@pytest.mark.parametrize(("data", "body"), [({}, "{}"), ([], "[]"), (False, "false"), (0, "0")])
def test_data_that_is_empty_is_sent_all_the_same(api, data, body):
    answer = api.post("/mirror", data)

    assert answer.json["body"] == body


def test_without_data_there_is_no_body(api):
    answer = api.post("/mirror")

    assert answer.json["type"] is None
    assert answer.json["body"] == ""


def test_what_the_test_client_takes_is_passed_on(api):
    headers = {"X-Colour": "red"}

    answer = api.get("/mirror", headers=headers, query_string={"page": 2})

    assert answer.json["colour"] == "red"
    assert answer.json["query"] == {"page": "2"}
    assert headers == {"X-Colour": "red"}


def test_a_header_that_the_test_sends_itself_stands(api):
    api.login("ada@example.com", "right")

    answer = api.get("/mirror", headers={"authorization": "Bearer forged"})

    assert answer.json["authorization"] == "Bearer forged"
