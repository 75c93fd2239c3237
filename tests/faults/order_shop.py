"""A shop whose orders each have a job. A process of it dies where the environment says, as by kill -9 at that moment.

KILL_AT names the place, KILL_AFTER how often it is passed before that.
"""

import itertools
import os
import signal
from functools import wraps

from flask import Flask
from sqlalchemy import insert
from sqlalchemy.orm import Mapped, mapped_column

from beastmode import Api, Beastmode, Database, transaction
from beastmode.api import Blueprint
from beastmode.db import Base
from beastmode.jobs import Jobs, job, once
from beastmode.jobs.definition import declared
from beastmode.jobs.queue import Queue

STAGES = ("before the claim", "after the claim", "in the job", "after the effect", "before it is noted")
db = Database()
orders = Blueprint("orders", version="v1", url_prefix="/orders", description="Orders.")
_passed = itertools.count(1)


class FaultOrder(Base):
    __tablename__ = "fault_orders"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)


class FaultCharge(Base):
    __tablename__ = "fault_charges"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(index=True)


TABLES = ("fault_orders", "fault_charges", "jobs", "job_marks", "job_ticks")


@job(name="faults.charge", attempts=100, backoff=0.1)
def charge(number):
    passes("in the job")
    with once(f"charge:{number}") as is_first:
        if is_first:
            db.execute(insert(FaultCharge).values(number=number))
    passes("after the effect")


@orders.post("/<int:number>", status=201, public=True)
def order(number):
    with transaction():
        db.execute(insert(FaultOrder).values(number=number))
        passes("in the request")
        charge.enqueue(number=number)
    passes("before the response")
    return {"number": number}


api = Api("Orders")
api.register(orders)


@job(name="faults.thank", attempts=100, backoff=0.1)
def thank(number):
    db.execute(insert(FaultCharge).values(number=number))


if os.environ.get("SHOP_VERSION") == "old":
    del declared["faults.thank"]
elif os.environ.get("SHOP_VERSION") == "new":
    del declared["faults.charge"]

    @job(name="faults.charge", attempts=100, backoff=0.1)
    def charge_in(number, currency="EUR"):
        assert currency in {"EUR", "USD"}
        db.execute(insert(FaultCharge).values(number=number))


def passes(place):
    """Die here, if it is the place and the time."""
    if os.environ.get("KILL_AT") == place and next(_passed) >= int(os.environ["KILL_AFTER"]):
        os.kill(os.getpid(), signal.SIGKILL)


def dies_around(method, before=None, after=None):
    """A method in whose place the process may die."""

    @wraps(method)
    def around(*args):
        passes(before)
        result = method(*args)
        if result:
            passes(after)
        return result

    return around


if "KILL_AT" in os.environ:
    Queue.claim = dies_around(Queue.claim, "before the claim", "after the claim")
    Queue.finish_all = dies_around(Queue.finish_all, "before it is noted")


def create_app(settings=None):
    app = Flask("orders")
    app.config.from_mapping(settings or {})
    Beastmode(app, database=db, api=api, jobs=Jobs())
    return app
