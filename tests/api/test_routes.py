"""What a declared route answers."""

import pytest
from api_shelf import Book
from flask import Flask

from beastmode import Beastmode
from beastmode.api import Api, Blueprint, Version
from beastmode.core.errors import ConfigurationError
from beastmode.core.middleware import middleware_of


def test_data_comes_in_the_envelope(client, signed_in):
    answer = client.get("/api/v1/books/1", headers=signed_in)

    assert answer.status_code == 200
    assert answer.json == {
        "success": True,
        "message": "Success",
        "data": {
            "id": 1,
            "title": "Dune",
            "pages": 412,
            "is_lent": False,
            "price": 9.5,
            "tags": ["sand"],
            "shelf": None,
        },
    }


def test_an_answer_can_say_more_than_its_data(client, signed_in):
    answer = client.post("/api/v1/books", json={"title": "Emma"}, headers=signed_in)

    assert answer.status_code == 201
    assert answer.json["message"] == "Added"
    assert answer.headers["Location"] == "/api/v1/books/2"


def test_a_route_wants_sign_in_unless_it_is_public(client):
    assert client.get("/api/v1/books/1").status_code == 401
    assert client.get("/api/v1/books/1").headers["WWW-Authenticate"] == "Bearer"
    assert client.get("/api/v1/system/time").status_code == 200


def test_a_private_route_without_a_way_to_sign_in_is_refused_at_start():
    api = Api("Lonely")
    things = Blueprint("things", version="v1", url_prefix="/things")
    things.get("")(lambda: None)
    api.register(things)
    app = Flask("lonely")
    app.config["ENVIRONMENT"] = "testing"

    with pytest.raises(ConfigurationError, match="requires authentication"):
        Beastmode(app, api=api)


def test_a_later_version_inherits_what_it_does_not_redefine(client, signed_in):
    assert client.get("/api/v2/books/1", headers=signed_in).json["data"]["title"] == "Dune"
    assert client.get("/api/v2/books", headers=signed_in).json["data"][0]["title"] == "DUNE"
    assert client.get("/api/v1/books", headers=signed_in).json["data"][0]["title"] == "Dune"


def test_an_unversioned_path_is_the_default_versions(app, client, signed_in):
    seen = []
    middleware_of(app).observers.append(seen.append)

    answer = client.get("/api/books/1", headers=signed_in)

    assert answer.status_code == 200
    assert (seen[0].path, seen[0].route) == ("/api/books/1", "/api/v1/books/<int:book_id>")


def test_an_unversioned_path_follows_the_setting(store):
    from api_shelf import authenticate, shelf_api

    from beastmode.core.identity import set_authenticator

    app = Flask("shelf")
    app.config.from_mapping(ENVIRONMENT="testing", API_VERSION="v2")
    set_authenticator(app, authenticate)
    Beastmode(app, api=shelf_api(store))

    answer = app.test_client().get("/api/books", headers={"Authorization": "Bearer open-sesame"})

    assert answer.json["data"][0]["title"] == "DUNE"


def test_a_default_version_that_there_is_not_is_refused_at_start():
    app = Flask("odd")
    app.config.from_mapping(ENVIRONMENT="testing", API_VERSION="v9")

    with pytest.raises(ConfigurationError, match="'v9'; available versions: v1"):
        Beastmode(app, api=Api("Odd", versions=[Version("v1")]))


def test_two_routes_in_one_place_are_refused_at_start():
    one = Blueprint("one", version="v1", url_prefix="/things")
    other = Blueprint("other", version="v1", url_prefix="/things")
    one.get("/<int:a>", public=True)(lambda a: a)
    other.get("/<string:b>", public=True)(lambda b: b)
    api = Api("Clash")
    api.register(one, other)
    app = Flask("clash")
    app.config["ENVIRONMENT"] = "testing"

    with pytest.raises(ConfigurationError, match="both handle GET"):
        Beastmode(app, api=api)


def test_a_view_may_answer_with_a_response_of_its_own(client):
    assert client.get("/api/v1/system/raw").text == "as it is"


def test_a_list_may_go_without_the_envelope(client):
    assert client.get("/api/v1/system/bare").json[0]["title"] == "Dune"


def test_head_has_the_headers_and_no_body(client, signed_in):
    answer = client.head("/api/v1/books/1", headers=signed_in)

    assert answer.status_code == 200
    assert answer.data == b""
    assert int(answer.headers["Content-Length"]) > 50


def test_a_deleted_thing_answers_without_content(client, signed_in):
    answer = client.delete("/api/v1/books/1", headers=signed_in)

    assert (answer.status_code, answer.data) == (204, b"")


def test_a_body_may_be_left_out_where_the_route_says_so(client):
    assert client.post("/api/v1/system/ping").status_code == 200
    assert client.post("/api/v1/system/ping", json={}).status_code == 200
    assert client.post("/api/v1/system/ping", json={"x": 1}).status_code == 422


def test_a_private_answer_may_be_kept_only_by_its_reader(client, signed_in):
    assert client.get("/api/v1/books/1", headers=signed_in).headers["Cache-Control"] == "private, no-cache"


def test_nothing_stands_under_a_number_beyond_64_bits(client, signed_in):
    assert client.get(f"/api/v1/books/{10**30}", headers=signed_in).status_code == 404


def test_a_view_that_returns_a_tuple_is_told_what_to_return_instead(app, signed_in):
    things = Blueprint("things", version="v1", url_prefix="/things")
    things.get(returns=Book, public=True)(lambda: ({"id": 1}, 201))
    api = Api("Things")
    api.register(things)
    other = Flask("things")
    other.config["ENVIRONMENT"] = "testing"
    Beastmode(other, api=api)

    with pytest.raises(TypeError, match=r"return Answer\(data, status=...\)"):
        other.test_client().get("/api/v1/things")


@pytest.mark.parametrize("path", ["/api//v1/books/1", "/api/v1//books/1", "/api/v1/books//1", "/api/v1/books/1/"])
def test_another_spelling_of_a_path_leads_nowhere_else(client, signed_in, path):
    answer = client.get(path, headers=signed_in | {"Host": "elsewhere.example"})

    assert answer.status_code == 404
    assert answer.json == {"success": False, "message": "Resource not found"}


def test_a_view_that_has_nothing_where_data_is_declared_is_told_to_say_so(app, client, signed_in, store):
    store[1] = None

    app.config["PROPAGATE_EXCEPTIONS"] = True

    with pytest.raises(TypeError, match="returned None"):
        client.get("/api/v1/books/1", headers=signed_in)
