"""With a database, all processes share the counts."""

import pytest
from limited_shop import shop, statuses
from sqlalchemy import event, insert, select

from beastmode.limits import SimpleRateLimit
from beastmode.limits.rate_counts import RateCount


@pytest.fixture
def url(request, backend, tmp_path):
    return f"sqlite:///{tmp_path / 'limits.db'}" if backend == "sqlite" else request.getfixturevalue("postgres_url")


@pytest.fixture
def processes(url):
    """Two applications on one database, as two worker processes."""
    apps = [shop(url=url), shop(url=url)]
    engines = apps[0].extensions["beastmode.database"].engines
    RateCount.__table__.drop(engines.writer, checkfirst=True)
    RateCount.__table__.create(engines.writer)
    yield apps
    for app in apps:
        app.extensions["beastmode.database"].engines.dispose()


def test_two_processes_share_a_limit(processes, clock):
    """What one has let through, the other does not."""
    one, other = processes

    assert statuses(one, "/api/items", 3) == [200] * 3
    assert statuses(other, "/api/items", 3) == [200, 200, 429]
    assert statuses(one, "/api/items", 1) == [429]


@pytest.fixture
def sent(processes):
    """The first word of each statement that the first process sends."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        if not statement.startswith(("BEGIN", "COMMIT", "PRAGMA")):
            sent.append(statement.split()[0])

    engines = processes[0].extensions["beastmode.database"].engines
    for engine in (engines.writer, engines.reader):
        event.listen(engine, "before_cursor_execute", note)
    return sent


def test_a_request_costs_at_most_one_statement(processes, clock, sent):
    """Each that is counted one upsert; one that this process knows to be over the limit nothing."""
    statuses(processes[0], "/api/items", 8)

    assert sent == ["INSERT"] * 5


def test_a_caller_far_below_the_limit_costs_no_statement(processes, clock, sent):
    """Forty-nine of a thousand requests are counted in memory, the fiftieth tells all of them."""
    assert statuses(processes[0], "/api/items/often", 49) == [200] * 49
    assert sent == []

    statuses(processes[0], "/api/items/often", 1)
    assert sent == ["INSERT"]
    answer = processes[1].test_client().get("/api/items/often")
    assert answer.headers["RateLimit"] == '"items.often";r=999;t=3600'


def test_no_address_or_identifier_longer_than_the_column_fails(processes, clock):
    """Long keys are hashed."""
    assert statuses(processes[0], "/api/items/tenant", 2, headers={"X-Tenant": "b" * 500}) == [200, 429]

    engines = processes[0].extensions["beastmode.database"].engines
    with engines.reader.connect() as connection:
        [key] = connection.execute(select(RateCount.key)).scalars()
    assert len(key) == 64


def test_a_missing_table_is_no_error_for_clients(processes, clock, caplog):
    """Before the migration has run, each process counts alone, and the log says why."""
    RateCount.__table__.drop(processes[0].extensions["beastmode.database"].engines.writer)

    assert statuses(processes[0], "/api/items", 6) == [200] * 5 + [429]
    assert "Rate limits are counted in each process for now" in [record.message for record in caplog.records]


def test_counting_in_a_transaction_does_not_wait_for_it(processes, clock):
    """On SQLite a request that has begun to write would wait for itself."""
    app, limiter = processes[0], SimpleRateLimit()
    database = app.extensions["beastmode.database"].database

    with app.app_context():
        database.session.execute(insert(RateCount).values(key="mine", count=1, resets_at=clock.now()))
        allowed = [limiter.is_allowed("mail", 2, 60) for _ in range(3)]

    assert allowed == [True, True, False]
