"""Packages that the project depends on."""

from collections.abc import Callable, Iterator
from typing import Any

from beastmode_tools.guard.dependencies.compare.files import DependencyChanged, DependencyFileChanged
from beastmode_tools.guard.dependencies.compare.vulnerabilities import KnownVulnerability
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Match, Rule, Text, row, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]

LOOSE = ("range", "extras")
USUAL_INDEX = "the default index"


def package(name: str, when: Callable[[DependencyChanged], bool], message: str = "") -> Rule:
    """A rule on how one package is required; what only developers and tests get is none of production's."""
    verdict = lambda change: Verdict.SAFE if change.is_development else None  # noqa: E731 - read where it is used
    return row(name, DependencyChanged, when, where=where, subject="{path} {name}", message=message, verdict=verdict)


def in_file(name: str, when: Callable[[DependencyFileChanged], bool], message: str, **options: Any) -> Rule:
    """A rule on what else a dependency file says."""
    subject: Text = options.pop("subject", "{path} {what}")
    return row(name, DependencyFileChanged, when, where=where, subject=subject, message=message, **options)


def is_compatible(change: DependencyChanged) -> bool:
    """Whether nothing can be installed that may break: lock files follow a range that another file states."""
    return change.how in {"minor", "pinned"} or (change.how in LOOSE and change.is_locked)


@rule("dependency-vulnerable", KnownVulnerability)
def dependency_vulnerable(change: KnownVulnerability) -> Iterator[Match]:
    """A version with a published vulnerability."""
    yield Match(
        where(change),
        f"{change.name} {change.identifier}",
        {"fixed": ", ".join(change.fixed_in), "first_fixed": next(iter(change.fixed_in), "")},
        "fixed" if change.fixed_in else "not-fixed",
        proved=True,
        verdict=None if change.is_new else Verdict.CAUTIOUS,
        is_of_base=not change.is_new,
    )


RULES = (
    package("dependency-added", lambda c: c.how == "added" and c.is_development, "development"),
    package("dependency-added", lambda c: c.how == "added" and not c.is_development and c.is_locked, "transitive"),
    package("dependency-added", lambda c: c.how == "added" and not c.is_development and not c.is_locked, "direct"),
    package("dependency-removed", lambda c: c.how == "removed"),
    package("dependency-version-changed", lambda c: c.how == "major", "major"),
    package("dependency-version-changed", lambda c: c.how == "downgraded", "downgraded"),
    package("dependency-version-changed", lambda c: c.how == "unpinned", "unpinned"),
    package("dependency-version-changed", lambda c: c.how in LOOSE and not c.is_locked, "range"),
    row(
        "dependency-version-changed",
        DependencyChanged,
        is_compatible,
        where=where,
        subject="{path} {name}",
        message="compatible",
        verdict=Verdict.SAFE,
    ),
    row(
        "dependency-source-changed",
        DependencyChanged,
        lambda c: c.how == "source",
        where=where,
        subject="{path} {name}",
        message="package",
    ),
    in_file(
        "dependency-source-changed",
        lambda c: c.what == "index",
        "index",
        subject="{path} index",
        fields={"new_index": lambda c: c.new or USUAL_INDEX, "old_index": lambda c: c.old or USUAL_INDEX},
    ),
    in_file(
        "dependency-file-changed",
        lambda c: c.what == "python",
        "python",
        verdict=Verdict.CAUTIOUS,
        fields={"new_python": lambda c: c.new or "of any version", "old_python": lambda c: c.old or "of any version"},
    ),
    in_file(
        "dependency-file-changed",
        lambda c: c.what == "included files",
        "included-files",
        verdict=Verdict.CAUTIOUS,
        fields={"new_files": lambda c: c.new or "no other file", "old_files": lambda c: c.old or "none"},
    ),
    in_file(
        "dependency-file-changed",
        lambda c: c.what.startswith("cannot be read"),
        "unreadable",
        verdict=Verdict.CAUTIOUS,
    ),
    in_file(
        "dependency-file-changed",
        lambda c: not c.what.startswith(("index", "python", "included files", "cannot be read")),
        "comments",
    ),
    dependency_vulnerable,
)
