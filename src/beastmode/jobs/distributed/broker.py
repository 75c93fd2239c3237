"""The broker of Celery, as the relay uses it: one connection, on which every wait is bounded.

Whatever a client library raises means that the broker does not do what it was asked for: each library has exceptions of
its own, and some raise what they did not expect either.
"""

from contextlib import suppress
from typing import Any

from celery import Celery

from beastmode.core.errors import BeastmodeError
from beastmode.jobs.distributed.config import CONFIRM_SECONDS, is_redis, relay_options
from beastmode.jobs.distributed.handover import Parcel

HEADER = "beastmode_job"
"""The header of a message that names its row."""


class BrokerUnavailable(BeastmodeError):  # noqa: N818 - a state of the broker, not an error of the caller
    """The broker did not accept a message, or did not respond."""


class Broker:
    """Sends messages to Celery's workers. For one thread.

    Args:
        celery: The Celery application.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._url = celery.conf.broker_url
        self._connection: Any = None
        self._producer: Any = None

    def connect(self) -> None:
        """Connect, if not connected.

        Raises:
            BrokerUnavailable: The broker does not respond.
        """
        if self._connection is not None:
            return
        # Without heartbeats, which nobody would send between two messages, so that RabbitMQ would close the connection.
        connection = self._celery.connection_for_write(heartbeat=0, transport_options=relay_options(self._url))
        try:
            connection.connect()
            if is_redis(self._url):
                connection.default_channel.client.ping()  # `connect` alone sends nothing
            self._producer = self._celery.amqp.Producer(connection)
        except Exception as error:
            _drop(connection)
            raise _unavailable(error) from error
        self._connection = connection

    def send(self, parcel: Parcel) -> None:
        """Send the message of a row.

        Args:
            parcel: The row.

        Raises:
            BrokerUnavailable: It is not certain that the broker has the message.
        """
        self.connect()
        try:
            self._celery.send_task(
                parcel.name,
                kwargs=parcel.arguments,  # for people who look at the queue; the worker reads them from the row
                task_id=f"job-{parcel.id}-{parcel.attempts + 1}",
                queue=parcel.queue,
                headers={HEADER: parcel.id},
                producer=self._producer,
                confirm_timeout=CONFIRM_SECONDS,
                ignore_result=True,
                retry=False,
            )
        except Exception as error:
            self.close()
            raise _unavailable(error) from error

    def depth(self, queue: str) -> int:
        """The number of messages of a queue that no worker has fetched.

        Args:
            queue: The name of the queue.

        Raises:
            BrokerUnavailable: The broker does not respond.
        """
        self.connect()
        try:
            with self._connection.channel() as channel:
                return int(channel.queue_declare(queue, passive=True).message_count)
        except self._connection.channel_errors:
            return 0  # there is no such queue yet, or none after a restart; in Redis, one without messages is none
        except Exception as error:
            self.close()
            raise _unavailable(error) from error

    def close(self) -> None:
        """Close the connection."""
        connection, self._connection, self._producer = self._connection, None, None
        if connection is not None:
            _drop(connection)


def _unavailable(error: Exception) -> BrokerUnavailable:
    """The error that says why, without the URL, which may contain a password."""
    return BrokerUnavailable(f"{type(error).__name__}: {error}".partition("\n")[0][:200])


def _drop(connection: Any) -> None:
    """Close a connection that may be broken, without waiting for the other end."""
    # A polite end would wait for an answer that a broker that is frozen does not give.
    with suppress(Exception):
        connection.collect(socket_timeout=0.1)
    with suppress(Exception):
        connection.release()
