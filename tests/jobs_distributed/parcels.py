"""The jobs of these tests, and what is inspected of them."""

from sqlalchemy import select

from beastmode.db import current_database
from beastmode.jobs import job
from beastmode.jobs.models import JobRow


@job(name="parcels.greet")
def greet(name):
    return {"greeted": name}


@job(name="parcels.report", queue="reports")
def report():
    return "reported"


@job(name="parcels.one_each", limit=1, key=lambda account: account)
def one_each(account):
    return account


@job(name="parcels.often", cron="*/5 * * * *")
def often():
    return "tidy"


JOBS = {each.name: each for each in (greet, report, one_each)}


def states():
    """The state of every job, by id."""
    return list(current_database().execute(select(JobRow.state).order_by(JobRow.id)).scalars())


def row(job_id):
    return current_database().execute(select(JobRow.__table__).where(JobRow.id == job_id)).one()
