import pytest
from notebook import notebook

from servers import empty_postgres, scratch_postgres


@pytest.fixture(scope="session")
def postgres_database():
    with scratch_postgres() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request, tmp_path):
    """A database of its own for each test, which is run once on SQLite and once on PostgreSQL."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'notebook.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def postgres_url(postgres_database):
    empty_postgres(postgres_database)
    return postgres_database


@pytest.fixture
def make(url):
    """Makes a notebook on the test's database, with the views that a function declares."""
    apps = []

    def make(declare, **config):
        apps.append(notebook(declare, url, **config))
        return apps[-1]

    yield make
    close(apps)


@pytest.fixture
def make_on_postgres(postgres_url):
    apps = []

    def make(declare, **config):
        apps.append(notebook(declare, postgres_url, **config))
        return apps[-1]

    yield make
    close(apps)


def close(apps):
    for app in apps:
        app.extensions["beastmode.database"].engines.dispose()
