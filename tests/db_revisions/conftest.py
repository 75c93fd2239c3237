from collections.abc import Iterator

import pytest
from projects import Project

from servers import empty_postgres, scratch_postgres


@pytest.fixture(scope="session")
def postgres_database() -> Iterator[str]:
    with scratch_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request, tmp_path) -> str:
    """An empty database for each test, which is run once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'scratch.db'}"
    url = request.getfixturevalue("postgres_database")
    empty_postgres(url)
    return url


@pytest.fixture
def postgres_url(postgres_database) -> str:
    empty_postgres(postgres_database)
    return postgres_database


@pytest.fixture
def project(tmp_path, database_url) -> Project:
    """A project without models yet, in a folder of its own."""
    return Project(tmp_path, database_url)
