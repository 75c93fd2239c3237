"""Addresses in many spellings, and limits that somebody wants around."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from serving import PASSWORD
from sqlalchemy import func, select

from blog.models import User, db

ADA = "ada@example.com"
SPELLINGS = ["ADA@example.com", "ada@EXAMPLE.COM", "Ada@Example.Com", "aDA@eXAMPLE.cOM"]
NO_ADDRESSES = [
    *("ada@example.com.", "ada@example..com", "ada@.example.com", "ada@example", "ada", "@example.com", "ada@"),
    *(
        " ada@example.com",
        "ada@example.com ",
        "ada@example.com\n",
        "ada@example.com\0",
        "ada@exa mple.com",
        "\tada@a.co",
    ),
    *("\u0430da@example.com", "ada@ex\u0430mple.com", "ad\u00e1@example.com", "ada@example.\u0441om"),  # Cyrillic
    *("\uff41da@example.com", "ada@example\uff0ecom", "ada\u200b@example.com", "a\u0307da@example.com"),  # full width
    *("\u212aate@example.com", "ada@\u017fexample.com", "\u0130@example.com"),  # whose lower case is ASCII, or nearly
    *(
        "<ada@example.com>",
        "ada@example.com,eve@example.com",
        "ada@example.com%00",
        '"ada"@example.com',
        "ada@[127.0.0.1]",
    ),
    *("ada@-example.com", "ada@example-.com", "a" * 120 + "@example.com", "ada@example.com\r\nBcc: eve@example.com"),
]


def log_in(client, email=ADA, password="guess number one", **headers):
    return client.post("/api/auth/login", json={"email": email, "password": password}, headers=headers)


def register(client, email, password=PASSWORD):
    return client.post("/api/auth/register", json={"email": email, "password": password})


def count_users(app):
    with app.app_context():
        return db.execute(select(func.count()).select_from(User)).scalar()


def test_one_address_is_one_person_however_it_is_spelt(app, ada, client):
    answers = [register(client, spelling) for spelling in SPELLINGS]

    assert [answer.status_code for answer in answers] == [400] * len(SPELLINGS)
    assert all("already exists" in answer.json["message"] for answer in answers)
    assert {log_in(client, spelling, PASSWORD).status_code for spelling in SPELLINGS} == {200}
    assert count_users(app) == 1


def test_what_only_looks_like_an_address_is_none(app, ada, client):
    registered = {address: register(client, address).status_code for address in NO_ADDRESSES}
    logged_in = {address: log_in(client, address, PASSWORD).status_code for address in NO_ADDRESSES}

    assert registered == logged_in == dict.fromkeys(NO_ADDRESSES, 422)
    assert count_users(app) == 1


def test_two_spellings_at_once_make_one_person(app):
    with ThreadPoolExecutor(4) as pool:
        statuses = list(pool.map(lambda email: register(app.test_client(), email).status_code, SPELLINGS))

    assert sorted(statuses) == [201, 400, 400, 400]
    assert count_users(app) == 1


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_EMAIL": 4}])
def test_the_limit_of_an_address_holds_for_all_its_spellings(ada, client):
    first = [log_in(client, spelling).status_code for spelling in SPELLINGS[1:]]

    refused = [log_in(client, spelling) for spelling in (ADA, *SPELLINGS)]

    assert first == [401, 401, 401]
    assert [answer.status_code for answer in refused] == [429] * 5
    assert all(1 <= int(answer.headers["Retry-After"]) <= 60 for answer in refused)


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_EMAIL": 4}])
def test_who_is_limited_is_not_let_in_with_the_right_password_either(ada, client):
    for _ in range(4):
        log_in(client)

    assert log_in(client, password=PASSWORD).status_code == 429


CLAIMS = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Client-IP"]


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_ADDRESS": 5}])
def test_nobody_says_where_they_come_from_where_no_proxy_is_trusted(client):
    statuses = []
    for number in range(7):
        claimed = dict.fromkeys(CLAIMS, f"203.0.113.{number}") | {"Forwarded": f"for=203.0.113.{number}"}
        statuses.append(log_in(client, f"person{number}@example.com", **claimed).status_code)

    assert statuses == [401] * 5 + [429] * 2


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_ADDRESS": 5, "TRUSTED_PROXIES": 1}])
def test_behind_a_proxy_its_word_counts_and_what_the_client_put_before_it_does_not(client):
    def chain(number, proxy_saw):
        return {"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7, {proxy_saw}"}

    same = [log_in(client, f"a{number}@example.com", **chain(number, "192.0.2.1")).status_code for number in range(7)]
    other = log_in(client, "b@example.com", **chain(0, "192.0.2.2")).status_code

    assert same == [401] * 5 + [429] * 2
    assert other == 401


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_ADDRESS": 5, "TRUSTED_PROXIES": 1}])
@pytest.mark.parametrize("form", ["203.0.113.8:{}", "[2001:db8:1:2::8]:{}", "[2001:db8:1:2::{}]"])
def test_another_port_is_not_another_address(client, form):
    statuses = [
        log_in(client, f"person{number}@example.com", **{"X-Forwarded-For": form.format(4000 + number)}).status_code
        for number in range(7)
    ]

    assert statuses == [401] * 5 + [429] * 2


@pytest.mark.parametrize("app_config", [{"TRUSTED_PROXIES": 1}])
def test_a_stranger_with_ten_guesses_a_minute_does_not_lock_the_owner_out(ada, client):
    for _ in range(15):
        log_in(client, **{"X-Forwarded-For": "198.51.100.66"})

    assert log_in(client, **{"X-Forwarded-For": "198.51.100.66"}).status_code == 429
    assert log_in(client, password=PASSWORD, **{"X-Forwarded-For": "203.0.113.5"}).status_code == 200


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_ADDRESS": 5}])
def test_registrations_and_log_ins_share_the_limit_of_where_they_come_from(client):
    statuses = [register(client, f"a{number}@example.com").status_code for number in range(3)]
    statuses += [log_in(client, f"b{number}@example.com").status_code for number in range(4)]

    assert statuses == [201, 201, 201, 401, 401, 429, 429]


@pytest.mark.parametrize("app_config", [{"LOGIN_LIMIT_PER_EMAIL": 5}])
def test_of_many_guesses_at_the_same_moment_no_more_are_looked_at_than_may_be(app, ada):
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: log_in(app.test_client()).status_code, range(16)))

    # Signing her in was the first of the five.
    assert statuses == [401] * 4 + [429] * 12


def test_a_failed_log_in_does_not_say_why(app, ada, eve, client):
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(User.__table__.update().where(User.id == eve.id).values(is_active=False))

    answers = [log_in(client), log_in(client, "nobody@example.com"), log_in(client, eve.email, PASSWORD)]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert len({answer.data for answer in answers}) == 1
    assert len({tuple(sorted(set(answer.headers.keys()))) for answer in answers}) == 1


def test_a_password_is_taken_as_it_is(ada, client):
    for wrong in (
        PASSWORD.lower(),
        f" {PASSWORD}",
        f"{PASSWORD} ",
        PASSWORD[:-1],
        f"{PASSWORD}\n",
        ["a"],
        {"$ne": ""},
        True,
    ):
        assert log_in(client, password=wrong).status_code in {401, 422}, wrong
