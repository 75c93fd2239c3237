"""`beast accept`: a finding may ship, and somebody says why."""

from datetime import date, datetime
from pathlib import Path

import click

from beastmode_tools.cli.place import project_option
from beastmode_tools.guard.acceptances.accepted import today
from beastmode_tools.guard.acceptances.entry import author_of, write_acceptance
from beastmode_tools.guard.finding import Acceptance
from beastmode_tools.guard.report.last_report import known_finding
from beastmode_tools.project import find_project
from beastmode_tools.terminal import plain, say

__all__ = ["accept"]


@click.command(short_help="Accept a finding, with a reason.")
@click.argument("fingerprint")
@click.option("--reason", required=True, help="Why it is safe to ship, in a sentence for future readers.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="The last day on which it is valid.  [default: always]",
)
@project_option
def accept(fingerprint: str, reason: str, until: datetime | None, folder: Path) -> None:
    """Writes the finding with this FINGERPRINT, of the last check, into `beastmode.toml` as accepted.

    It stays listed, and counts no more. Commit the file with the change that it belongs to.
    """
    project = find_project(folder)
    finding = known_finding(project, fingerprint)
    given = Acceptance(reason, author_of(project.folder), today().isoformat(), day(until))
    path = write_acceptance(project.folder, finding, given)
    ends = f" until {given.until}" if given.until else ""
    say(plain(f"Accepted {finding.fingerprint}{ends}: {finding.problem} [{finding.rule}]"))
    say(f"It is now in {path.name}; commit it with the change.")


def day(moment: datetime | None) -> str | None:
    """The date as ISO text."""
    return date(moment.year, moment.month, moment.day).isoformat() if moment else None
