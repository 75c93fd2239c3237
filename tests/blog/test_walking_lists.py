"""Lists walked page by page while others write, and cursors that somebody tampered with."""

from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import delete, insert

from blog.models import Post, User, db

SORTS = ["", "id", "-id", "name", "-name", "created_at,-id", "-created_at,name,email", "email"]
STABLE = 47


@pytest.fixture
def people(app, ada):
    """The ids of people who stay; names and moments repeat, so that ties have to be decided."""
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = [
        {
            "email": f"person{number}@example.com",
            "name": f"Name {number % 5}",
            "created_at": moment + timedelta(seconds=number % 3, microseconds=number % 2),
        }
        for number in range(STABLE)
    ]
    with app.app_context(), db.engine.begin() as connection:
        made = connection.execute(insert(User).returning(User.id), rows).scalars().all()
    return {ada.id, *made}


class Passersby:
    """People who come and go: some new, some of those who came before gone."""

    def __init__(self, app):
        self.app = app
        self.number = 0

    def come_and_go(self):
        self.number += 1
        rows = [
            {"email": f"passer{self.number}-{each}@example.com", "name": f"Name {(self.number + each) % 7}"}
            for each in range(3)
        ]
        with self.app.app_context(), db.engine.begin() as connection:
            connection.execute(insert(User), rows)
            connection.execute(delete(User).where(User.email.like(f"passer{self.number - 2}-%")))


def page(api, **asked):
    answer = api.get("/api/v2/users", query_string=asked)
    assert answer.status_code == 200, answer.json
    return answer.json["data"]


def walk(api, sort, between, direction="next_cursor", cursor=""):
    """The ids from a cursor to the end of the list, page by page, and the last page's cursor for the way back."""
    found, back = [], None
    asked = {"sort": sort} if sort else {}
    while cursor is not None:
        data = page(api, cursor=cursor, per_page=5, **(asked if cursor == "" else {}))
        ids = [item["id"] for item in data["items"]]
        found += ids if direction == "next_cursor" else reversed(ids)
        back = data["pagination"]["prev_cursor" if direction == "next_cursor" else "next_cursor"] or back
        cursor = data["pagination"][direction]
        between()
    return found, back


@pytest.mark.parametrize("sort", SORTS)
def test_who_is_there_all_the_time_is_met_once_in_order_whoever_comes_and_goes(app, ada, people, sort):
    everybody = [item["id"] for item in page(ada.api, per_page=100, **({"sort": sort} if sort else {}))["items"]]

    passersby = Passersby(app)

    there, turn = walk(ada.api, sort, passersby.come_and_go)
    back, _ = walk(ada.api, sort, passersby.come_and_go, "prev_cursor", turn)

    met = [number for number in there if number in people]
    assert met == everybody
    met_again = [number for number in back if number in people]
    assert met_again == [number for number in reversed(everybody) if number in set(met_again)]
    assert set(everybody[: len(everybody) - 10]) <= set(met_again)


def test_nobody_is_skipped_or_met_twice_while_others_write_at_the_very_same_time(app, ada, people):
    passersby, has_ended = Passersby(app), Event()

    def write():
        while not has_ended.is_set():
            passersby.come_and_go()

    writer = Thread(target=write)
    writer.start()
    try:
        walks = [walk(ada.api, sort, lambda: None)[0] for sort in ("", "-id", "name")]
    finally:
        has_ended.set()
        writer.join()

    for found in walks:
        assert sorted(number for number in found if number in people) == sorted(people)
        assert len(set(found)) == len(found)


@pytest.fixture
def cursor(ada, people):
    return page(ada.api, cursor="", per_page=5)["pagination"]["next_cursor"]


def status(api, cursor, path="/api/v2/users"):
    return api.get(path, query_string={"cursor": cursor}).status_code


def test_no_character_of_a_cursor_can_be_changed(ada, cursor):
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    changed = {
        cursor[:place] + other + cursor[place + 1 :]
        for place, letter in enumerate(cursor)
        for other in (alphabet[alphabet.index(letter) ^ 1], alphabet[alphabet.index(letter) ^ 32], "!", "=")
    }

    assert {status(ada.api, each) for each in changed} == {404}


def test_no_part_of_a_cursor_is_one(ada, cursor):
    parts = [cursor[:length] for length in range(1, len(cursor))] + [cursor[1:], cursor + "A", cursor * 2, f" {cursor}"]

    assert {status(ada.api, each) for each in parts} == {404}


def test_what_the_list_never_gave_is_no_cursor(ada, people):
    texts = ["A", "null", "1", "../../etc/passwd", "' OR 1=1 --", "\u00fc", "\ud800", "A" * 100_000, "\0"]

    assert {status(ada.api, text.encode("utf-8", "surrogatepass")) for text in texts} == {404}


def test_a_cursor_of_another_list_is_no_cursor_of_this_one(ada, cursor, factory):
    factory(Post)

    assert status(ada.api, cursor, "/api/v1/posts") == 404
    assert status(ada.api, cursor, "/api/v1/posts/1/comments") == 404


def test_a_cursor_is_good_in_each_version_that_has_the_list(ada, factory):
    for _ in range(3):
        factory(Post)
    given = ada.api.get("/api/v1/posts?cursor=&per_page=2").json["data"]["pagination"]["next_cursor"]

    assert status(ada.api, given, "/api/v2/posts") == 200


def test_a_cursor_keeps_its_order(ada, cursor):
    answer = ada.api.get("/api/v2/users", query_string={"cursor": cursor, "sort": "name"})

    assert answer.status_code == 422
    assert list(answer.json["details"]) == ["sort"]


@pytest.mark.parametrize("app_config", [{"SECRET_KEY": "another secret of more than thirty-two bytes"}])
def test_a_cursor_of_another_secret_is_none(ada, people):
    from beastmode.api.cursors import Cursor, CursorSigner
    from beastmode.core.settings import DEVELOPMENT_SECRET

    forged = CursorSigner(DEVELOPMENT_SECRET, "users.list_users").write(Cursor("", "after", (1,)))

    assert status(ada.api, forged) == 404


def test_nonsense_gives_the_first_page_and_too_much_the_most(ada, people):
    expected = {
        "": (1, 20),
        "page=2&per_page=7": (2, 7),
        "per_page=100": (1, 100),
        "per_page=101": (1, 100),
        "per_page=999999999999999999999": (1, 100),
        "per_page=0": (1, 20),
        "per_page=-3": (1, 20),
        "page=0": (1, 20),
        "page=-1": (1, 20),
        "page=many": (1, 20),
        "page=": (1, 20),
        "page=1.5": (1, 20),
        f"page={'9' * 5000}": (1, 20),
        "page=99999999999999999999": (2**31 - 1, 20),
    }

    given = {query: ada.api.get(f"/api/v2/users?{query}").json["data"]["pagination"] for query in expected}

    assert {query: (each["page"], each["per_page"]) for query, each in given.items()} == expected


def test_pages_by_number_add_up_to_the_list(ada, people):
    first = page(ada.api, per_page=10)["pagination"]
    pages = [page(ada.api, per_page=10, page=number) for number in range(1, first["pages"] + 2)]

    assert first["total"] == len(people)
    assert [item["id"] for each in pages for item in each["items"]] == sorted(people)
    assert [each["pagination"]["has_next"] for each in pages] == [True] * (first["pages"] - 1) + [False] * 2
    assert pages[-1]["pagination"]["total"] == len(people)


@pytest.mark.parametrize("app_config", [{"COUNT_LIMIT": 40}])
def test_more_than_are_counted_have_no_total_and_still_an_end(ada, people):
    pages = [page(ada.api, per_page=20, page=number)["pagination"] for number in (1, 2, 3)]

    assert [(each["total"], each["pages"]) for each in pages] == [(None, None)] * 3
    assert [each["has_next"] for each in pages] == [True, True, False]


@pytest.mark.parametrize("app_config", [{"COUNT_LIMIT": 48}])
def test_as_many_as_may_be_counted_are_counted(ada, people):
    assert page(ada.api)["pagination"]["total"] == 48


TITLES = [
    "100%",
    "under_score",
    "back\\slash",
    "quote's",
    'double"quote',
    "Robert'); DROP TABLE posts;--",
    "🦄",
    "ß",
    "A",
    "a",
]


@pytest.fixture
def titles(factory):
    for title in TITLES:
        factory(Post, title=title)


def found(api, **asked):
    answer = api.get("/api/v1/posts", query_string={"per_page": 100, **asked})
    assert answer.status_code == 200, answer.json
    return sorted(item["title"] for item in answer.json["data"]["items"])


def test_a_filter_takes_every_character_for_itself(ada, titles):
    assert {title: found(ada.api, title=title) for title in TITLES} == {title: [title] for title in TITLES}
    assert all(title in found(ada.api, title__contains=title) for title in TITLES)


def test_nothing_in_a_filter_is_a_pattern_or_sql(ada, titles):
    expected = {
        "%": ["100%"],
        "_": ["under_score"],
        "\\": ["back\\slash"],
        "' OR '1'='1": [],
        "a%": [],
        "": sorted(TITLES),
    }

    assert {text: found(ada.api, title__contains=text) for text in expected} == expected


UNDECLARED = [
    *("title=%00", "title__contains=a%00b", f"title={'x' * 1001}", "title__like=a", "title[]=a", "title=a&title=b"),
    *("user_id=1%20OR%201=1", "user_id=1e3", "user_id=0x10", "user_id=", "user_id=9999999999", "user_id=%EF%BC%91"),
    *("sort=title;drop", "sort=password_hash", "sort=--id", "sort=id,id,id,id", "sort="),
    *("is_active=true", "page=1&page=2", "unknown=1"),
]


def test_what_is_not_declared_is_refused(ada, titles):
    answers = {query: ada.api.get(f"/api/v1/posts?{query}") for query in UNDECLARED}

    assert {query: answer.status_code for query, answer in answers.items()} == dict.fromkeys(UNDECLARED, 422)
    assert {answer.json["message"] for answer in answers.values()} == {"Validation failed"}
