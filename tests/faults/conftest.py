"""Faults, for real: servers that are killed, files that are locked, disks that are full."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

import pytest
from cluster import Cluster, own_cluster
from orders import Orders
from running import PASSWORD, Running, running_blog
from survival import LONG, survival, table

from beastmode.testing import Factory
from beastmode.testing.databases import close_database, make_tables
from blog.models import Comment, Post
from servers import scratch_postgres

Serve = Callable[..., AbstractContextManager[Running]]


def pytest_terminal_summary(terminalreporter) -> None:
    """Print the table of `make faults`."""
    if LONG:
        terminalreporter.section("faults")
        for line in table(terminalreporter.stats):
            terminalreporter.write_line(line)


@pytest.fixture
def survived(record_property) -> Callable[..., None]:
    """Notes what the test has counted, for the table of `make faults`."""
    return survival(record_property)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with own_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="module")
def own_postgres(cluster) -> str:
    """The address of a new database on a server that the test may kill."""
    return cluster.new_database()


@pytest.fixture
def sqlite_file(tmp_path) -> str:
    """The address of a new SQLite file."""
    return f"sqlite:///{tmp_path / 'blog.db'}"


@pytest.fixture(scope="session")
def fill(app_factory) -> Callable[[str], None]:
    """Gives a database the blog's tables, Ada's account, and a post of hers with a comment."""

    def fill(address: str) -> None:
        app = app_factory({"ENVIRONMENT": "testing", "DATABASE_URL": address, "LOG_LEVEL": "CRITICAL"})
        try:
            make_tables(app)
            factory = Factory(app)
            ada = factory.account("ada@example.com", PASSWORD)
            post = factory(Post, user_id=ada.id)
            factory(Comment, user_id=ada.id, post_id=post.id)
        finally:
            close_database(app)

    return fill


@pytest.fixture(scope="session")
def serve(tmp_path_factory, fill) -> Serve:
    """Serves the blog on a new database, with Ada signed in."""

    @contextmanager
    def serve(address: str, **settings) -> Iterator[Running]:
        fill(address)
        with running_blog(tmp_path_factory.mktemp("served"), address, **settings) as server:
            assert server.log_in("ada@example.com", PASSWORD).status == 200
            yield server

    return serve


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def orders(request, tmp_path) -> Iterator[Orders]:
    """The shop of `order_shop`, on SQLite and on PostgreSQL."""
    with ExitStack() as stack:
        is_file = request.param == "sqlite"
        url = f"sqlite:///{tmp_path / 'orders.db'}" if is_file else stack.enter_context(scratch_postgres())
        orders = Orders(url, tmp_path)
        yield orders
        orders.close()
