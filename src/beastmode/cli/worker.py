"""`flask beastmode worker`: runs jobs until it is stopped."""

import os
import signal
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import ScriptInfo

from beastmode.cli.application import open_application
from beastmode.core.private_flask import current_app_context
from beastmode.core.settings import settings_of
from beastmode.jobs.enqueueing import EXTENSION
from beastmode.jobs.settings import JobSettings
from beastmode.jobs.worker import Worker

if TYPE_CHECKING:
    from beastmode.jobs.distributed.relay import Relay


@click.command("worker")
@click.option("-c", "--concurrency", type=click.IntRange(1, 1000), default=4, show_default=True, help="Jobs at a time.")
@click.option(
    "-q", "--queue", "queues", multiple=True, help="A queue to take jobs from; can be repeated. Default: all queues."
)
@click.pass_context
def worker(context: click.Context, *, concurrency: int, queues: tuple[str, ...]) -> None:
    """Run jobs until SIGTERM or Ctrl-C. Running jobs get 25 seconds to finish; then other workers run them again.

    If CELERY_BROKER_URL is set, hand jobs to Celery instead of running them; then -c has no effect.
    """
    open_application(context)
    if EXTENSION not in current_app.extensions:
        raise click.ClickException("jobs are not enabled in this application; pass jobs=Jobs() to Beastmode.")
    path = context.ensure_object(ScriptInfo).app_import_path
    if path:
        os.environ.setdefault("FLASK_APP", path)  # for jobs that run in child processes
    running = _relay(queues) or Worker(current_app_context().app, concurrency, queues)

    def stop(*_: Any) -> None:
        running.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    what = f"Running jobs, {concurrency} at a time" if isinstance(running, Worker) else "Handing jobs to Celery"
    click.echo(f"{what}. Press Ctrl-C to stop.")
    # In a thread of its own: a signal handler runs in this one, which must not hold a lock that `stop` needs.
    running.start().join()


def _relay(queues: tuple[str, ...]) -> "Relay | None":
    """The relay, if CELERY_BROKER_URL is set.

    Raises:
        ClickException: Celery is not installed.
    """
    app = current_app_context().app
    if not settings_of(app, JobSettings).celery_broker_url:
        return None
    try:
        from beastmode.jobs.distributed.relay import Relay  # noqa: PLC0415 - Celery is optional
    except ModuleNotFoundError as error:
        raise click.ClickException(
            "CELERY_BROKER_URL is set, but Celery is not installed; run `pip install 'beastmode[celery]'`."
        ) from error
    return Relay(app, queues)
