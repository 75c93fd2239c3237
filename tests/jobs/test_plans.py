"""How the databases find rows: by an index, so that a job takes the same time however many others wait."""

from datetime import timedelta

import deeds
from sqlalchemy import event, insert, text

from beastmode import transaction
from beastmode.core.clock import now
from beastmode.db import current_database
from beastmode.jobs import counts
from beastmode.jobs.models import JobRow
from beastmode.jobs.queue import Queue
from beastmode.jobs.upkeep import Upkeep
from beastmode.testing.queries import Queries

WAITING = 2000
"""Rows in each state; with fewer, reading all of them would be cheaper than using an index."""


def fill():
    """Add rows in every state in which many may wait."""
    moment = now()
    states = {"ready": -1, "scheduled": 1, "blocked": -1, "parked": -1, "dead": -1, "done": -1}
    rows = [
        {
            "name": f"waiting.{number % 5}",
            "arguments": {},
            "queue": "default",
            "priority": 0,
            "state": state,
            "attempts": 0,
            "max_attempts": 10,
            "run_at": moment + timedelta(days=days),
            "created_at": moment,
            "finished_at": moment if state in {"dead", "done"} else None,
            "concurrency_key": f"key {number % 7}" if state == "blocked" else None,
        }
        for state, days in states.items()
        for number in range(WAITING)
    ]
    current_database().execute(insert(JobRow), rows)
    current_database().execute(text("ANALYZE jobs"))


def explained(work):
    """The plan of every statement that a function sends, as the lines in which the table is read."""
    engines = current_database().engine, current_database().reader
    sent = []

    def note(_connection, _cursor, statement, parameters, *_):
        sent.append((statement, parameters))

    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)
    words = "EXPLAIN QUERY PLAN" if engines[0].dialect.name == "sqlite" else "EXPLAIN"
    plans = {}
    with engines[1].connect() as connection:
        for statement, parameters in sent:
            if statement.lstrip().startswith(("SELECT", "UPDATE", "DELETE", "WITH")) and "jobs" in statement:
                several = isinstance(parameters, list)
                found = connection.exec_driver_sql(f"{words} {statement}", parameters[0] if several else parameters)
                plans[statement] = [str(row[-1]).strip() for row in found]
    return plans


def test_no_question_of_a_worker_reads_the_whole_table(app):
    """Nor does a count, which reads the index of a state."""
    fill()
    queue = Queue("me", timedelta(seconds=5))
    upkeep = Upkeep({"deeds.greet": None, "deeds.one_each": 1})

    def work():
        claims = queue.claim("default", 4)
        queue.beat(claims)
        queue.finish_all([(claim, None) for claim in claims])
        deeds.one_each.enqueue(account=1)
        queue.admit(queue.claim("default", 4), upkeep.limits)
        upkeep.promote()
        upkeep.seconds_to_next()
        upkeep.reclaim()
        upkeep.unblock()
        upkeep.unpark()
        upkeep.forget(timedelta(days=7))
        upkeep.queues()
        counts()

    plans = explained(work)

    whole = [
        (statement, line)
        for statement, plan in plans.items()
        for line in plan
        if "Seq Scan on jobs" in line or (line.startswith("SCAN jobs") and "INDEX" not in line)
    ]
    assert len(plans) > 12
    assert whole == []


def test_a_request_that_enqueues_sends_one_statement_more(app):
    """The INSERT of the row, in the transaction that is there."""
    with Queries(app)() as without, transaction():
        deeds.done("ordered")
    with Queries(app)() as sent, transaction():
        deeds.done("ordered")
        deeds.greet.enqueue(name="Ada")

    assert (len(without), len(sent)) == (1, 2)
    assert sent[1].startswith("INSERT INTO jobs")
