"""The Celery application: configured from the settings, with a task for every job."""

from collections.abc import Iterable
from typing import Any

from celery import Celery, signals
from flask import Flask
from kombu.entity import Queue as CeleryQueue

from beastmode.core.errors import ConfigurationError
from beastmode.core.settings import settings_of
from beastmode.jobs.definition import Job
from beastmode.jobs.distributed.config import celery_config
from beastmode.jobs.distributed.job_task import context_task, task_of
from beastmode.jobs.enqueueing import EXTENSION
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.tasks import all_jobs

_CELERY = "beastmode.celery"
"""The key of the Celery application in `app.extensions`, and of its own configuration in `app.config`: "CELERY"."""


def init_celery(app: Flask) -> Celery:
    """The Celery application of a Flask application, whose tasks are its jobs; the same one each time.

    `celery -A shop.celery worker` finds it in a module with `celery = init_celery(create_app())`. Without such a
    module, `celery -A beastmode.jobs.celery worker` finds the Flask application as the `flask` command does.
    `app.config["CELERY"]` may override its configuration, by Celery's names. Tasks of your own (`@celery.task`) run in
    an app context, but have no row: a message that is lost is lost.

    Args:
        app: The Flask application, with jobs.

    Raises:
        ConfigurationError: Jobs are not enabled in the application, or CELERY_BROKER_URL is not set.
    """
    known: Celery | None = app.extensions.get(_CELERY)
    if known is not None:
        return known
    if EXTENSION not in app.extensions:
        raise ConfigurationError("init_celery(app): pass jobs=Jobs() to Beastmode first.")
    settings = settings_of(app, JobSettings)
    if not settings.celery_broker_url:
        raise ConfigurationError(
            "init_celery(app): CELERY_BROKER_URL is not set; set it to the URL of Redis or RabbitMQ."
        )
    celery = Celery(app.import_name, task_cls=context_task(app), set_as_current=False)
    celery.conf.update({**celery_config(settings), **app.config.get("CELERY", {})})
    _add_tasks(celery, app, all_jobs().values())
    app.extensions[_CELERY] = celery
    signals.import_modules.connect(lambda **_: _add_tasks(celery, app, all_jobs().values()), sender=celery, weak=False)
    return celery


def _add_tasks(celery: Celery, app: Flask, jobs: Iterable[Job[Any, Any]]) -> None:
    """Add the tasks of jobs, and make workers without -Q consume their queues.

    Args:
        celery: The Celery application.
        app: The Flask application.
        jobs: The jobs.
    """
    names = {celery.conf.task_default_queue}
    for job in jobs:
        names.add(job.queue)
        if job.name not in celery.tasks:
            celery.register_task(task_of(app, job))
    if celery.conf.task_queues is None or names - {queue.name for queue in celery.conf.task_queues}:
        celery.conf.task_queues = [CeleryQueue(name) for name in sorted(names)]  # type: ignore[no-untyped-call]  # kombu has types for a part of it
