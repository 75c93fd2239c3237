"""Which classes of a project map which tables, read from the sources."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from beastmode_tools.source.syntax import last_name
from beastmode_tools.source.values import text_value

__all__ = ["MappedTable", "Models", "read_models"]

WRAPPERS = ("deferred", "column_property")
COLUMNS = ("Column", "mapped_column", *WRAPPERS)
CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class MappedTable:
    """A class or a `Table(...)` that names the columns of a table.

    Args:
        name: The class's or the variable's.
        table: The table; None for a mixin or an abstract base.
        bases: Names of the classes that it derives from.
        columns: attribute -> (column, line).
        path: Its file.
        line: Of its definition.
    """

    name: str
    table: str | None
    bases: tuple[str, ...]
    columns: Mapping[str, tuple[str, int]]
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Models:
    """Every class and `Table(...)` of a project that names columns."""

    all: tuple[MappedTable, ...] = field(default=())

    def owners(self, table: str) -> list[MappedTable]:
        """Those that map a table, with or without its schema."""
        bare = table.rsplit(".", 1)[-1]
        return [each for each in self.all if each.table is not None and each.table.rsplit(".", 1)[-1] == bare]

    def with_bases(self, owner: MappedTable) -> list[MappedTable]:
        """A class and every class of the project that it derives from."""
        found, waiting = [owner], list(owner.bases)
        while waiting:
            name = waiting.pop()
            for each in self.all:
                if each.name == name and each not in found:
                    found.append(each)
                    waiting.extend(each.bases)
        return found


def read_models(trees: Mapping[str, ast.Module]) -> Models:
    """The models in parsed files, by path."""
    found: list[MappedTable] = []
    for path, tree in trees.items():
        tables: dict[str, str] = {}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and last_name(node.value.func) == "Table"
            ):
                found.extend(table_of(node.value, path, tables, node.targets))
        found.extend(class_of(node, path, tables) for node in ast.walk(tree) if isinstance(node, ast.ClassDef))
    return Models(tuple(each for each in found if each.columns or each.table))


def table_of(call: ast.Call, path: str, tables: dict[str, str], targets: list[ast.expr]) -> Iterator[MappedTable]:
    """A `Table("name", metadata, Column(...))` that is kept in a variable."""
    table = text_value(call.args[0]) if call.args else None
    if table is None:
        return
    columns = {}
    for argument in call.args[1:]:
        if isinstance(argument, ast.Call) and last_name(argument.func) == "Column" and argument.args:
            column = text_value(argument.args[0])
            if column is not None:
                columns[column] = (column, argument.lineno)
    for target in targets:
        name = last_name(target)
        tables[name] = table
        yield MappedTable(name, table, (), columns, path, call.lineno)


def class_of(node: ast.ClassDef, path: str, tables: Mapping[str, str]) -> MappedTable:
    """A class with the columns in its body."""
    columns: dict[str, tuple[str, int]] = {}
    table: str | None = None
    is_abstract = False
    for name, value, line in assignments(node):
        if name == "__tablename__" and (named := text_value(value)) is not None:
            table = named
        elif name == "__table__" and value is not None:
            table = tables.get(last_name(value)) or inner_table(value)
        elif name == "__abstract__":
            is_abstract = True
        elif value is not None and (column := column_of(name, value)) is not None:
            columns[name] = (column, line)
        elif value is None and has_mapped(node, name):
            columns[name] = (name, line)
    bases = tuple(last_name(base) for base in node.bases)
    if table is None and columns and not is_abstract and any(is_model(base) for base in node.bases):
        table = CAMEL.sub("_", node.name).lower()
    return MappedTable(node.name, table, bases, columns, path, node.lineno)


def assignments(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr | None, int]]:
    """Name, value and line of what a class's body assigns or declares."""
    for each in node.body:
        if isinstance(each, ast.Assign):
            for target in each.targets:
                if isinstance(target, ast.Name):
                    yield target.id, each.value, each.lineno
        elif isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name):
            yield each.target.id, each.value, each.lineno
        elif isinstance(each, ast.FunctionDef) and any(
            last_name(one) == "declared_attr" for one in each.decorator_list
        ):
            returned = next((one.value for one in ast.walk(each) if isinstance(one, ast.Return)), None)
            yield each.name, returned, each.lineno


def column_of(attribute: str, value: ast.expr) -> str | None:
    """The column that an attribute maps; None where it maps none."""
    if not isinstance(value, ast.Call) or last_name(value.func) not in COLUMNS:
        return None
    for argument in value.args[:1]:
        if (name := text_value(argument)) is not None:
            return name
        if isinstance(argument, ast.Call) and last_name(value.func) in WRAPPERS:
            return column_of(attribute, argument)
    named = next((each.value for each in value.keywords if each.arg == "name"), None)
    return text_value(named) or attribute


def has_mapped(node: ast.ClassDef, name: str) -> bool:
    """Whether an attribute without a value is declared as `Mapped[...]` of something that is a column."""
    for each in node.body:
        if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name) and each.target.id == name:
            return isinstance(each.annotation, ast.Subscript) and last_name(each.annotation.value) == "Mapped"
    return False


def inner_table(value: ast.expr) -> str | None:
    """The name in `__table__ = Table("name", ...)`."""
    if isinstance(value, ast.Call) and last_name(value.func) == "Table" and value.args:
        return text_value(value.args[0])
    return None


def is_model(base: ast.expr) -> bool:
    """Whether a base class looks like one that names tables by itself: `db.Model`, `Model`."""
    return last_name(base) in ("Model", "BaseModel", "Base")
