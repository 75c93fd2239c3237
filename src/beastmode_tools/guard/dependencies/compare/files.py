"""Packages that a project asks for, old beside new."""

from collections.abc import Iterator
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from beastmode_tools.guard.dependencies.compare.requirements import TOOLS, Requirement, Requirements, requirements_of
from beastmode_tools.guard.dependencies.compare.vulnerabilities import REPORT, KnownVulnerability, compare_reports
from beastmode_tools.source.delta import Delta
from beastmode_tools.source.files import kind_of
from beastmode_tools.source.lines import first_difference, how_changed

__all__ = ["DependencyChanged", "DependencyFileChanged", "compare_dependencies"]


@dataclass(frozen=True, slots=True)
class DependencyChanged:
    """A package that is asked for otherwise than before.

    Args:
        path: The file that asks.
        line: The line.
        name: The package, normalised.
        how: "added", "removed", "major", "minor", "downgraded", "unpinned", "pinned", "source", "range", "extras".
        old: What was asked; "" for a new one.
        new: What is asked now; "" for one that is gone.
        is_development: Whether only developers and tests get it.
        is_locked: Whether the file is a lock file: what it adds for others' sake is no choice of the project.
    """

    path: str
    line: int
    name: str
    how: str
    old: str
    new: str
    is_development: bool = False
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class DependencyFileChanged:
    """A file of dependencies in which something else changed: an index, the version of Python, or nothing of weight."""

    path: str
    line: int
    what: str
    old: str
    new: str


def compare_dependencies(delta: Delta) -> Iterator[DependencyChanged | DependencyFileChanged | KnownVulnerability]:
    """Every package that is asked for otherwise; each once, a lock file only where no other file tells of it."""
    told: set[str] = set()
    places: dict[str, tuple[str, int]] = {}
    files = [change for change in delta.changes if kind_of(change.path) == "dependencies" and not change.is_binary]
    for change in sorted(files, key=lambda each: is_lock(each.path)):
        old, new = (requirements_of(change.path, text or "") for text in (change.old, change.new))
        line = first_difference(change.old or "", change.new or "")
        found: list[DependencyChanged | DependencyFileChanged] = [
            *requirement_changes(change.path, old, new),
            *file_changes(change.path, line, old, new),
        ]
        places |= {name: (change.path, each.line) for name, each in new.packages.items()}
        for each in found:
            if isinstance(each, DependencyChanged) and is_lock(change.path):
                if each.name in told:
                    continue
            elif isinstance(each, DependencyChanged):
                told.add(each.name)
            yield each
        if not found:
            problem = new.problem or old.problem
            what = f"cannot be read: {problem}" if problem else "nothing that is installed"
            yield DependencyFileChanged(change.path, line, what, how_changed(change), "")
    if files and REPORT in delta.new_files:
        yield from compare_reports(delta.old_files.get(REPORT), delta.new_files[REPORT], places)


def is_lock(path: str) -> bool:
    """Whether the file is written by a tool and lists what others need, too."""
    return path.endswith((".lock", "Pipfile.lock", "constraints.txt")) or "pylock" in path


def requirement_changes(path: str, old: Requirements, new: Requirements) -> Iterator[DependencyChanged]:
    """The packages of one file that differ."""
    for name in sorted({*old.packages, *new.packages}):
        before, after = old.packages.get(name), new.packages.get(name)
        how = how_asked(before, after)
        if how is not None:
            shown = after or before
            assert shown is not None  # noqa: S101 - one of the two is there
            yield DependencyChanged(
                path,
                shown.line,
                name,
                how,
                before.text if before else "",
                after.text if after else "",
                is_development=shown.is_development or bool(TOOLS.fullmatch(name)),
                is_locked=is_lock(path),
            )  # fmt: skip - two lines read better than eight


def how_asked(before: Requirement | None, after: Requirement | None) -> str | None:
    """In which way two requirements differ; None where they do not."""
    if before is None or after is None:
        return "added" if before is None else "removed"
    if before.source != after.source:
        return "source"
    if before.specifier != after.specifier:
        return by_versions(before.specifier, after.specifier)
    return "extras" if before.extras != after.extras else None


def by_versions(before: str, after: str) -> str:  # noqa: PLR0911 - one answer a line
    """How the asked versions moved."""
    if not after:
        return "unpinned"
    if not before:
        return "pinned"
    old, new = asked_version(before), asked_version(after)
    if is_open(after) and not is_open(before):
        return "unpinned"
    if old is None or new is None:
        return "range"
    if new < old:
        return "downgraded"
    if (new.epoch, major(new)) != (old.epoch, major(old)):
        return "major"
    return "minor" if new != old else "range"


def major(version: Version) -> tuple[int, ...]:
    """What a promise of compatibility hangs on: the first number, and for 0.x the second as well."""
    return (version.major, version.minor) if version.major == 0 else (version.major,)


def is_open(specifier: str) -> bool:
    """Whether any later version is taken."""
    try:
        return all(each.operator in {">=", ">", "!="} for each in SpecifierSet(specifier))
    except InvalidSpecifier:
        return specifier.strip() in {"*", "latest"}


def asked_version(specifier: str) -> Version | None:
    """The version that a specifier names: the pinned one, or the lowest."""
    text = specifier.lstrip("^~=> ")
    try:
        parts = SpecifierSet(specifier)
    except InvalidSpecifier:
        return version_of(text.split(",")[0])
    ranked = sorted(parts, key=lambda each: {"==": 0, "===": 0, "~=": 1, ">=": 2, ">": 3}.get(each.operator, 9))
    return version_of(ranked[0].version.removesuffix(".*")) if ranked and ranked[0].operator != "!=" else None


def version_of(text: str) -> Version | None:
    """A version, or None where the text is none."""
    try:
        return Version(text.strip())
    except InvalidVersion:
        return None


def file_changes(path: str, line: int, old: Requirements, new: Requirements) -> Iterator[DependencyFileChanged]:
    """What else differs: indexes, included files, the version of Python."""
    for before, after, what in (
        (old.indexes, new.indexes, "index"),
        (old.included, new.included, "included files"),
        (old.python, new.python, "python"),
    ):
        if before != after:
            yield DependencyFileChanged(path, line, what, as_text(before), as_text(after))


def as_text(value: tuple[str, ...] | str) -> str:
    """For a message."""
    return value if isinstance(value, str) else ", ".join(value)
