"""`flask beastmode jobs`: lists jobs, and retries or discards dead ones."""

import sys
from contextlib import redirect_stdout
from dataclasses import asdict
from typing import get_args

import click
import orjson

from beastmode.cli.application import open_application
from beastmode.jobs.child import COMMAND
from beastmode.jobs.running import Outcome, outcome_of
from beastmode.jobs.status import MOST_COUNTED, State, Status, counts, discard, list_jobs, retry, status_of
from beastmode.jobs.tasks import all_jobs


@click.group("jobs")
def jobs() -> None:
    """List, inspect, retry and discard jobs."""


@jobs.command("list")
@click.option(
    "--state", type=click.Choice(get_args(State)), default="dead", show_default=True, help="List jobs in this state."
)
@click.option("--name", help="List only the job with this name.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="Maximum number of jobs.")
@click.pass_context
def list_command(context: click.Context, *, state: State, name: str | None, limit: int) -> None:
    """List jobs, newest first, with the number of jobs by state."""
    open_application(context)
    for each in list_jobs(state, name, limit):
        click.echo(_line(each))
    total = counts()
    counted = [f"{_at_least(number)} {each}" for each, number in sorted(total.states.items())]
    states = ", ".join(counted) or "none unfinished"
    click.echo(f"Jobs: {states}. The oldest has been ready for {total.lag:.0f} s.")


def _at_least(number: int) -> str:
    """A number of jobs, of which no more than some are counted."""
    return f"{number} or more" if number >= MOST_COUNTED else str(number)


@jobs.command("show")
@click.argument("job_id", type=int)
@click.pass_context
def show(context: click.Context, *, job_id: int) -> None:
    """Show the job JOB_ID, with its result or error."""
    open_application(context)
    status = status_of(job_id)
    if status is None:
        raise click.ClickException(f"job {job_id} not found; finished jobs are deleted after JOBS_RETENTION_DAYS.")
    click.echo(_line(status))
    for title, value in (("result", status.result), ("error", status.error)):
        if value is not None:
            click.echo(f"{title}: {value}")


@jobs.command("retry")
@click.argument("job_ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead jobs.")
@click.option("--name", help="All dead jobs with this name.")
@click.pass_context
def retry_command(context: click.Context, *, job_ids: tuple[int, ...], everything: bool, name: str | None) -> None:
    """Retry the dead jobs JOB_IDS, starting over at the first attempt."""
    open_application(context)
    _refuse_nothing(job_ids, name, everything=everything)
    click.echo(f"Retrying {_counted(retry(*job_ids, name=name))}.")


@jobs.command("discard")
@click.argument("job_ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All dead jobs.")
@click.option("--name", help="All dead jobs with this name.")
@click.pass_context
def discard_command(context: click.Context, *, job_ids: tuple[int, ...], everything: bool, name: str | None) -> None:
    """Delete the jobs JOB_IDS unless they are running or done."""
    open_application(context)
    _refuse_nothing(job_ids, name, everything=everything)
    click.echo(f"Discarded {_counted(discard(*job_ids, name=name))}.")


@click.command(COMMAND, hidden=True)
@click.pass_context
def run_job(context: click.Context) -> None:
    """Read a claim from standard input, run its job, and write the outcome. Workers start this for process=True."""
    open_application(context)
    call = orjson.loads(sys.stdin.buffer.read())
    job = all_jobs().get(call["name"])
    if job is None:
        outcome = Outcome(error=f"The child process does not know the job {call['name']}.")
    else:
        with redirect_stdout(sys.stderr):
            outcome = outcome_of(call["id"], job.name, job.function, call["arguments"])
    sys.stdout.flush()
    # On a line of its own, since the application may have printed something while it was imported.
    sys.stdout.buffer.write(b"\n" + orjson.dumps(asdict(outcome)))


def _refuse_nothing(job_ids: tuple[int, ...], name: str | None, *, everything: bool) -> None:
    """Refuse a command that does not specify which jobs it is for.

    Raises:
        UsageError: It specifies no jobs, or --all and particular jobs.
    """
    if everything == bool(job_ids or name):
        raise click.UsageError("Specify job ids, --name, or --all for all dead jobs.")


def _counted(number: int) -> str:
    """A number of jobs, in words."""
    return "1 job" if number == 1 else f"{number} jobs"


def _line(each: Status) -> str:
    """A job as one line of output."""
    moment = each.finished_at or each.started_at or each.run_at
    attempts = f"{each.attempts}/{each.max_attempts}"
    last = (each.error or "").strip().rpartition("\n")[2]
    return f"{each.id}  {each.state}  {each.name}  {attempts}  {moment:%Y-%m-%d %H:%M:%S}  {last}".rstrip()
