"""Known vulnerabilities as pip-audit reports them, old beside new."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

__all__ = ["REPORT", "KnownVulnerability", "compare_reports", "vulnerabilities_of"]

REPORT = "pip-audit.json"
"""A report that the project's own pipeline has put there: `pip-audit --format json --output pip-audit.json`."""


@dataclass(frozen=True, slots=True)
class KnownVulnerability:
    """A vulnerability that is published for a version that the project asks for.

    Args:
        path: The file that asks, or the report that says so.
        line: The line.
        name: The package.
        version: The version that is asked for.
        identifier: As it is published: `PYSEC-2024-60`, `CVE-2024-35195`.
        fixed_in: Versions in which it is fixed.
        is_new: Whether the base side did not have it.
    """

    path: str
    line: int
    name: str
    version: str
    identifier: str
    fixed_in: tuple[str, ...]
    is_new: bool

    @property
    def difference(self) -> tuple[str, str, str]:
        """Which it is; versions that mend it come later."""
        return (self.name, self.version, self.identifier)


def vulnerabilities_of(text: str) -> dict[tuple[str, str], tuple[str, tuple[str, ...]]]:
    """(package, identifier) -> version and the versions in which it is fixed; {} for anything but a report."""
    try:
        data: Any = json.loads(text)
    except ValueError:
        return {}
    listed = data.get("dependencies", []) if isinstance(data, dict) else data
    found: dict[tuple[str, str], tuple[str, tuple[str, ...]]] = {}
    for each in listed if isinstance(listed, list) else []:
        if not isinstance(each, dict):
            continue
        for one in each.get("vulns") or []:
            fixed = tuple(str(version) for version in one.get("fix_versions") or [])
            found[str(each.get("name", "")), str(one.get("id", ""))] = (str(each.get("version", "")), fixed)
    return found


def compare_reports(
    old: str | None, new: str | None, places: dict[str, tuple[str, int]]
) -> Iterator[KnownVulnerability]:
    """Each vulnerability of the work side.

    Args:
        old: The report about the base side; None or "" where there is none.
        new: The report about the work side.
        places: Package -> file and line that ask for it, where that is known.
    """
    known = vulnerabilities_of(old or "")
    for (name, identifier), (version, fixed) in vulnerabilities_of(new or "").items():
        path, line = places.get(name, (REPORT, 1))
        yield KnownVulnerability(path, line, name, version, identifier, fixed, (name, identifier) not in known)
