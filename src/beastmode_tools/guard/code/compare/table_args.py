"""`__table_args__` of a model: what it says of the rows, and whether a migration says it too."""

import ast
import re

from beastmode_tools.guard.code.compare.normal import expression
from beastmode_tools.source.syntax import last_name

__all__ = ["is_migrated", "is_table_args", "promises"]

OPTIONS = frozenset(("extend_existing", "keep_existing", "sqlite_autoincrement", "info", "implicit_returning"))
"""Options of a table that no row and no constraint depends on."""


def is_table_args(statement: ast.stmt | None) -> bool:
    """Whether the statement says what a table has besides columns."""
    return isinstance(statement, ast.Assign) and last_name(statement.targets[0]) == "__table_args__"


def promises(declared: ast.stmt | None) -> set[str]:
    """What `__table_args__` says of the rows: constraints and options, without what only SQLAlchemy or a file reads."""
    value = getattr(declared, "value", None)
    parts = value.elts if isinstance(value, ast.Tuple | ast.List) else [value] if value is not None else []
    found: set[str] = set()
    for part in parts:
        if isinstance(part, ast.Dict) and all(isinstance(key, ast.Constant) for key in part.keys):
            options = zip(part.keys, part.values, strict=True)
            found |= {f"{key.value}={expression(each)}" for key, each in options if key.value not in OPTIONS}  # type: ignore[union-attr]  # all are constants
        else:
            found.add(expression(part))
    return found


def is_migrated(field: str, sides: tuple[ast.stmt | None, ast.stmt | None], revisions: str) -> bool:
    """Whether a revision of the same change names a field, or each constraint and index in which its two sides differ.

    Args:
        field: Its name.
        sides: Its declarations.
        revisions: The text of the new revisions.
    """
    if field != "__table_args__":
        return bool(re.search(rf"['\"]{re.escape(field)}['\"]", revisions))
    parts = [{part.strip("(),") for part in parts_of(side)} for side in sides]
    names = [re.findall(r"(?:name=|Index\()['\"](\w+)['\"]", part) for part in parts[0] ^ parts[1]]
    return bool(names) and all(any(name in revisions for name in each) for each in names)


def parts_of(declared: ast.stmt | None) -> list[str]:
    """The elements of `__table_args__`."""
    value = getattr(declared, "value", None)
    return [ast.unparse(each) for each in value.elts] if isinstance(value, ast.Tuple | ast.List) else []
