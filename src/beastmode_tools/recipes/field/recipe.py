"""`beast add field`: a column of a model that exists, in its schema, with a migration and a test."""

import re
from pathlib import PurePosixPath

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.layout import Layout, Model, read_layout
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.field.columns import add_columns
from beastmode_tools.recipes.field.joins import name_columns, name_columns_of_inverses
from beastmode_tools.recipes.field.tests import add_tests
from beastmode_tools.recipes.field.untyped import add_untyped, is_there_untyped
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import Import
from beastmode_tools.recipes.fields.parse import parse_fields
from beastmode_tools.recipes.fields.writing import Related, annotation, model_lines, schema_line
from beastmode_tools.recipes.plan import Plan, Stored
from beastmode_tools.recipes.resource.recipe import key_of, named_enum
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["add_field"]

DATED = ("date", "datetime")


def add_field(workspace: Workspace, model_name: str, texts: tuple[str, ...], command: str) -> Plan:
    """Decide what `beast add field` changes.

    Raises:
        CouldNotRun: A field cannot be added; the message says why.
    """
    layout = read_layout(workspace)
    model = layout.model(model_name)
    fields = tuple(named_enum(field, model.name) for field in parse_fields(texts))
    fields = tuple(field for field in fields if not is_there(workspace, field, model))
    if not fields:
        return Plan(command)
    for field in fields:
        refuse_required(field, model)
    related = {field.name: related_to(field, layout, model) for field in fields if field.kind == "relation"}
    edit_model(workspace, layout, model, fields, related)
    schema = schema_of(layout, model)
    if schema:
        edit_schema(workspace, layout, schema, model, fields)
    first, last = add_columns(workspace, model.table, fields, related)
    has_tests = bool(schema) and add_tests(workspace, layout, model, fields)
    steps = ["beast dev     migrates the development database", "beast test"]
    if not schema:
        steps.insert(0, f"no schema of {model.name} was found: add the field to the one that shows it")
    elif not has_tests:
        steps.insert(0, f"no test was written: tests/test_{model.table}.py is not like those of `beast add resource`")
    return Plan(
        command,
        workspace.edits(),
        revision=last.id,
        follows=first.follows or "",
        stores=tuple(Stored(model.table, field.column) for field in fields),
        next_steps=tuple(steps),
    )


def is_there(workspace: Workspace, field: Field, model: Model) -> bool:
    """Whether the model has the field already.

    Raises:
        CouldNotRun: It has another field of this name.
    """
    for name in (field.column, field.name):
        if name in model.attributes:
            wanted = f"Mapped[{annotation(field, is_dated=False)}]"
            if (
                name == field.column
                and model.attributes[name].removeprefix(owner_of(model)).replace("dt.", "") == wanted
            ):
                return True
            if name == field.column and is_there_untyped(workspace, field, model):
                return True
            raise CouldNotRun(f"{model.name} has an attribute {name} already: {model.path}.")
    return False


def refuse_required(field: Field, model: Model) -> None:
    """Refuses a field that the rows that exist have no value for.

    Raises:
        CouldNotRun: It is required and has no default.
    """
    if field.is_required:
        raise CouldNotRun(
            f"rows of {model.table} that exist have no {field.column}. "
            f"Give it a default ({field.name}:{field.kind}=...), or let it be null ({field.name}:{field.kind}?)."
        )
    if field.is_unique:
        raise CouldNotRun(
            f"{field.column} cannot be made unique here: add it to {model.name}, and run flask db migrate."
        )


def related_to(field: Field, layout: Layout, model: Model) -> Related:
    """The model that a relation refers to; imported for type checkers only, as that model may import this one."""
    target = layout.model(field.target)
    key, key_sql = key_of(target)
    is_ambiguous = any(re.search(rf"\b{target.name}\b", text) for text in model.attributes.values())
    is_own = target.name == model.name
    return Related(target.name, target.table, key, key_sql, is_quoted=True, is_ambiguous=is_ambiguous, is_own=is_own)


def edit_model(
    workspace: Workspace, layout: Layout, model: Model, fields: tuple[Field, ...], related: dict[str, Related]
) -> None:
    """Adds the columns below the last one, and the relationships below the last of those."""
    if not any("Mapped[" in text for text in model.attributes.values()):
        add_untyped(workspace, layout, model, fields)
        return
    module = ModuleEdit(workspace, model.path, layout.own)
    is_dated = any(field.name in DATED for field in fields) or any(name in model.attributes for name in DATED)
    for target_name in dict.fromkeys(each.model for each in related.values()):
        target_model = layout.models[target_name]
        column = name_columns(module, model, target_model)
        if column and target_model.path != model.path:
            name_columns_of_inverses(workspace, layout, model, target_model, column)
    for field in fields:
        target = related.get(field.name)
        columns, relationships, imports = in_its_words(model_lines(field, target, is_dated=is_dated), model)
        if field.kind == "enum":
            choices = "".join(f'    {choice} = "{choice}"\n' for choice in field.choices)
            module.add_statement(f"class {field.target}(StrEnum):\n{choices}", before_class=model.name)
            module.add_import("enum", "StrEnum")
        for line in columns:
            module.add_to_class(model.name, line, is_predecessor=is_column)
        for line in relationships:
            module.add_to_class(model.name, line, is_predecessor=bool)
        for origin, name in sorted(imports):
            module.add_import(origin, name)
        if target is not None and layout.models[target.model].path != model.path:
            module.add_import_for_types(layout.models[target.model].module, target.model)
    module.save()


def owner_of(model: Model) -> str:
    """What stands before `Mapped` in the model, such as `so.`; "" where it is imported by name."""
    text = next((each for each in model.attributes.values() if "Mapped[" in each), "")
    return text.partition("Mapped[")[0]


Lines = tuple[list[str], list[str], set[Import]]


def in_its_words(lines: Lines, model: Model) -> Lines:
    """The lines of a field with the names of `sqlalchemy.orm` as the model's others have them."""
    columns, relationships, imports = lines
    if not (owner := owner_of(model)):
        return lines
    columns, relationships = ([qualified(line, owner) for line in each] for each in (columns, relationships))
    return columns, relationships, {each for each in imports if each[0] != "sqlalchemy.orm"}


def qualified(line: str, owner: str) -> str:
    """A line with the module before those names."""
    return re.sub(r"\b(Mapped(?=\[)|mapped_column(?=\()|relationship(?=\())", rf"{owner}\1", line)


def is_column(statement: str) -> bool:
    """Whether a statement of a model declares its table or a column, not a relationship."""
    is_mapped = "Mapped[" in statement.partition("=")[0]
    return statement.startswith("__tablename__") or (is_mapped and "relationship(" not in statement)


def schema_of(layout: Layout, model: Model) -> tuple[str, str] | None:
    """The path and the class of the schema that shows the model, as `loading(Schema, Model)` connects them.

    Of several the one that the others extend.
    """
    names = {each.schema for each in layout.loadings if each.model == model.name}
    found = [(path, name, bases) for name in sorted(names) for path, bases in layout.schemas.get(name, ())]
    roots = [(path, name) for path, name, bases in found if not names.intersection(bases)]
    folder = PurePosixPath(model.path).parent
    near = [each for each in roots if PurePosixPath(each[0]).parent == folder]
    return next(iter(near or roots), None)


def is_sent(statement: str) -> bool:
    """Whether a statement of a schema is a field, above those that the server alone sets."""
    return "= fields." in statement and not statement.startswith("created_at")


def edit_schema(
    workspace: Workspace, layout: Layout, schema: tuple[str, str], model: Model, fields: tuple[Field, ...]
) -> None:
    """Adds the fields above those that only the server sets."""
    path, name = schema
    module = ModuleEdit(workspace, path, layout.own)
    for field in fields:
        line, imports = schema_line(field)
        module.add_to_class(name, line, is_predecessor=lambda text: "created_at" not in text and "= fields." in text)
        for origin, imported in sorted(imports):
            module.add_import(origin, imported)
        if field.kind == "enum":
            module.add_import(model.module, field.target)
    module.save()
