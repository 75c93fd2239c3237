"""`enqueue` inserts a job in the caller's transaction."""

from datetime import UTC, datetime, timedelta

import pytest
from deeds import Deed, greet, one_each, post
from flask import Flask
from seen import deeds, rows

from beastmode import Beastmode, Database, transaction
from beastmode.core.errors import ConfigurationError
from beastmode.db import current_database
from beastmode.jobs import job, once, status_of
from beastmode.testing.queries import Queries


def test_a_job_is_stored_when_enqueue_returns(app):
    """Outside a transaction, no commit is needed."""
    job_id = greet.enqueue(name="Ada")

    assert [(row.id, row.name, row.arguments, row.state) for row in rows()] == [
        (job_id, "deeds.greet", {"name": "Ada"}, "ready")
    ]


def test_a_job_is_committed_with_the_changes_of_its_caller(app):
    """No other connection sees it before the commit."""
    with transaction() as session:
        session.add(Deed(text="ordered"))
        greet.enqueue(name="Ada")
        assert rows_of_another_connection() == 0

    assert (len(rows()), deeds()) == (1, ["ordered"])


def rows_of_another_connection():
    with current_database().reader.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one()


def test_a_job_is_rolled_back_with_the_changes_of_its_caller(app):
    """Nothing is stored, so nothing runs."""
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(Deed(text="ordered"))
        greet.enqueue(name="Ada")
        raise ZeroDivisionError

    assert (rows(), deeds()) == ([], [])


def test_a_job_is_committed_with_changes_that_are_not_flushed_yet(app):
    """A view may add an entity, enqueue a job, and commit the session itself."""
    session = current_database().session
    session.add(Deed(text="ordered"))
    greet.enqueue(name="Ada")
    session.rollback()
    assert (rows(), deeds()) == ([], [])

    session.add(Deed(text="ordered"))
    greet.enqueue(name="Ada")
    session.commit()
    assert (len(rows()), deeds()) == (1, ["ordered"])


def test_enqueueing_costs_one_statement(app):
    """On PostgreSQL, the same statement sends the notification."""
    with Queries(app)() as sent:
        greet.enqueue(name="Ada")

    assert len(sent) == 1


def test_a_delayed_job_is_scheduled(app):
    """The delay can be seconds, a timedelta, or a point in time."""
    moment = datetime(2100, 1, 1, tzinfo=UTC)
    greet.enqueue(name="a", _delay=60)
    greet.enqueue(name="b", _delay=timedelta(hours=1))
    greet.enqueue(name="c", _at=moment)

    found = rows()
    waits = [(row.run_at - row.created_at).total_seconds() for row in found]
    assert [row.state for row in found] == ["scheduled"] * 3
    assert (waits[:2], found[2].run_at) == ([60, 3600], moment)


def test_a_unique_key_is_in_use_until_its_job_is_finished(app, queue):
    """The second call inserts nothing, and returns None."""
    first = greet.enqueue(name="Ada", _unique="welcome:1")
    second = greet.enqueue(name="Ada", _unique="welcome:1")
    [claim] = queue.claim("default", 5)
    third = greet.enqueue(name="Ada", _unique="welcome:1")
    queue.finish(claim, None)
    fourth = greet.enqueue(name="Ada", _unique="welcome:1")

    assert first is not None
    assert (second, third) == (None, None)
    assert fourth is not None


def test_a_call_can_override_the_queue_and_the_priority(app):
    """The defaults are those of the job."""
    post.enqueue(text="a")
    post.enqueue(text="b", _queue="slow", _priority=-1)

    assert [(row.queue, row.priority) for row in rows()] == [("mail", 5), ("slow", -1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "deeds.greet cannot be called with these arguments: missing a required argument: 'name'"),
        (
            {"name": "Ada", "age": 3},
            "deeds.greet cannot be called with these arguments: got an unexpected keyword argument 'age'",
        ),
        (
            {"name": datetime(2026, 1, 1, tzinfo=UTC)},
            (
                "deeds.greet: name is a datetime; expected a JSON value. Pass an id, or a string such as "
                "isoformat() returns, and load the rest in the job."
            ),
        ),
        (
            {"name": {"all": [1, {2}]}},
            (
                "deeds.greet: name.all[1] is a set; expected a JSON value. Pass an id, or a string such as "
                "isoformat() returns, and load the rest in the job."
            ),
        ),
    ],
    ids=["missing", "unknown", "no JSON", "no JSON within"],
)
def test_arguments_that_the_function_cannot_be_called_with_are_refused_when_enqueued(app, arguments, message):
    """The caller gets the error, not a worker."""
    with pytest.raises(TypeError) as raised:
        greet.enqueue(**arguments)

    assert (str(raised.value), rows()) == (message, [])


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"_priority": True}, ConfigurationError, "priority=True: expected a whole number from -1000 to 1000."),
        ({"_priority": 1.0}, ConfigurationError, "priority=1.0: expected a whole number from -1000 to 1000."),
        (
            {"_delay": float("nan")},
            ValueError,
            "_delay=nan: expected a number of seconds or a timedelta, of at most 100 years.",
        ),
        (
            {"_delay": 1e300},
            ValueError,
            "_delay=1e+300: expected a number of seconds or a timedelta, of at most 100 years.",
        ),
        ({"_delay": "60"}, TypeError, "_delay is a str; expected a number of seconds or a timedelta."),
        ({"_delay": True}, TypeError, "_delay is a bool; expected a number of seconds or a timedelta."),
        ({"_at": "tomorrow"}, TypeError, "_at is a str; expected a datetime with a time zone."),
        (
            {"_unique": "a\0b"},
            ValueError,
            "_unique is 'a\\x00b'; expected text without NUL characters and half surrogate pairs.",
        ),
        ({"_unique": ""}, ValueError, "_unique has 0 characters; expected 1 to 200."),
        ({"_unique": 7}, TypeError, "_unique is a int; expected a string."),
    ],
    ids=lambda value: ascii(value) if isinstance(value, dict) else "",
)
def test_a_value_that_no_database_keeps_is_refused_when_enqueued(app, options, error, message):
    """On SQLite too, which would store some of them, and mean something else by others."""
    with pytest.raises(error) as raised:
        greet.enqueue(name="Ada", **options)

    assert (str(raised.value), rows()) == (message, [])


def test_a_delay_that_is_negative_is_none(app):
    """As if its time had come already."""
    greet.enqueue(name="Ada", _delay=-60)

    [row] = rows()
    assert (row.state, row.run_at) == ("ready", row.created_at)


def test_a_key_of_once_that_no_database_keeps_is_refused(app):
    """It may come from a client."""
    message = r"^once\(\): the key is 'a\\x00'; expected text without NUL characters and half surrogate pairs\.$"
    with pytest.raises(ValueError, match=message), once("a\0"):
        pytest.fail("the block must not run")


def test_a_long_concurrency_key_is_refused(app):
    """On every database, with a reason: PostgreSQL would refuse the row without one."""
    with pytest.raises(ValueError, match="The concurrency key has 318 characters; expected 1 to 200"):
        one_each.enqueue(account="x" * (318 - len("deeds.one_each:")))


def test_long_arguments_are_refused(app):
    """Jobs should be passed ids rather than data."""
    message = (
        r"^The arguments of deeds\.greet are 70011 bytes of JSON; the maximum is 65536\. "
        r"Store the data and pass its id instead\.$"
    )
    with pytest.raises(ValueError, match=message):
        greet.enqueue(name="x" * 70_000)


def test_a_job_called_directly_runs_like_any_function(app):
    """Nothing is stored, and no worker is needed."""
    assert (greet(name="Ada"), rows(), deeds()) == ({"greeted": "Ada"}, [], ["hello Ada"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, "attempts=0; expected a number from 1 to 100."),
        ({"attempts": True}, "attempts=True; expected a number from 1 to 100."),
        ({"backoff": float("nan")}, "backoff=nan; expected a number of seconds, 0 or more."),
        ({"timeout": float("inf")}, "timeout=inf; expected a number of seconds above 0."),
        ({"limit": 0}, "limit=0; expected a number above 0."),
        ({"name": "x" * 201}, "its name has 201 characters; expected 1 to 200."),
        ({"timeout": 0}, "timeout=0; expected a number of seconds above 0."),
        ({"process": True}, "process=True requires timeout=."),
        (
            {"queue": "My Queue"},
            "queue='My Queue': expected lowercase letters, digits, hyphens and underscores, such as \"mail\".",
        ),
        ({"priority": 5000}, "priority=5000: expected a whole number from -1000 to 1000."),
        (
            {"cron": "every day"},
            "cron='every day': expected five fields, such as \"0 3 * * *\" for every day at 03:00 UTC.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_an_invalid_option_is_refused(options, message):
    """The error is raised when the module is imported."""
    with pytest.raises(ConfigurationError) as raised:
        job(**{"name": "somewhere.refused", **options})(lambda: None)

    assert str(raised.value).endswith(message)


def test_two_jobs_cannot_have_the_same_name():
    """A stored job must name exactly one function."""
    with pytest.raises(ConfigurationError, match=r"^Two jobs are named 'deeds\.greet'; set name= on one of them\.$"):
        job(name="deeds.greet")(lambda: None)


def test_an_async_function_cannot_be_a_job():
    """A worker would call it, but its body would never run."""

    async def later():
        """Not yet."""

    with pytest.raises(ConfigurationError, match="async def"):
        job(later)


def test_enqueueing_without_jobs_enabled_says_what_to_pass(tmp_path):
    """The alternative would be a database error about a missing table."""
    app = Flask("plain")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=f"sqlite:///{tmp_path / 'plain.db'}")
    Beastmode(app, database=Database())

    with app.app_context(), pytest.raises(ConfigurationError) as raised:
        greet.enqueue(name="Ada")

    assert str(raised.value) == (
        "deeds.greet cannot be enqueued: pass jobs=Jobs() to Beastmode, and create the tables with `flask db migrate`."
    )


def test_jobs_require_a_database():
    """Jobs are stored nowhere else."""
    from beastmode.jobs import Jobs

    with pytest.raises(ConfigurationError, match=r"^Beastmode\(jobs=\.\.\.\) needs database= as well; pass both\.$"):
        Beastmode(jobs=Jobs())


def test_the_status_of_an_unknown_job_is_none(app):
    """Finished jobs are deleted after some days."""
    assert status_of(10_000) is None


def test_a_scheduled_job_that_requires_arguments_is_refused():
    """Nobody would pass them, and the worker would fail each time."""
    message = (
        r"^@job somewhere\.tidy: cron= enqueues it without arguments, but it requires month, year; give them default "
        r"values\.$"
    )
    with pytest.raises(ConfigurationError, match=message):
        job(name="somewhere.tidy", cron="0 3 * * *")(lambda month, year, day=1, *others, **more: None)
