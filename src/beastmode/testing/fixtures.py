"""The fixtures of a project that sets pytest's option `beastmode_app`; its conftest.py replaces any of them by name."""

import os
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.utils import import_string

from beastmode.core.clock import set_clock
from beastmode.core.mailing import mailer_of
from beastmode.testing.client import ApiClient
from beastmode.testing.clock import MovableClock
from beastmode.testing.databases import Copies, close_database, make_tables, scratch_databases
from beastmode.testing.factories import Factory
from beastmode.testing.job_runs import has_jobs, run_due, run_jobs_after_requests
from beastmode.testing.plugin import OPTION
from beastmode.testing.queries import Queries

if TYPE_CHECKING:
    from beastmode.testing.inbox import Inbox

_MakeApp = Callable[[Mapping[str, Any]], Flask]


@pytest.fixture(scope="session")
def app_factory(pytestconfig: pytest.Config) -> _MakeApp:
    """The function that creates the application under test from a mapping of settings, named by `beastmode_app`."""
    factory: _MakeApp = import_string(pytestconfig.getini(OPTION))
    return factory


@pytest.fixture(scope="session")
def app_databases(app_factory: _MakeApp, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """The function that creates a database for each test, with the tables of the application."""
    server, folder = os.environ.get("TEST_DATABASE_URL"), tmp_path_factory.mktemp("databases")
    with scratch_databases(server, folder, partial(_fill, app_factory)) as copies:
        yield copies


def _fill(make_app: _MakeApp, address: str) -> None:
    app = make_app(_testing(address))
    try:
        make_tables(app)
    finally:
        close_database(app)


def _testing(address: str) -> dict[str, Any]:
    return {"ENVIRONMENT": "testing", "DATABASE_URL": address}


@pytest.fixture
def app_config() -> dict[str, Any]:
    """Settings of the application under test that differ from the defaults; none unless you override it."""
    return {}


@pytest.fixture
def jobs_follow_requests() -> bool:
    """Whether the jobs that are due run after each request of a test client; True unless you override it."""
    return True


@pytest.fixture
def app(
    app_factory: _MakeApp,
    app_databases: Copies,
    app_config: Mapping[str, Any],
    jobs_follow_requests: bool,  # noqa: FBT001 - a fixture
) -> Iterator[Flask]:
    """The project's application, created for each test, on its own database with all tables and no rows."""
    with app_databases() as address:
        app = app_factory({**_testing(address), **app_config})
        if jobs_follow_requests and has_jobs(app):
            run_jobs_after_requests(app)
        try:
            yield app
        finally:
            close_database(app)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Flask's own test client."""
    return app.test_client()


@pytest.fixture
def api(client: FlaskClient) -> ApiClient:
    """A client that sends JSON, and the access token after a login."""
    return ApiClient(client)


@pytest.fixture
def run_jobs(app: Flask) -> Callable[[], int]:
    """A function that runs the jobs that are due, and returns how many; for those that no request enqueued."""
    if not has_jobs(app):
        raise pytest.UsageError(f"The application {app.name!r} has no jobs; pass jobs=Jobs() to Beastmode.")
    return partial(run_due, app)


@pytest.fixture
def inbox(app: Flask) -> "Inbox":
    """The emails that the application has sent."""
    if mailer_of(app) is None:
        raise pytest.UsageError(f"The application {app.name!r} sends no email; pass mail=Mails() to Beastmode.")
    from beastmode.testing.inbox import Inbox  # noqa: PLC0415 - imports the table of emails

    return Inbox(app)


@pytest.fixture
def clock() -> Iterator[MovableClock]:
    """The clock of the process, which stands still until the test moves it; the real one is restored afterwards."""
    clock = MovableClock()
    previous = set_clock(clock)
    try:
        yield clock
    finally:
        set_clock(previous)


@pytest.fixture
def factory(app: Flask) -> Factory:
    """Creates the rows that the test starts with."""
    return Factory(app)


@pytest.fixture
def queries(app: Flask) -> Queries:
    """Counts the application's SQL statements."""
    return Queries(app)
