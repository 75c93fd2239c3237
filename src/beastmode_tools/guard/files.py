"""What a change does to the files of a project, as a flat stream of changes and as findings; nothing is started."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from beastmode_tools.guard.call import CallChanged
from beastmode_tools.guard.code.compare.access import compare_access
from beastmode_tools.guard.code.compare.caching import compare_caching
from beastmode_tools.guard.code.compare.classes import compare_classes
from beastmode_tools.guard.code.compare.decorators import compare_decorators
from beastmode_tools.guard.code.compare.files import compare_supporting
from beastmode_tools.guard.code.compare.functions import compare_functions
from beastmode_tools.guard.code.compare.hooks import compare_hooks
from beastmode_tools.guard.code.compare.imports import compare_imports, swapped_imports
from beastmode_tools.guard.code.compare.security import compare_security
from beastmode_tools.guard.code.compare.served_routes import compare_routes
from beastmode_tools.guard.code.compare.templates import compare_templates
from beastmode_tools.guard.code.compare.tests_of_project import compare_tests
from beastmode_tools.guard.code.compare.understood import broken, unrecognised
from beastmode_tools.guard.contract.specifications import compare_specifications
from beastmode_tools.guard.debt.compare.comments import compare_debts
from beastmode_tools.guard.dependencies.compare.files import compare_dependencies
from beastmode_tools.guard.finding import Finding
from beastmode_tools.guard.migrations.read import Histories, read_changes, read_history
from beastmode_tools.guard.migrations.read.environment import runs_in_one_transaction
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules import RULES
from beastmode_tools.guard.settings.compare.settings import EnvironmentChanged, compare_settings
from beastmode_tools.source.delta import Delta, delta_of_files, pairs
from beastmode_tools.source.files import is_migration, kind_of
from beastmode_tools.source.reach import Usage

__all__ = ["Delta", "compare", "delta_of_files", "judge_files"]

PARTIAL = (CallChanged, EnvironmentChanged)
"""Changes about which no rule may have a word: they alone do not show that a file was understood."""
MIGRATIONS = ("migrations", "alembic")


def compare(delta: Delta) -> Iterator[Any]:
    """Every change in code, access, settings, dependencies, tests and gates, in the order of the files.

    A changed file about which nothing was said yields a change of its own, so that none is passed over in silence;
    migrations and specifications are left to their own comparers.
    """
    seen: set[str] = set()
    for change in everything(delta):
        if not isinstance(change, PARTIAL):
            seen |= {getattr(change, "path", ""), getattr(change, "old_path", "")}
        yield change
    for path in sorted({change.path for change in delta.changes} - seen):
        yield from unrecognised(delta, path)


def everything(delta: Delta) -> Iterator[Any]:
    """The changes of all comparers."""
    compared = pairs(delta.changes)
    usage = Usage(delta.new_files, delta.new_app, delta.core)
    sources = [pair for pair in compared if kind_of(pair.path) not in {"test", "migration", "deployment"}]
    yield from broken(compared, delta)
    yield from compare_functions(sources, usage)
    yield from compare_classes(
        [*sources, *(each for each in compared if is_migration(each.path))], usage, delta.new_files
    )
    yield from compare_imports(sources, usage)
    yield from swapped_imports(sources, usage, delta.old_files)
    yield from compare_access(sources, usage)
    yield from compare_decorators(sources, usage)
    yield from compare_caching(sources, usage)
    yield from compare_routes(delta, sources)
    yield from compare_hooks(sources)
    yield from compare_security(delta, sources)
    yield from compare_templates(delta)
    yield from compare_settings(delta, sources, usage)
    yield from compare_dependencies(delta)
    yield from compare_tests(delta, compared)
    yield from compare_supporting(delta.changes)


def judge_files(
    old: Mapping[str, str], new: Mapping[str, str], *, core: tuple[str, ...] = (), today: date | None = None
) -> list[Finding]:
    """What the rules find between two sets of files, read only.

    Args:
        old: The base side, path -> text.
        new: The work side.
        core: `[guard] core`.
        today: To judge sunset dates and due shortcuts by; without it, none has passed.
    """
    delta = delta_of_files(old, new, core)
    changes = [
        *compare_specifications(delta.changes, today=today),
        *migration_changes(old, new),
        *compare(delta),
        *compare_debts(delta, today=today),
    ]
    return list(judge(RULES, changes))


def migration_changes(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[object]:
    """What differs between the migrations among the files."""
    home = next((name for name in MIGRATIONS if any(path.startswith(f"{name}/") for path in (*old, *new))), None)
    if home is None:
        return
    with ExitStack() as stack:
        folders = []
        for files in (old, new):
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="beast-static-")))
            for path, text in files.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, encoding="utf-8")
            folders.append(folder)
        histories = [read_history(folder, home) for folder in folders]
        whole = runs_in_one_transaction(folders[1], home)
        yield from read_changes(Histories(histories[0], histories[1], folders[1], is_one_transaction=whole))
