import re

import pytest
from sqlalchemy import update

from beastmode.limits.models import LoginAttempt

PASSWORD = "correct horse battery"
ADA = {"email": "ada@example.com", "password": PASSWORD}


def register(client, **changes):
    return client.post("/api/auth/register", json=ADA | changes)


def log_in(client, **changes):
    return client.post("/api/auth/login", json=ADA | changes)


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def grant(client, clock):
    register(client)
    return log_in(client).json["data"]


def test_registering_answers_201_with_the_user_and_no_secret(client):
    answer = register(client)

    assert answer.status_code == 201
    assert answer.json["success"] is True
    data = answer.json["data"]
    assert set(data) == {"id", "email", "name", "is_active", "created_at"}
    assert (data["email"], data["name"], data["is_active"]) == ("ada@example.com", "ada", True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+00:00", data["created_at"])
    assert PASSWORD not in answer.text
    assert "argon2" not in answer.text


def test_registering_with_a_name_and_capitals(client):
    data = register(client, email="Ada.L@Example.COM", name="Ada Lovelace").json["data"]

    assert (data["email"], data["name"]) == ("ada.l@example.com", "Ada Lovelace")
    assert log_in(client, email="ADA.L@example.com").status_code == 200


def test_a_taken_address_answers_400_before_the_password_is_judged(client):
    register(client)

    for answer in (register(client), register(client, email="ADA@EXAMPLE.COM"), register(client, password="1")):
        assert answer.status_code == 400
        assert answer.json["success"] is False
        assert "already exists" in answer.json["message"]


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"password": "1234567"}, {"password"}),
        ({"password": "x" * 257}, {"password"}),
        ({"password": ""}, {"password"}),
        ({"password": None}, {"password"}),
        ({"password": 12345678}, {"password"}),
        ({"password": "with\0nul inside"}, {"password"}),
        ({"email": "ada"}, {"email"}),
        ({"email": " ada@example.com"}, {"email"}),
        ({"email": "ada@example.com "}, {"email"}),
        ({"email": None}, {"email"}),
        ({"name": ""}, {"name"}),
        ({"name": "x" * 81}, {"name"}),
        ({"is_active": False}, {"is_active"}),
        ({"is_operator": True}, {"is_operator"}),
        ({"email": "ada", "password": "1234567"}, {"email", "password"}),
        ({"email": "ada", "password": "1234567", "name": "", "id": 1}, {"email", "password", "name", "id"}),
    ],
)
def test_every_field_that_will_not_do_is_named(client, changes, fields):
    answer = register(client, **changes)

    assert answer.status_code == 422
    assert answer.json["message"] == "Validation failed"
    assert set(answer.json["details"]) == fields
    assert all(isinstance(sentence, str) for said in answer.json["details"].values() for sentence in said)


def test_nobody_registers_where_registration_is_closed(make_client):
    client = make_client(enable_registration=False)

    answer = register(client)

    assert answer.status_code == 403
    assert log_in(client).status_code == 401


def test_logging_in_gives_what_proves_who_one_is(client):
    register(client)

    answer = log_in(client)

    assert answer.status_code == 200
    data = answer.json["data"]
    assert set(data) == {"token", "refresh_token", "token_type", "expires_in"}
    assert (data["token_type"], data["expires_in"]) == ("Bearer", 900)
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client):
    register(client)

    wrong, unknown = log_in(client, password="wrong horse battery"), log_in(client, email="eve@example.com")

    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.headers["WWW-Authenticate"] == unknown.headers["WWW-Authenticate"] == "Bearer"


def test_an_inactive_user_gets_the_answer_to_a_wrong_password(client, app, database, user):
    register(client)
    database.execute(update(user).values(is_active=False))

    assert log_in(client).json == log_in(client, password="wrong horse battery").json


def test_a_signed_in_user_sees_their_own_account(client, grant):
    answer = client.get("/api/auth/me", headers=bearer(grant["token"]))

    assert answer.status_code == 200
    assert answer.json["data"]["email"] == "ada@example.com"
    assert set(answer.json["data"]) == {"id", "email", "name", "is_active", "created_at"}


@pytest.mark.parametrize("header", [None, "Bearer", "Bearer x", "Basic YTpi", "Bearer a.b.c", "Bearer " + "a" * 8000])
def test_nobody_else_sees_that_account(client, header):
    answer = client.get("/api/auth/me", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.json["success"] is False


def test_a_refresh_token_is_no_access_token_and_the_other_way_round(client, grant):
    me = client.get("/api/auth/me", headers=bearer(grant["refresh_token"]))
    refresh = client.post("/api/auth/refresh", json={"refresh_token": grant["token"]})

    assert me.status_code == refresh.status_code == 401


def test_an_access_token_ends_and_a_refresh_gives_the_next(client, grant, clock):
    clock.advance(minutes=15)
    late = client.get("/api/auth/me", headers=bearer(grant["token"]))
    assert late.status_code == 401
    assert 'error="invalid_token"' in late.headers["WWW-Authenticate"]

    answer = client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]})

    assert answer.status_code == 200
    assert set(answer.json["data"]) == set(grant)
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/api/auth/me", headers=bearer(answer.json["data"]["token"])).status_code == 200


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "x" * 500_000, "s" * 22 + ".0." + "A" * 43])
def test_what_is_no_refresh_token_answers_401(client, token):
    answer = client.post("/api/auth/refresh", json={"refresh_token": token})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_stolen_refresh_token_ends_the_session_when_both_use_it(client, grant, clock):
    mine = client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).json["data"]
    clock.advance(seconds=11)

    stolen = client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]})

    assert stolen.status_code == 401
    assert client.post("/api/auth/refresh", json={"refresh_token": mine["refresh_token"]}).status_code == 401


@pytest.mark.parametrize("body", [{}, {"data": b""}, {"json": {}}])
def test_logging_out_takes_an_empty_body_or_none_and_ends_the_session(client, grant, body):
    answer = client.post("/api/auth/logout", headers=bearer(grant["token"]), **body)

    assert answer.status_code == 200
    assert answer.json["success"] is True
    assert client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}).status_code == 401


def test_logging_out_needs_an_access_token(client, grant):
    assert client.post("/api/auth/logout").status_code == 401
    assert client.post("/api/auth/logout", headers=bearer(grant["refresh_token"])).status_code == 401


def test_the_token_of_a_user_who_is_gone_shows_nothing(client, grant, database, user):
    database.execute(update(user).values(is_active=False))

    assert client.get("/api/auth/me", headers=bearer(grant["token"])).status_code == 401


def test_log_ins_for_one_address_are_limited_and_come_back_after_the_minute(client, clock):
    register(client)
    answers = [log_in(client, password="wrong horse battery") for _ in range(10)]
    assert {answer.status_code for answer in answers} == {401}

    refused = log_in(client)
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "60"
    assert log_in(client, email="ADA@example.com").status_code == 429
    assert log_in(client, email="eve@example.com").status_code == 401

    clock.advance(seconds=60)
    assert log_in(client).status_code == 200


def test_registrations_for_one_address_are_limited(client, clock):
    register(client)
    assert {register(client).status_code for _ in range(9)} == {400}

    refused = register(client)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "60")
    assert log_in(client).status_code == 200


def test_log_ins_and_registrations_from_one_ip_address_are_limited_together(make_client, clock):
    client = make_client(login_limit_per_address=4)
    for number in range(2):
        assert register(client, email=f"{number}@example.com").status_code == 201
        assert log_in(client, email=f"{number}@example.com").status_code == 200

    assert register(client, email="5@example.com").status_code == 429
    assert log_in(client, email="0@example.com").headers["Retry-After"] == "60"
    elsewhere = client.post("/api/auth/login", json=ADA, environ_base={"REMOTE_ADDR": "198.51.100.1"})
    assert elsewhere.status_code == 401


def test_a_request_that_is_malformed_is_not_counted(client, database):
    log_in(client, email="ada")
    register(client, email="ada")

    assert database.session.query(LoginAttempt).count() == 0


def test_every_version_has_the_routes_and_an_unversioned_path_too(client):
    for prefix in ("/api", "/api/v1", "/api/v2"):
        assert client.post(f"{prefix}/auth/login", json=ADA).status_code == 401
        assert client.get(f"{prefix}/auth/me").status_code == 401


@pytest.fixture
def quiet(make_client):
    return make_client(hide_registered_emails=True)


def test_a_taken_address_gets_the_answer_of_a_free_one_where_the_setting_says_so(quiet, database, user):
    free, taken = register(quiet), register(quiet, password="another horse battery")

    assert free.status_code == taken.status_code == 202
    assert free.json == taken.json
    assert "data" not in free.json or free.json["data"] is None
    assert {name for name, _ in free.headers} == {name for name, _ in taken.headers}
    assert database.session.query(user).count() == 1
    assert log_in(quiet).status_code == 200
    assert log_in(quiet, password="another horse battery").status_code == 401


def test_a_password_that_will_not_do_is_told_for_both_alike(quiet):
    register(quiet)

    taken, free = register(quiet, password="1234567"), register(quiet, email="eve@example.com", password="1234567")

    assert taken.status_code == free.status_code == 422
    assert taken.json == free.json


def test_the_document_says_what_registering_answers(make_client, quiet):
    for client, status in ((make_client(), "201"), (quiet, "202")):
        operation = client.get("/api/v1/openapi.json").json["paths"]["/api/v1/auth/register"]["post"]

        assert {status} == set(operation["responses"]) & {"201", "202"}


def test_a_common_password_and_ones_own_address_are_refused(client):
    for password in ("Password123", "ada@example.com", "Ada.Lovelace"):
        answer = register(client, email="ada.lovelace@example.com", password=password.replace("ada@", "ada.lovelace@"))

        assert answer.status_code == 422
        assert set(answer.json["details"]) == {"password"}


def test_nothing_that_signs_in_or_shows_an_account_is_kept_in_a_cache(client):
    made = register(client)
    grant = log_in(client).json["data"]
    token = bearer(grant["token"])

    answers = [
        made,
        register(client),
        log_in(client),
        log_in(client, password="wrong horse battery"),
        client.get("/api/auth/me", headers=token),
        client.get("/api/auth/me"),
        client.post("/api/auth/refresh", json={"refresh_token": grant["refresh_token"]}),
        client.post("/api/auth/logout", headers=token),
        client.post("/api/auth/logout"),
    ]

    assert {answer.headers.get("Cache-Control") for answer in answers} == {"no-store"}
