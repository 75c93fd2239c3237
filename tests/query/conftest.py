from collections.abc import Iterator

import pytest
from filled import empty, opened
from flask import Flask

from beastmode.testing.queries import Queries
from servers import scratch_postgres


@pytest.fixture(scope="session")
def sqlite_library(tmp_path_factory) -> Iterator[Flask]:
    yield from opened(f"sqlite:///{tmp_path_factory.mktemp('library') / 'library.db'}")


@pytest.fixture(scope="session")
def postgres_library() -> Iterator[Flask]:
    with scratch_postgres() as url:
        yield from opened(url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], scope="session")
def library_app(request) -> Flask:
    """An application on SQLite, then one on PostgreSQL; they are kept, and emptied for each test by `shelves`."""
    return request.getfixturevalue("sqlite_library" if request.param == "sqlite" else "postgres_library")


@pytest.fixture
def shelves(library_app) -> Iterator[Flask]:
    """The application, with nothing in its database, and its context pushed."""
    with library_app.app_context():
        empty()
        yield library_app


@pytest.fixture
def queries(shelves) -> Queries:
    return Queries(shelves)
