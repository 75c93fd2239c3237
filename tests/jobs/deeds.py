"""The jobs of these tests, which record what they do."""

import sys
import time
from threading import Event

from sqlalchemy import insert
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db import Base, current_database
from beastmode.jobs import current_job_id, job, once, progress


class Deed(Base):
    """Something that a job has done."""

    __tablename__ = "job_test_deeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]


def done(text):
    current_database().execute(insert(Deed).values(text=text))


@job
def greet(name):
    done(f"hello {name}")
    return {"greeted": name}


@job(queue="mail", priority=5)
def post(text):
    done(text)


@job(attempts=3, backoff=10)
def fail(text):
    raise ValueError(text)


@job(attempts=1)
def ends_badly():
    raise RuntimeError("no")


@job(attempts=2, timeout=0.3)
def sleeps(seconds):
    time.sleep(seconds)
    done("slept")


@job(limit=1, key=lambda account: account)
def one_each(account):
    done(f"{account} begins")
    time.sleep(0.05)
    done(f"{account} ends")


@job
def charge(order):
    with once(f"charge:{order}") as is_first:
        if is_first:
            done(f"charged {order}")


@job
def reports():
    progress(0.5, f"half of {current_job_id()}")
    return "whole"


@job
def returns_a_set():
    return {1}


@job(cron="*/5 * * * *")
def tidy():
    done("tidied")


@job
def waits(seconds):
    time.sleep(seconds)


go_on = Event()


@job
def waits_for_the_test():
    go_on.wait(60)


@job(attempts=1, timeout=0.1)
def hangs_until_the_test_ends():
    go_on.wait(60)


@job(attempts=1)
def leaves():
    sys.exit("nothing to do")


@job(attempts=1)
def says(code):
    raise ValueError(f"no {chr(code)} here")


@job
def notes(code):
    progress(0.5, f"no {chr(code)} here")


@job(attempts=1)
def returns(kind):
    values = {"nan": float("nan"), "infinity": float("inf"), "half a surrogate pair": chr(0xD800), "large": 2**70}
    return {"values": [values[kind]]}


@job(process=True, timeout=5, attempts=1)
def apart():
    done("apart")
