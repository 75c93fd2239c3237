"""A column as a model declares it: read from the syntax, never by running it."""

import ast
import re
from dataclasses import dataclass, replace

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Model
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Declared", "as_declared", "columns_of", "read_declared", "restored"]

CALLS = ("mapped_column", "Column")
ANNOTATED = {
    "int": "int",
    "str": "str",
    "float": "float",
    "Decimal": "decimal",
    "bool": "bool",
    "date": "date",
    "UUID": "uuid",
}
"""The types that SQLAlchemy derives from an annotation, of those that can be changed."""
TYPES = {
    "Integer": "int",
    "INTEGER": "int",
    "BigInteger": "bigint",
    "BIGINT": "bigint",
    "String": "str",
    "VARCHAR": "str",
    "Unicode": "str",
    "Text": "text",
    "TEXT": "text",
    "UnicodeText": "text",
    "Float": "float",
    "Numeric": "decimal",
    "NUMERIC": "decimal",
    "Boolean": "bool",
    "Date": "date",
    "Uuid": "uuid",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """One column of a model.

    Args:
        model: The model.
        attribute: What the model calls it.
        column: What the database calls it.
        line: Where it is declared, from 1.
        call: "mapped_column", "db.Column"; "" if only an annotation declares it.
        annotation: As written; "" without one.
        type: Its type as written; "" if the annotation implies it.
        kept: The other arguments of the call, as written.
        field: Its type, its default and whether it may be null, as recipes describe a field.
        is_key: Whether it is of the primary key.
        refers: The foreign key as written; "" for none.
        computed: A server default that is not a plain value, as written; "" for none.
        source: The statement as written.
    """

    model: Model
    attribute: str
    column: str
    line: int
    call: str
    annotation: str
    type: str
    kept: tuple[str, ...]
    field: Field
    is_key: bool = False
    refers: str = ""
    computed: str = ""
    source: str = ""

    @property
    def place(self) -> str:
        """Where it is declared, for messages."""
        return f"{self.model.path}:{self.line}"

    @property
    def name(self) -> str:
        """`posts.title`."""
        return f"{self.model.table}.{self.column}"

    @property
    def prefix(self) -> str:
        """What stands before the names of `sqlalchemy`, such as `db.` or `sa.`; "" where they are imported."""
        if owner := owner_of(self.type):
            return owner
        return "" if owner_of(self.call) in ORM_ALONE and not self.call.endswith(".Column") else owner_of(self.call)

    @property
    def orm_prefix(self) -> str:
        """The same for the names of `sqlalchemy.orm`; Flask-SQLAlchemy's `db.` has both."""
        if self.call.rpartition(".")[2] == "mapped_column":
            return owner_of(self.call)
        return "" if self.prefix in CORE_ALONE else self.prefix


ORM_ALONE = ("so.", "orm.", "sqlalchemy.orm.", "sa.orm.")
CORE_ALONE = ("sa.", "sqlalchemy.")
"""Modules that have the names of one half of SQLAlchemy."""


def owner_of(written: str) -> str:
    """What stands before the last part of a name, with its dot; "" if nothing does."""
    owner = written.partition("(")[0].rpartition(".")[0]
    return f"{owner}." if owner else ""


def read_declared(workspace: Workspace, model: Model, column: str) -> Declared:
    """The column of a model, by its name in the database or in the model.

    Raises:
        CouldNotRun: The model does not declare it, or in a way that is not understood.
    """
    found = columns_of(workspace, model)
    for each in found:
        if each.column == column:
            return each
    for each in found:
        if each.attribute == column:
            raise CouldNotRun(
                f"{model.name}.{column} is the column {each.column} of {model.table}: write {model.table}.{each.column}"
            )
    known = ", ".join(each.column for each in found)
    raise CouldNotRun(f"{model.name} in {model.path} declares no column {column}. It declares {known}.")


def columns_of(workspace: Workspace, model: Model) -> list[Declared]:
    """The columns that the model itself declares, in their order."""
    tree = ast.parse(workspace.read(model.path))
    definition = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == model.name)
    return [each for statement in definition.body if (each := as_declared(statement, model)) is not None]


def restored(source: str, model: Model) -> Declared:
    """A column as it was declared when a change began."""
    declared = as_declared(ast.parse(source).body[0], model)
    if declared is None:
        raise CouldNotRun(f"{source!r} does not declare a column. Restore the list of phases from git.")
    return declared


def as_declared(statement: ast.stmt, model: Model) -> Declared | None:
    """A statement of the class as a column; None if it is none."""
    annotation, value = "", None
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name, value = statement.target.id, statement.value
        annotation = ast.unparse(statement.annotation)
        if "Mapped[" not in annotation:
            return None
    elif (
        isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name)
    ):
        name, value = statement.targets[0].id, statement.value
    else:
        return None
    blank = Declared(model, name, name, statement.lineno, "", annotation, "", (), Field(name, "", is_optional=True))
    blank = replace(blank, source=ast.unparse(statement))
    if value is None:
        return typed(blank) if annotation else None
    if not isinstance(value, ast.Call) or ast.unparse(value.func).rpartition(".")[2] not in CALLS:
        return None
    return typed(with_arguments(replace(blank, call=ast.unparse(value.func)), value))


def with_arguments(declared: Declared, call: ast.Call) -> Declared:
    """The column with what its call says."""
    kept: list[str] = []
    field = declared.field
    for number, argument in enumerate(call.args):
        text = ast.unparse(argument)
        if number == 0 and isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            declared = replace(declared, column=argument.value)
        elif "ForeignKey(" in text:
            declared = replace(declared, refers=text)
            kept.append(text)
        elif not declared.type and isinstance(argument, ast.Name | ast.Attribute | ast.Call):
            declared = replace(declared, type=text)
        else:
            kept.append(text)
    for keyword in call.keywords:
        value = keyword.value
        text = f"{keyword.arg}={written(value)}" if keyword.arg else f"**{ast.unparse(value)}"
        kept.append(text)
        is_true = isinstance(value, ast.Constant) and value.value is True
        if keyword.arg == "primary_key":
            declared = replace(declared, is_key=is_true)
        elif keyword.arg == "nullable":
            field = replace(field, is_optional=is_true)
        elif keyword.arg in ("index", "unique"):
            field = replace(field, is_indexed=is_true) if keyword.arg == "index" else replace(field, is_unique=is_true)
        elif keyword.arg == "server_default":
            default = plain_default(value)
            field = replace(field, default=default)
            declared = replace(declared, computed=ast.unparse(value) if default is None else "")
    return replace(declared, kept=tuple(kept), field=field)


def plain_default(value: ast.expr) -> str | None:
    """A server default that is a value, as text; None for any other."""
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        return value.value
    found = re.fullmatch(r"(?:\w+\.)?(true|false)\(\)", ast.unparse(value))
    return found[1] if found else None


def written(value: ast.expr) -> str:
    """A value as code, with double quotes."""
    text = ast.unparse(value)
    is_text = isinstance(value, ast.Constant) and isinstance(value.value, str)
    return f'"{text[1:-1]}"' if is_text and '"' not in text and "\\" not in text else text


def typed(declared: Declared) -> Declared:
    """The column with the kind of its type, and whether it may be null."""
    field = declared.field
    inner = declared.annotation.partition("Mapped[")[2].removesuffix("]")
    python, optional = inner, False
    if found := re.fullmatch(r"(?:typing\.)?Optional\[(.+)\]|(.+?) *\| *None", inner):
        python, optional = found[1] or found[2], True
    if declared.annotation and not any(each.startswith("nullable=") for each in declared.kept):
        field = replace(field, is_optional=optional)
    if declared.is_key:
        field = replace(field, is_optional=False)
    sql = declared.type
    name, _, arguments = sql.partition("(")
    kind = TYPES.get(name.rpartition(".")[2], "other") if sql else ANNOTATED.get(python.rpartition(".")[2], "other")
    numbers = [int(each) for each in re.findall(r"\d+", arguments)]
    if kind == "str":
        field = replace(field, length=numbers[0] if numbers else None)
        kind = "str" if numbers else "text"
    if kind == "decimal" and numbers:
        field = replace(field, digits=(numbers[0], numbers[1] if len(numbers) > 1 else 0))
    return replace(declared, field=replace(field, kind=kind))
