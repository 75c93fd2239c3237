"""Packages that the project asks for."""

from collections.abc import Iterator

from beastmode_tools.guard.dependencies.compare.files import DependencyChanged, DependencyFileChanged
from beastmode_tools.guard.dependencies.compare.vulnerabilities import KnownVulnerability
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import where

__all__ = ["RULES"]


def subject_of(change: DependencyChanged) -> str:
    """File and package."""
    return f"{change.path} {change.name}"


def softened(change: DependencyChanged) -> Verdict | None:
    """SAFE for what lock files follow on their own; the rule's own verdict otherwise."""
    return Verdict.SAFE if change.is_locked and change.how in {"minor", "range"} else None


@rule("dependency-added", Verdict.CAUTIOUS, DependencyChanged)
def dependency_added(change: DependencyChanged) -> Iterator[Found]:
    """A package that is new to the project."""
    if change.how == "added":
        who = " for developers" if change.is_development else " by way of another package" if change.is_locked else ""
        problem = f"{change.new} is new{who}: its code and that of whatever it needs runs here"
        instead = "Look who keeps it, how old it is, and whether the name is spelled right; pin it."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("dependency-removed", Verdict.CAUTIOUS, DependencyChanged)
def dependency_removed(change: DependencyChanged) -> Iterator[Found]:
    """A package that is no longer asked for."""
    if change.how == "removed":
        problem = f"{change.old} is no longer asked for"
        instead = "Search for imports of it, also in settings that name modules as text."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("dependency-major-changed", Verdict.CAUTIOUS, DependencyChanged)
def dependency_major_changed(change: DependencyChanged) -> Iterator[Found]:
    """A package in a version that promises nothing about the last one."""
    if change.how == "major":
        problem = f"{change.old} became {change.new}: a version that may break what used the old one"
        instead = "Read its changelog from one to the other; deploy it alone."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("dependency-updated", Verdict.SAFE, DependencyChanged)
def dependency_updated(change: DependencyChanged) -> Iterator[Found]:
    """A package in a later version that promises to be compatible."""
    if change.how in {"minor", "pinned", "extras", "range"}:
        verdict = Verdict.CAUTIOUS if change.how in {"extras", "range"} and not change.is_locked else softened(change)
        instead = "Look which versions it takes now that it did not before." if verdict else ""
        yield Found(where(change), f"{change.old} became {change.new}", instead, subject_of(change), verdict=verdict)


@rule("dependency-downgraded", Verdict.CAUTIOUS, DependencyChanged)
def dependency_downgraded(change: DependencyChanged) -> Iterator[Found]:
    """A package in an older version."""
    if change.how == "downgraded":
        problem = f"{change.old} became {change.new}: repairs of the later version are lost, security ones as well"
        instead = "Name the bug that needs it, and when to go forward again."
        yield Found(where(change), problem, instead, subject_of(change))


@rule("dependency-unpinned", Verdict.CAUTIOUS, DependencyChanged)
def dependency_unpinned(change: DependencyChanged) -> Iterator[Found]:
    """A package of which any later version is taken now."""
    if change.how == "unpinned":
        problem = f"{change.old} became {change.new}: the next build may get any later version"
        yield Found(where(change), problem, "Keep an upper bound or a lock file.", subject_of(change))


@rule("dependency-source-changed", Verdict.DANGEROUS, DependencyChanged, DependencyFileChanged)
def dependency_source_changed(change: DependencyChanged | DependencyFileChanged) -> Iterator[Found]:
    """Packages come from somewhere else."""
    instead = "Name a commit, not a branch, and use one index: with two the higher version wins, whoever put it there."
    if isinstance(change, DependencyChanged):
        if change.how == "source":
            yield Found(
                where(change),
                f"{change.old} became {change.new}: it comes from somewhere else",
                instead,
                subject_of(change),
            )
    elif change.what == "index":
        problem = f"packages come from {change.new or 'the usual index'} instead of {change.old or 'the usual index'}"
        yield Found(where(change), problem, instead, f"{change.path} index")


@rule("dependency-file-changed", Verdict.SAFE, DependencyFileChanged)
def dependency_file_changed(change: DependencyFileChanged) -> Iterator[Found]:
    """Something else in a file of dependencies."""
    subject = f"{change.path} {change.what}"
    if change.what == "python":
        problem = (
            f"the project asks for Python {change.new or 'of any version'} instead of {change.old or 'any version'}"
        )
        instead = "Every machine that runs it must have that version before the deploy."
        yield Found(where(change), problem, instead, subject, verdict=Verdict.CAUTIOUS)
    elif change.what == "included files" or change.what.startswith("cannot be read"):
        problem = f"{change.path}: {change.what} {change.old} {change.new}".rstrip()
        yield Found(where(change), problem, "Read the file yourself.", subject, verdict=Verdict.CAUTIOUS)
    elif change.what != "index":
        yield Found(where(change), f"{change.path} changed in nothing that is installed", "", subject)


@rule("dependency-vulnerable", Verdict.DANGEROUS, KnownVulnerability)
def dependency_vulnerable(change: KnownVulnerability) -> Iterator[Found]:
    """A version with a published vulnerability."""
    fixed = f"mended in {', '.join(change.fixed_in)}" if change.fixed_in else "not mended in any version"
    problem = f"{change.name} {change.version} has the known vulnerability {change.identifier}, {fixed}"
    instead = (
        f"Ask for {change.name} {change.fixed_in[0]} or later."
        if change.fixed_in
        else "Look for another package, or for a way not to use what is broken."
    )
    verdict = None if change.is_new else Verdict.CAUTIOUS
    yield Found(
        where(change),
        problem,
        instead,
        f"{change.name} {change.identifier}",
        proved=True,
        verdict=verdict,
        is_of_base=not change.is_new,
    )


RULES = (
    dependency_added,
    dependency_removed,
    dependency_major_changed,
    dependency_updated,
    dependency_downgraded,
    dependency_unpinned,
    dependency_source_changed,
    dependency_file_changed,
    dependency_vulnerable,
)
