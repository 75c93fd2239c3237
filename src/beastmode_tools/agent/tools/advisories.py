"""`advisories`: known vulnerabilities of what is installed, by the guard's reader."""

from typing import Any

from beastmode_tools.agent.gate.effect import ReadFile
from beastmode_tools.agent.gate.performer import Performer
from beastmode_tools.agent.tools.arguments import AdvisoriesArguments
from beastmode_tools.agent.tools.docs import packages
from beastmode_tools.agent.tools.performing import performed
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.dependencies.compare.files import DependencyChanged
from beastmode_tools.guard.dependencies.compare.vulnerabilities import (
    REPORT,
    KnownVulnerability,
    compare_reports,
)
from beastmode_tools.guard.dependencies.read.vulnerabilities import audit

__all__ = ["SERVICE", "answer"]

SERVICE = "pypi.org"
"""The host whose database pip-audit asks."""
SECONDS = 50.0
"""Less than a call of the tool may take; pip-audit asks about each package in turn."""


def answer(performer: Performer, arguments: AdvisoriesArguments) -> dict[str, Any]:
    """Each vulnerability with the versions that fix it, and what could not be looked up."""
    installed = packages(performer.grants.root)
    named = arguments.report or (REPORT if (performer.grants.root / REPORT).is_file() else "")
    if named:
        report = performed(performer, ReadFile(named))
        found, notes = list(compare_reports(None, report, {})), tuple[str, ...]()
    elif SERVICE in performer.grants.hosts:
        found, notes = audit(asked(installed), seconds=SECONDS)
    else:
        raise CouldNotRun(
            f"{SERVICE} is not allowed. Allow it, or write a report: pip-audit --format json --output {REPORT}"
        )
    return {"packages": len(installed), "found": [facts(each) for each in found], "not_looked_up": list(notes)}


def asked(installed: dict[str, str]) -> list[DependencyChanged]:
    """The packages as the guard asks about them: each pinned to the version that is installed."""
    return [
        DependencyChanged(path="installed", line=0, name=name, how="added", old="", new=f"{name}=={version}")
        for name, version in installed.items()
    ]


def facts(each: KnownVulnerability) -> dict[str, Any]:
    """A vulnerability for programs."""
    return {name: getattr(each, name) for name in each.__dataclass_fields__ if name not in ("path", "line")}
