"""What tests of jobs inspect."""

from deeds import Deed
from sqlalchemy import select

from beastmode.db import current_database
from beastmode.jobs.models import JobRow


def rows():
    """Every job, by id."""
    return current_database().execute(select(JobRow.__table__).order_by(JobRow.id)).all()


def deeds():
    """What jobs have done, in order."""
    return list(current_database().execute(select(Deed.text).order_by(Deed.id)).scalars())
