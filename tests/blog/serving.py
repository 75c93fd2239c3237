"""Blogs that outlive one test, and the people who use them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask

from beastmode.testing import ApiClient, Factory
from beastmode.testing.databases import Copies, close_database, make_tables, scratch_databases

PASSWORD = "Correct-Horse-Battery-9"
ENDLESS = {"LOGIN_LIMIT_PER_EMAIL": 10**9, "LOGIN_LIMIT_PER_ADDRESS": 10**9, "RATE_LIMIT_ENABLED": False}
"""Settings under which nobody is limited."""


@dataclass(frozen=True)
class Person:
    """Somebody who is signed in.

    Args:
        id: Their user id.
        email: Their address; the password is PASSWORD.
        api: What they call the blog with.
    """

    id: int
    email: str
    api: ApiClient


def databases(make_app, server: str | None, folder: Path) -> AbstractContextManager[Copies]:
    """What makes databases with the blog's tables, on a PostgreSQL server or as SQLite files."""
    return scratch_databases(server, folder, partial(fill, make_app))


def fill(make_app, address: str) -> None:
    app = make_app({"ENVIRONMENT": "testing", "DATABASE_URL": address})
    try:
        make_tables(app)
    finally:
        close_database(app)


@contextmanager
def blog_on(copies: Copies, make_app, **settings) -> Iterator[Flask]:
    """A blog on a database of its own, with settings of one's choice."""
    with copies() as address, TemporaryDirectory() as uploads:
        config = {"ENVIRONMENT": "testing", "DATABASE_URL": address, "LOG_LEVEL": "CRITICAL", "UPLOAD_FOLDER": uploads}
        app = make_app({**config, **settings})
        try:
            yield app
        finally:
            close_database(app)


def sign_in(app: Flask, email: str, factory: Factory | None = None) -> Person:
    """Make somebody who has an account, and sign them in."""
    account = (factory or Factory(app)).account(email, PASSWORD)
    api = ApiClient(app.test_client())
    assert api.login(email, PASSWORD).status_code == 200
    return Person(account.id, account.email, api)
