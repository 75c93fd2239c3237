"""The format of responses: success, errors, validation errors, and pages (docs/why/from-the-prompt.md)."""

import pytest

from blog.models import Post, User

PAGINATION = {"page", "per_page", "total", "pages", "has_next", "has_prev", "next_page", "prev_page"}


@pytest.fixture
def reader(api, factory):
    """Somebody who is signed in."""
    factory.account("reader@example.com", "password123", name="reader")
    api.login("reader@example.com", "password123")
    return api


def test_success_has_its_message_and_the_data(reader, factory):
    post = factory(Post, title="Hello")

    response = reader.get(f"/api/posts/{post.id}")

    assert response.status_code == 200
    assert response.json.keys() == {"success", "message", "data"}
    assert (response.json["success"], response.json["message"]) == (True, "Success")
    assert response.json["data"]["title"] == "Hello"


def test_success_without_data_has_no_data(reader):
    response = reader.post("/api/auth/logout")

    assert response.status_code == 200
    assert response.json == {"success": True, "message": "Logged out"}


def test_an_error_has_its_message_and_no_details_where_there_are_none(reader):
    response = reader.get("/api/posts/999")

    assert response.status_code == 404
    assert response.json == {"success": False, "message": "Resource not found"}


def test_a_validation_error_says_what_is_wrong_field_by_field(reader):
    response = reader.post("/api/posts", {"title": "", "colour": "red"})

    assert response.status_code == 422
    assert response.json["success"] is False
    assert response.json["message"] == "Validation failed"
    assert response.json["details"].keys() == {"title", "body", "colour"}
    assert all(isinstance(sentences, list) for sentences in response.json["details"].values())


@pytest.mark.parametrize("app_config", [{"PROPAGATE_EXCEPTIONS": False, "DEBUG": True}])
def test_a_view_that_breaks_says_so_and_no_more(app, reader, caplog):
    def broken():
        raise RuntimeError("password=hunter2")

    endpoint, _ = app.url_map.bind("localhost").match("/api/v1/posts")
    app.view_functions[endpoint] = broken

    response = reader.get("/api/posts")

    assert response.status_code == 500
    assert response.json == {"success": False, "message": "Internal server error"}
    assert "hunter2" in caplog.text


def test_the_list_of_users_is_that_of_the_default_version(reader):
    unversioned, first = reader.get("/api/users"), reader.get("/api/v1/users")

    assert unversioned.status_code == 200
    assert unversioned.json == first.json


@pytest.mark.parametrize("app_config", [{"API_VERSION": "v2"}])
def test_the_default_version_is_a_setting(reader):
    unversioned, second = reader.get("/api/users"), reader.get("/api/v2/users")

    assert unversioned.json == second.json
    assert unversioned.json["success"] is True


def test_the_first_version_goes_on_giving_a_plain_list(reader):
    response = reader.get("/api/v1/users")

    assert isinstance(response.json, list)
    assert {"id", "email", "created_at"} <= response.json[0].keys()
    assert "profile" not in response.json[0]


def test_the_first_version_says_until_when_and_what_comes_after_it(reader):
    response = reader.get("/api/v1/users")

    assert response.headers["Deprecation"].startswith("@")
    assert response.headers["Sunset"].endswith("GMT")
    assert '</api/v2/users>; rel="successor-version"' in response.headers["Link"]


def test_the_second_version_gives_the_envelope_with_profiles(reader, factory):
    response = reader.get("/api/v2/users")

    assert response.json["success"] is True
    assert response.json["data"]["items"][0]["email"] == "reader@example.com"
    assert response.json["data"]["items"][0]["profile"] is None
    assert "Deprecation" not in response.headers


def test_one_user_is_found_in_either_version(reader, factory):
    ada = factory(User, name="Ada")

    names = [reader.get(f"/api{version}/users/{ada.id}").json["data"]["name"] for version in ("", "/v1", "/v2")]

    assert names == ["Ada", "Ada", "Ada"]


@pytest.fixture
def library(reader, factory):
    """45 people, the reader among them: three pages of 20."""
    for _ in range(44):
        factory(User)
    return reader


def test_a_page_says_where_it_is(library):
    data = library.get("/api/v2/users?page=2").json["data"]

    assert data.keys() == {"items", "pagination"}
    assert data["pagination"].keys() >= PAGINATION
    assert {name: data["pagination"][name] for name in PAGINATION} == {
        "page": 2,
        "per_page": 20,
        "total": 45,
        "pages": 3,
        "has_next": True,
        "has_prev": True,
        "next_page": 3,
        "prev_page": 1,
    }
    assert [item["id"] for item in data["items"]] == list(range(21, 41))


@pytest.mark.parametrize(
    ("page", "neighbours"),
    [
        (1, {"has_prev": False, "prev_page": None, "has_next": True, "next_page": 2}),
        (3, {"has_prev": True, "prev_page": 2, "has_next": False, "next_page": None}),
    ],
)
def test_the_first_page_and_the_last_have_a_neighbour_less(library, page, neighbours):
    pagination = library.get(f"/api/v2/users?page={page}").json["data"]["pagination"]

    assert {name: pagination[name] for name in neighbours} == neighbours


@pytest.mark.parametrize(
    ("query", "page", "per_page"),
    [
        ("", 1, 20),
        ("page=abc", 1, 20),
        ("page=2&per_page=abc", 1, 20),
        ("page=abc&per_page=5", 1, 20),
        ("page=", 1, 20),
        ("page=2.5", 1, 20),
        ("page=0", 1, 20),
        ("page=-3", 1, 20),
        ("per_page=1000", 1, 100),
        ("per_page=100", 1, 100),
        ("per_page=5&page=2", 2, 5),
        ("per_page=0", 1, 20),
        ("per_page=-1", 1, 20),
    ],
)
def test_what_makes_no_sense_falls_back(library, query, page, per_page):
    response = library.get(f"/api/v2/users?{query}")

    pagination = response.json["data"]["pagination"]
    assert response.status_code == 200
    assert (pagination["page"], pagination["per_page"]) == (page, per_page)
    assert len(response.json["data"]["items"]) == min(per_page, 45 - (page - 1) * per_page)


def test_a_page_beyond_the_last_is_empty_and_says_how_many_there_are(library):
    data = library.get("/api/v2/users?page=99").json["data"]

    assert data["items"] == []
    assert (data["pagination"]["total"], data["pagination"]["has_next"]) == (45, False)
