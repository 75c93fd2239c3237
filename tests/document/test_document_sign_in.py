"""Registration and login: the paths, bodies and responses of docs/why/from-the-prompt.md."""

import pytest

from beastmode.testing import ApiClient
from blog.models import User

NEW_USER = {"email": "newuser@example.com", "password": "securepassword123"}


@pytest.fixture
def sample_user(factory):
    return factory.account("test@example.com", "password123")


def test_a_new_user_is_registered_and_gets_an_id(api):
    response = api.post("/api/auth/register", NEW_USER)

    assert response.status_code == 201
    assert response.json["success"] is True
    assert isinstance(response.json["data"]["id"], int)


def test_an_address_that_exists_is_refused(api, sample_user):
    response = api.post("/api/auth/register", {"email": sample_user.email, "password": "password123"})

    assert response.status_code == 400
    assert response.json["success"] is False
    assert "already exists" in response.json["message"].lower()


def test_an_address_that_exists_without_a_password_is_refused_too(api, factory):
    factory(User, email="test@example.com")

    response = api.post("/api/auth/register", {"email": "test@example.com", "password": "password123"})

    assert response.status_code == 400
    assert "already exists" in response.json["message"].lower()


def test_whoever_registered_logs_in_and_gets_a_token(api):
    api.post("/api/auth/register", NEW_USER)

    response = api.login(**NEW_USER)

    assert response.status_code == 200
    assert response.json["data"]["token"] == api.auth_token
    assert api.get("/api/auth/me").json["data"]["email"] == "newuser@example.com"


def test_a_wrong_password_gives_no_token(api, sample_user):
    response = api.login(sample_user.email, "password124")

    assert response.status_code == 401
    assert response.json["success"] is False
    assert api.auth_token is None


@pytest.mark.parametrize("authorization", [None, "Bearer dev_token_12345", "Bearer ", "Token abc", "Bearer a.b.c"])
def test_without_a_token_that_holds_nobody_gets_in(client, authorization):
    headers = {} if authorization is None else {"Authorization": authorization}

    response = client.get("/api/posts", headers=headers)

    assert response.status_code == 401
    assert response.json["success"] is False
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_two_helpers_are_two_people(client, factory):
    ada, eve = ApiClient(client), ApiClient(client)
    factory.account("ada@example.com", "password123")
    factory.account("eve@example.com", "password456")

    ada.login("ada@example.com", "password123")
    eve.login("eve@example.com", "password456")

    assert ada.get("/api/auth/me").json["data"]["email"] == "ada@example.com"
    assert eve.get("/api/auth/me").json["data"]["email"] == "eve@example.com"


def test_a_token_ends_when_its_time_is_over(api, sample_user, clock):
    api.login(sample_user.email, "password123")
    assert api.get("/api/auth/me").status_code == 200

    clock.advance(minutes=15)

    assert api.get("/api/auth/me").status_code == 401


@pytest.mark.parametrize("app_config", [{"JWT_EXPIRES_HOURS": 24}])
def test_a_token_holds_as_long_as_the_document_says_where_it_is_told_to(api, sample_user, clock):
    api.login(sample_user.email, "password123")

    clock.advance(hours=24, seconds=-1)
    assert api.get("/api/auth/me").status_code == 200

    clock.advance(seconds=1)
    assert api.get("/api/auth/me").status_code == 401


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_EMAIL": 5}])
def test_requests_up_to_the_limit_are_answered_and_those_beyond_are_not(api, sample_user, clock):
    statuses = [api.login(sample_user.email, "wrong-password").status_code for _ in range(10)]

    assert statuses == [401] * 5 + [429] * 5


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_EMAIL": 1}])
def test_who_was_refused_may_try_again_when_told(api, sample_user, clock):
    api.login(sample_user.email, "wrong-password")
    refused = api.login(sample_user.email, "password123")

    clock.advance(seconds=int(refused.headers["Retry-After"]))

    assert refused.status_code == 429
    assert api.login(sample_user.email, "password123").status_code == 200


@pytest.mark.parametrize("app_config", [{"PASSWORD_RULES": "composition"}])
@pytest.mark.parametrize(
    ("password", "sentences"),
    [
        ("Short1", ["Password must be at least 8 characters long"]),
        ("alllowercase1", ["Password must contain at least one uppercase letter"]),
        ("ALLUPPERCASE1", ["Password must contain at least one lowercase letter"]),
        ("NoNumberInIt", ["Password must contain at least one number"]),
        (
            "!!!",
            [
                "Password must be at least 8 characters long",
                "Password must contain at least one uppercase letter",
                "Password must contain at least one lowercase letter",
                "Password must contain at least one number",
            ],
        ),
    ],
)
def test_a_weak_password_is_told_all_that_is_wrong_with_it(api, password, sentences):
    response = api.post("/api/auth/register", {"email": "newuser@example.com", "password": password})

    assert response.status_code == 422
    assert response.json["details"] == {"password": sentences}


@pytest.mark.parametrize("app_config", [{"ENABLE_REGISTRATION": "false"}])
def test_registration_can_be_switched_off(api):
    response = api.post("/api/auth/register", NEW_USER)

    assert response.status_code == 403
    assert response.json["success"] is False
