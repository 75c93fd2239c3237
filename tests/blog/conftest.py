"""The example as outsiders see it, on SQLite and on PostgreSQL, each test on a database of its own."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import serving
from contracts import DATABASES
from flask import Flask
from serving import ENDLESS, Person, blog_on, databases
from sqlalchemy import inspect, select

from beastmode.testing import Factory
from beastmode.testing.databases import Copies
from blog.models import Comment, Post, db
from servers import postgres_server


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def app_databases(request, app_factory, tmp_path_factory) -> Iterator[Copies]:
    server = postgres_server() if request.param == "postgresql" else None
    with databases(app_factory, server, tmp_path_factory.mktemp("blog")) as copies:
        yield copies


@pytest.fixture
def sign_in(app) -> Callable[[str], Person]:
    """Makes people who have accounts, and signs them in."""
    factory = Factory(app)
    return lambda email: serving.sign_in(app, email, factory)


@pytest.fixture
def ada(sign_in) -> Person:
    return sign_in("ada@example.com")


@pytest.fixture
def eve(sign_in) -> Person:
    return sign_in("eve@example.com")


@pytest.fixture(scope="module", params=DATABASES)
def served_blog(request, app_factory, tmp_path_factory) -> Iterator[Flask]:
    """What schemathesis calls: a blog without limits on log-ins."""
    server = postgres_server() if request.param == "postgresql" else None
    folder = tmp_path_factory.mktemp("contract")
    with databases(app_factory, server, folder) as copies, blog_on(copies, app_factory, **ENDLESS) as app:
        yield app


@pytest.fixture(scope="module")
def ada_signed_in(served_blog) -> dict[str, Any]:
    """What each of schemathesis's calls is given: the blog, which has a few rows, and Ada's access token."""
    factory = Factory(served_blog)
    ada = serving.sign_in(served_blog, "ada@example.com", factory)
    for author in ({"user_id": ada.id}, {}):
        post = factory(Post, **author)
        factory(Comment, post_id=post.id, user_id=post.user_id)
    return {"app": served_blog, "headers": {"Authorization": f"Bearer {ada.api.auth_token}"}}


@pytest.fixture(scope="module")
def rewind(ada_signed_in) -> Callable[[], None]:
    """Puts the blog's rows back to what they were."""
    app = ada_signed_in["app"]
    with app.app_context():
        there = set(inspect(db.engine).get_table_names())  # other tests of this process declare tables of their own
        tables = [table for table in db.metadata.sorted_tables if table.name in there]
        rows = {table: db.execute(select(table)).mappings().all() for table in tables}

    def rewind() -> None:
        with app.app_context(), db.engine.begin() as connection:
            for table in reversed(tables):
                connection.execute(table.delete())
            for table, kept in rows.items():
                if kept:
                    connection.execute(table.insert(), [dict(row) for row in kept])

    return rewind
