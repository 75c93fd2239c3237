"""The journal on SQLite and on PostgreSQL, with empty tables."""

import pytest
from journal import JournalNote, journal
from sqlalchemy import delete

from beastmode.core.clock import set_clock
from beastmode.idempotency.models import IdempotentRequest
from beastmode.testing.clock import MovableClock
from servers import scratch_postgres


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def backend(request):
    return request.param


@pytest.fixture(scope="session")
def postgres_url():
    with scratch_postgres() as url:
        yield url


@pytest.fixture
def url(request, backend, tmp_path):
    return f"sqlite:///{tmp_path / 'journal.db'}" if backend == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def start(url):
    """Starts the journal, as often as there are processes."""
    apps = []

    def start(**settings):
        app = journal(url, **settings)
        engine = app.extensions["beastmode.database"].engines.writer
        if not apps:
            for model in (JournalNote, IdempotentRequest):
                model.__table__.create(engine, checkfirst=True)
                with engine.begin() as connection:
                    connection.execute(delete(model))
        apps.append(app)
        return app

    yield start
    for app in apps:
        app.extensions["beastmode.database"].engines.dispose()


@pytest.fixture
def app(start):
    return start()


@pytest.fixture
def send(app):
    """Sends a note with a key."""
    client = app.test_client()

    def send(path, text="first", key="key-1", method="POST", **headers):
        keyed = {} if key is None else {"Idempotency-Key": key}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return client.open(f"/api/v1/notes{path}", method=method, json={"text": text}, headers={**keyed, **given})

    return send


@pytest.fixture
def texts(app):
    """The notes that are stored."""
    return lambda: app.test_client().get("/api/v1/notes").json["data"]
