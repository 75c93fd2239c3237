"""A report for programs."""

import json

from beastmode_tools.guard.finding import Report
from beastmode_tools.guard.report.view import View

__all__ = ["render"]


def render(report: Report, view: View) -> str:  # noqa: ARG001 - every format is asked in the same way
    """The report as JSON, in ASCII: names of files and texts of the project may be any bytes, and arrive whole so."""
    return json.dumps(report.as_json(), indent=2)
