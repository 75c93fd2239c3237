"""Several clients change one post at the same moment, on a server with two workers."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from running import until

CLIENTS = 4
"""Each of them can be in the way of another once: as many new tries as a transaction has."""
POST = "/api/v1/posts/1"


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def blog(request, serve, tmp_path_factory):
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('changes') / 'blog.db'}"
    else:
        address = request.getfixturevalue("own_postgres")
    with serve(address, workers=2, threads=CLIENTS) as server:
        server.address = address
        yield server


@pytest.fixture
def held(blog):
    """Holds the post until all clients wait for it, as far as the database lets one see that."""
    if blog.address.startswith("sqlite"):
        return lambda asking: hold_file(blog.address.removeprefix("sqlite:///"), asking)
    return lambda asking: hold_row(blog.address, asking)


def hold_file(file, asking):
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    asked = asking()
    holder.execute("COMMIT")
    holder.close()
    return asked


def hold_row(address, asking):
    with psycopg.connect(address) as holder, psycopg.connect(address, autocommit=True) as watcher:
        holder.execute("SELECT 1 FROM posts WHERE id = 1 FOR UPDATE")
        asked = asking()
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        until(lambda: watcher.execute(query).fetchone()[0] == len(asked))
    return asked


def at_once(held, blog, method, **headers):
    """What each of the clients is answered, with the title that it wanted."""
    with ThreadPoolExecutor(CLIENTS) as pool:

        def asking():
            return [
                pool.submit(blog.ask, method, POST, {"title": f"Title {number}"}, **headers)
                for number in range(CLIENTS)
            ]

        return [one.result() for one in held(asking)]


def test_of_those_who_name_the_same_tag_one_gets_through(blog, held):
    tag = blog.ask("GET", POST).headers["etag"]

    answers = at_once(held, blog, "PATCH", If_Match=tag)

    assert sorted(answer.status for answer in answers) == [200, *[412] * (CLIENTS - 1)]
    winner = next(answer for answer in answers if answer.status == 200)
    assert blog.ask("GET", POST).json["data"]["title"] == winner.json["data"]["title"]


def test_of_those_who_name_any_tag_all_get_through(blog, held):
    answers = at_once(held, blog, "PATCH", If_Match="*")

    assert [answer.status for answer in answers] == [200] * CLIENTS
    assert {answer.json["data"]["title"] for answer in answers} == {f"Title {number}" for number in range(CLIENTS)}


def test_of_those_who_name_no_tag_all_get_through(blog, held):
    answers = at_once(held, blog, "PATCH")

    assert [answer.status for answer in answers] == [200] * CLIENTS


def test_of_those_who_delete_one_gets_through_and_the_others_find_nothing(blog, held):
    made = blog.ask("POST", "/api/v1/posts", {"title": "Soon gone", "body": "..."}).json["data"]["id"]
    with ThreadPoolExecutor(CLIENTS) as pool:
        asked = [pool.submit(blog.ask, "DELETE", f"/api/v1/posts/{made}") for _ in range(CLIENTS)]

        statuses = sorted(one.result().status for one in asked)

    assert statuses == [200, *[404] * (CLIENTS - 1)]
