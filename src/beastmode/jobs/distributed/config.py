"""The configuration of Celery: nothing is lost when something is killed, and nothing waits without a limit."""

from typing import Any

from beastmode.jobs.settings import JobSettings

_ANSWER_SECONDS = 5.0
"""How long the broker may take to answer before it is treated as unavailable. Redis answers in under 1 ms."""
_SILENCE_SECONDS = 10
"""How long a connection may be silent before it is checked: a failover or a firewall may end one without telling."""
_REDIS_SCHEMES = ("redis", "rediss", "sentinel")
# Without them, a worker whose connection was cut without notice waits for ever for the other end to close it, too.
_AMQP_OPTIONS = {"read_timeout": _ANSWER_SECONDS, "write_timeout": _ANSWER_SECONDS}


def celery_config(settings: JobSettings) -> dict[str, Any]:
    """The configuration of the Celery application, by Celery's own names.

    Args:
        settings: The settings of jobs.
    """
    url = settings.celery_broker_url or ""
    return {
        "broker_url": url,
        # The row has the outcome. A second place for it would only be one more server that may be unavailable.
        "result_backend": None,
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        "result_serializer": "json",
        "timezone": "UTC",
        "enable_utc": True,
        # A message stays with the broker until its job has run, and goes to another worker if this one is killed.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,  # a worker reserves no job that another one could run now
        "task_default_queue": "default",
        # Workers wait for a broker that is unavailable, however long it takes.
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        "broker_connection_timeout": _ANSWER_SECONDS,
        "broker_heartbeat": _SILENCE_SECONDS,  # RabbitMQ; Redis has its health checks
        # Jobs that run while the connection breaks have their rows, and need not be started over.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_transport_options": _redis_options(settings) if is_redis(url) else _AMQP_OPTIONS,
    }


def is_redis(url: str) -> bool:
    """Whether a broker is Redis.

    Args:
        url: Its URL.
    """
    return url.partition("://")[0] in _REDIS_SCHEMES


def relay_options(url: str) -> dict[str, Any]:
    """The transport options of the relay's own connection, which waits for the broker's answer to each message.

    Args:
        url: The URL of the broker.
    """
    return {} if is_redis(url) else {"confirm_publish": True}


CONFIRM_SECONDS = _ANSWER_SECONDS
"""How long the relay waits for RabbitMQ to confirm a message."""


def _redis_options(settings: JobSettings) -> dict[str, Any]:
    """The transport options for Redis.

    By default a message of a killed worker comes back after an hour, and Celery looks for such messages only every
    100 seconds.
    """
    return {
        # The row's own lease decides whether a job may run again, so an early message does no harm.
        "visibility_timeout": settings.jobs_lease_seconds,
        "unacked_restore_interval": 1,
        "unacked_restore_throttle": 1,
        "socket_timeout": _ANSWER_SECONDS,
        "socket_connect_timeout": _ANSWER_SECONDS,
        "socket_keepalive": True,
        "health_check_interval": _SILENCE_SECONDS,
    }
