"""A field of a model that declares columns without annotations: `Column(...)` or `db.Column(...)`."""

import ast

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.fields.writing import server_default
from beastmode_tools.recipes.phases.declared import Declared, columns_of
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_untyped", "is_there_untyped"]

TYPES = {
    "int": "Integer",
    "float": "Float",
    "bool": "Boolean",
    "date": "Date",
    "datetime": "DateTime(timezone=True)",
    "uuid": "Uuid",
}
"""What an annotation would imply, written out."""
TYPED = ("relation", "enum")
"""What needs a class, a relationship or both, for which such models have many ways."""


def add_untyped(workspace: Workspace, layout: Layout, model: Model, fields: tuple[Field, ...]) -> None:
    """Add the columns below the last one, as the others are declared.

    Raises:
        CouldNotRun: One of them needs more than a line, or the model declares none itself.
    """
    columns = columns_of(workspace, model)
    if not columns:
        raise CouldNotRun(f"{model.path} declares no column of {model.name} that is understood; add the field by hand.")
    module = ModuleEdit(workspace, model.path, layout.own)
    names = {each.attribute for each in columns}
    for field in fields:
        line, imports = untyped_line(field, columns[-1])
        if field.kind in TYPED or field.is_list:
            raise CouldNotRun(
                f"{model.path} declares columns without Mapped[...], for which beast writes no {kind_in_words(field)}. "
                f"Add it to {model.name} by hand, then run flask db migrate: {line.strip()}"
            )
        module.add_to_class(model.name, line, is_predecessor=lambda text: declared_name(text) in names)
        names.add(field.column)
        for name in imports:
            module.add_import("sqlalchemy", name)
    module.save()


def kind_in_words(field: Field) -> str:
    """What kind of field it is."""
    return "list" if field.is_list else field.kind


def untyped_line(field: Field, beside: Declared) -> tuple[str, tuple[str, ...]]:
    """The statement, and the names of SQLAlchemy that it needs, "" for those behind a prefix such as `db.`."""
    prefix = beside.prefix
    sql = TYPES.get(field.kind) or kind_of(field).sql(field)
    if field.kind == "relation":
        sql = "Integer"
    arguments = [f"{prefix}{sql}"]
    needed = [sql.partition("(")[0]]
    if field.kind == "relation":
        arguments.append(f'{prefix}ForeignKey("...")')
    if field.default is not None:
        literal, imports = server_default(field)
        arguments.append(f"server_default={prefix if imports else ''}{literal}")
        needed += [name for _, name in imports]
    if not field.is_optional:
        arguments.append("nullable=False")
    if field.is_indexed:
        arguments.append("index=True")
    line = fit(f"{field.column} = {beside.call}(", arguments, ")", indent=4)
    return line, () if prefix else tuple(needed)


def is_there_untyped(workspace: Workspace, field: Field, model: Model) -> bool:
    """Whether the model declares the same field without an annotation."""
    found = next((each for each in columns_of(workspace, model) if each.attribute == field.column), None)
    if found is None or found.annotation or field.kind in TYPED or field.is_list:
        return False
    line, _ = untyped_line(field, found)
    return ast.unparse(ast.parse(line.strip())) == found.source


def declared_name(statement: str) -> str:
    """The name that a statement of a class assigns."""
    return statement.partition("=")[0].partition(":")[0].strip()
