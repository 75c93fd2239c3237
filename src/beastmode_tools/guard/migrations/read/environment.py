"""What env.py says about how the revisions of one upgrade run."""

import re
from pathlib import Path

__all__ = ["runs_in_one_transaction"]

FOR_EACH = re.compile(r"transaction_per_migration[\"']?\s*[=:]\s*True\b")
AUTOCOMMIT = re.compile(r"isolation_level[\"']?\s*[=:]\s*[\"']AUTOCOMMIT")
OF_PROJECT = re.compile(r"\bconfigure_args\b|\bconf_args\b")


def runs_in_one_transaction(folder: Path, migrations: str | None) -> bool:
    """Whether an upgrade over several revisions is one transaction: Alembic's default, which few projects change.

    Args:
        folder: The project's folder.
        migrations: The Alembic folder relative to it; None where there is none.
    """
    path = folder / (migrations or "") / "env.py"
    if migrations is None or not path.is_file():
        return False
    source = path.read_text(encoding="utf-8", errors="replace")
    if FOR_EACH.search(source) or AUTOCOMMIT.search(source):
        return False
    # Flask-Migrate's env.py passes on what `Migrate(...)` was given, somewhere in the modules beside it.
    return not (OF_PROJECT.search(source) and any(map(asks_for_each, modules(folder))))


def modules(folder: Path) -> list[Path]:
    """The modules in which an application is put together: of the folder and of the packages in it."""
    return [*folder.glob("*.py"), *folder.glob("*/*.py"), *folder.glob("src/*/*.py")]


def asks_for_each(path: Path) -> bool:
    """Whether a module asks for a transaction for each revision."""
    return bool(FOR_EACH.search(path.read_text(encoding="utf-8", errors="replace")))
