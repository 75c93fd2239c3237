"""A job is a row in the caller's own transaction."""

from datetime import UTC, datetime, timedelta

import pytest
from deeds import Deed, greet, post
from flask import Flask
from seen import deeds, rows

from beastmode import Beastmode, Database, transaction
from beastmode.core.errors import ConfigurationError
from beastmode.db import current_database
from beastmode.jobs import job, status_of
from beastmode.testing.queries import Queries


def test_a_job_is_stored_when_enqueue_returns(app):
    """Outside of a transaction it needs no commit."""
    job_id = greet.enqueue(name="Ada")

    assert [(row.id, row.name, row.arguments, row.state) for row in rows()] == [
        (job_id, "deeds.greet", {"name": "Ada"}, "ready")
    ]


def test_a_job_is_committed_with_the_changes_of_its_caller(app):
    """Nobody else sees it before."""
    with transaction() as session:
        session.add(Deed(text="ordered"))
        greet.enqueue(name="Ada")
        assert rows_of_another_connection() == 0

    assert (len(rows()), deeds()) == (1, ["ordered"])


def rows_of_another_connection():
    with current_database().reader.connect() as connection:
        return connection.exec_driver_sql("SELECT count(*) FROM jobs").scalar_one()


def test_a_job_is_gone_with_the_changes_of_its_caller(app):
    """No row, no job."""
    with pytest.raises(ZeroDivisionError), transaction() as session:
        session.add(Deed(text="ordered"))
        greet.enqueue(name="Ada")
        raise ZeroDivisionError

    assert (rows(), deeds()) == ([], [])


def test_a_job_belongs_to_changes_that_are_not_sent_yet(app):
    """As where a view adds an entity, enqueues, and commits by hand."""
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
    """The notification of PostgreSQL is a part of it."""
    with Queries(app)() as sent:
        greet.enqueue(name="Ada")

    assert len(sent) == 1


def test_a_delayed_job_waits_for_its_moment(app):
    """By seconds, by a timedelta, or until a moment."""
    moment = datetime(2100, 1, 1, tzinfo=UTC)
    greet.enqueue(name="a", _delay=60)
    greet.enqueue(name="b", _delay=timedelta(hours=1))
    greet.enqueue(name="c", _at=moment)

    found = rows()
    waits = [(row.run_at - row.created_at).total_seconds() for row in found]
    assert [row.state for row in found] == ["scheduled"] * 3
    assert (waits[:2], found[2].run_at) == ([60, 3600], moment)


def test_a_unique_key_is_taken_as_long_as_its_job_has_not_ended(app, queue):
    """The second call inserts nothing, and says so."""
    first = greet.enqueue(name="Ada", _unique="welcome:1")
    second = greet.enqueue(name="Ada", _unique="welcome:1")
    [claim] = queue.claim("default", 5)
    third = greet.enqueue(name="Ada", _unique="welcome:1")
    queue.finish(claim, None)
    fourth = greet.enqueue(name="Ada", _unique="welcome:1")

    assert first is not None
    assert (second, third) == (None, None)
    assert fourth is not None


def test_a_queue_and_a_priority_can_be_chosen_for_one_call(app):
    """Otherwise they are the job's."""
    post.enqueue(text="a")
    post.enqueue(text="b", _queue="slow", _priority=-1)

    assert [(row.queue, row.priority) for row in rows()] == [("mail", 5), ("slow", -1)]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "deeds.greet cannot be called like this: missing a required argument: 'name'"),
        ({"name": "Ada", "age": 3}, "deeds.greet cannot be called like this: got an unexpected keyword argument 'age'"),
        (
            {"name": datetime(2026, 1, 1, tzinfo=UTC)},
            (
                "deeds.greet: name is a datetime; expected a JSON value. Pass an id, or text such as isoformat(), "
                "and read the rest in the job."
            ),
        ),
        (
            {"name": {"all": [1, {2}]}},
            (
                "deeds.greet: name.all[1] is a set; expected a JSON value. Pass an id, or text such as isoformat(), "
                "and read the rest in the job."
            ),
        ),
    ],
    ids=["missing", "unknown", "no JSON", "no JSON within"],
)
def test_a_call_that_a_worker_could_not_make_is_refused_at_once(app, arguments, message):
    """While somebody is there who can read the message."""
    with pytest.raises(TypeError) as raised:
        greet.enqueue(**arguments)

    assert (str(raised.value), rows()) == (message, [])


def test_long_arguments_are_refused(app):
    """A job is passed ids."""
    message = (
        r"^The arguments of deeds\.greet have 70011 bytes of JSON; the maximum is 65536\. "
        r"Store the data, and pass its id\.$"
    )
    with pytest.raises(ValueError, match=message):
        greet.enqueue(name="x" * 70_000)


def test_a_job_called_directly_is_the_function_that_it_is(app):
    """No row, no worker."""
    assert (greet(name="Ada"), rows(), deeds()) == ({"greeted": "Ada"}, [], ["hello Ada"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"attempts": 0}, "attempts=0; expected a number from 1 to 100."),
        ({"limit": 0}, "limit=0; expected a number above 0."),
        ({"timeout": 0}, "timeout=0; expected a number of seconds above 0."),
        ({"process": True}, "process=True is for jobs that may hang; add timeout=."),
        ({"queue": "My Queue"}, "queue='My Queue': expected lowercase letters, digits, - and _, such as mail."),
        ({"priority": 5000}, "priority=5000: expected a whole number from -1000 to 1000."),
        (
            {"cron": "every day"},
            "cron='every day': expected five fields, such as \"0 3 * * *\" for every day at 03:00 UTC.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_declaration_that_cannot_be_meant_is_refused(options, message):
    """When the module is imported."""
    with pytest.raises(ConfigurationError) as raised:
        job(name="somewhere.refused", **options)(lambda: None)

    assert str(raised.value).endswith(message)


def test_two_jobs_cannot_have_one_name():
    """A row could mean either."""
    with pytest.raises(
        ConfigurationError, match=r"^There are two jobs called 'deeds\.greet'; give one of them a name=\.$"
    ):
        job(name="deeds.greet")(lambda: None)


def test_an_async_function_is_no_job():
    """A worker would call it, and nothing would run."""

    async def later():
        """Not yet."""

    with pytest.raises(ConfigurationError, match="async def"):
        job(later)


def test_an_application_without_jobs_says_what_to_pass(tmp_path):
    """Instead of an error of the database."""
    app = Flask("plain")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL=f"sqlite:///{tmp_path / 'plain.db'}")
    Beastmode(app, database=Database())

    with app.app_context(), pytest.raises(ConfigurationError) as raised:
        greet.enqueue(name="Ada")

    assert str(raised.value) == (
        "deeds.greet cannot be enqueued: pass jobs=Jobs() to Beastmode, and create the tables with `flask db migrate`."
    )


def test_jobs_need_a_database():
    """There is nowhere else to keep them."""
    from beastmode.jobs import Jobs

    with pytest.raises(ConfigurationError, match=r"^Beastmode\(jobs=\.\.\.\) needs database= as well; pass both\.$"):
        Beastmode(jobs=Jobs())


def test_there_is_no_status_of_what_is_not_there(app):
    """Finished jobs are deleted in time."""
    assert status_of(10_000) is None
