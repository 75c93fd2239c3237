"""The relay: hands ready rows to Celery, and does what workers do for rows that nobody runs."""

import logging
import os
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta
from secrets import token_hex
from threading import Event, Thread
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from beastmode.core.settings import settings_of
from beastmode.db.session import installed_in
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.broker import Broker, BrokerUnavailable
from beastmode.jobs.distributed.celery_app import init_celery
from beastmode.jobs.distributed.handover import Handover, Parcel
from beastmode.jobs.distributed.relays import note_relay, remove_relay
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.tasks import all_jobs
from beastmode.jobs.ticks import enqueue_ticks
from beastmode.jobs.timers import Timers
from beastmode.jobs.upkeep import SWEPT, Upkeep
from beastmode.jobs.wakeups import Wakeups

_UPKEEP_SECONDS = 5.0
"""How often the relay recovers rows of killed workers and lost messages, and enqueues scheduled jobs."""
_FORGET_SECONDS = 600.0
_RETRY_SECONDS = 1.0
_FULL_SECONDS = 0.05
"""How long to wait if as many jobs wait for Celery as may: about as long as a Celery worker needs to run some."""
log = logging.getLogger("beastmode")


class Relay:
    """Hands the jobs of an application to Celery until it is told to stop. Several relays share the work.

    Args:
        app: The Flask application.
        queues: The queues to hand over; all if empty.
        jobs: The jobs that exist, by name; defaults to every job of the process.
    """

    def __init__(self, app: Flask, queues: Sequence[str] = (), jobs: Mapping[str, Job[Any, Any]] | None = None) -> None:
        settings = settings_of(app, JobSettings)
        lease = timedelta(seconds=settings.jobs_lease_seconds)
        self.app = app
        self.name = f"relay@{socket.gethostname()[:60]}:{os.getpid()}:{token_hex(4)}"
        self.jobs = all_jobs() if jobs is None else jobs
        self.broker = Broker(init_celery(app))
        self.handover = Handover(self.name, lease)
        self.upkeep = Upkeep({name: job.limit for name, job in self.jobs.items()})
        self.retention = timedelta(days=settings.jobs_retention_days)
        self._window = settings.celery_window
        self._only = tuple(queues)
        self._stopping = Event()
        self._wakeups = Wakeups(installed_in(app))
        self._timers = Timers("upkeep", "forget")
        self._problem: str | None = None

    def start(self) -> Thread:
        """Run in a daemon thread."""
        thread = Thread(target=self.run, name="beastmode-relay", daemon=True)
        thread.start()
        return thread

    def stop(self) -> None:
        """Let `run` return after the current step; what is handed over stays with Celery."""
        self._stopping.set()
        self._wakeups.wake()

    def run(self) -> None:
        """Hand over jobs until `stop` is called. If the database or the broker becomes unavailable, keep trying."""
        while not self._stopping.is_set():
            try:
                with self.app.app_context():
                    rest = self._step()
            except (SQLAlchemyError, OSError) as error:
                log.warning("Relay: the database does not respond; retrying: %s", type(error).__name__)
                rest = _RETRY_SECONDS
            except BrokerUnavailable as error:
                self._tell(str(error))
                rest = _RETRY_SECONDS
            if rest == _RETRY_SECONDS:
                self._stopping.wait(rest)
            else:
                self._wakeups.wait(rest)
        self._leave()

    def _step(self) -> float:
        """Hand over what may be handed over; returns how long there is nothing to do unless a job is enqueued.

        Raises:
            BrokerUnavailable: The broker does not respond; rows that it has not accepted are ready.
        """
        self._keep_up()
        self.upkeep.promote()
        self.broker.connect()
        self._tell(None)
        is_full = False
        for queue in self._only or self.upkeep.queues():
            free = self._window - self.handover.waiting(queue)
            if free <= 0:
                is_full = True
            elif not self._stopping.is_set():
                parcels = self.handover.take(queue, free)
                self._send(parcels)
                is_full = is_full or len(parcels) == free
        return _FULL_SECONDS if is_full else self._rest()

    def _send(self, parcels: Sequence[Parcel]) -> None:
        """Send the messages of rows; if the broker becomes unavailable, the others are ready again.

        Raises:
            BrokerUnavailable: It did.
        """
        for number, parcel in enumerate(parcels):
            try:
                if parcel.name in self.jobs:
                    self.broker.send(parcel)
                else:
                    log.warning("Relay: %s is not known here; job %s waits until it is", parcel.name, parcel.id)
                    self.handover.park(parcel)
            except BrokerUnavailable:
                # This one too: the broker may have it or not, and a row that is started is not started again.
                self.handover.give_back(parcels[number:])
                raise

    def _keep_up(self) -> None:
        """Regularly recover rows that nobody runs, and enqueue scheduled jobs."""
        if self._timers.is_due("upkeep", _UPKEEP_SECONDS):
            note_relay(self.name, self._problem)
            self.upkeep.reclaim()
            self.upkeep.unblock()
            self.upkeep.unpark()
            enqueue_ticks(list(self.jobs.values()))
            self._send_again()
        if self._timers.is_due("forget", _FORGET_SECONDS) and self.upkeep.forget(self.retention) >= SWEPT:
            self._timers.hasten("forget")  # there are more

    def _send_again(self) -> None:
        """Send messages again that were lost: those of rows that wait too long, and that are not in the broker's queue.

        The queue never holds more messages than there are rows, so a broker without workers is not filled with copies.
        Rows whose messages a worker has fetched but not started count as lost; their second messages do nothing.
        """
        for queue, waiting in self.handover.overdue().items():
            if self._only and queue not in self._only:
                continue
            lost = waiting - self.broker.depth(queue)
            if lost > 0 and (parcels := self.handover.take_again(queue, lost)):
                log.warning("Relay: %d jobs of queue %s were handed over again", len(parcels), queue)
                self._send(parcels)

    def _rest(self) -> float:
        """How long there is nothing to do unless a job is enqueued, in seconds."""
        seconds = self._timers.seconds_to_next()
        following = self.upkeep.seconds_to_next()
        if following is not None:
            seconds = min(seconds, following)
        return max(0.0, seconds)

    def _tell(self, problem: str | None) -> None:
        """Log that the broker became unavailable or available, and store it for web processes."""
        if problem == self._problem:
            return
        if problem is None:
            log.warning("Relay: the broker responds again")
        elif self._problem is None:
            log.warning("Relay: the broker does not respond; jobs wait in the database: %s", problem)
        self._problem = problem
        self._timers.hasten("upkeep")

    def _leave(self) -> None:
        """Close the connections."""
        self.broker.close()
        try:
            with self.app.app_context():
                remove_relay(self.name)
        except (SQLAlchemyError, OSError) as error:
            log.warning("Relay: the database does not respond while stopping: %s", type(error).__name__)
        self._wakeups.close()
