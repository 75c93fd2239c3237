"""The model while its column changes: one that it does not map beside one that it does."""

from collections.abc import Callable
from textwrap import dedent

import libcst as cst

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.code.module import ModuleEdit
from beastmode_tools.recipes.code.text import fit, quoted
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.fields.writing import server_default
from beastmode_tools.recipes.phases.declared import Declared

__all__ = ["add_beside", "declaration", "explicit_type", "no_longer_beside", "remove_beside", "replaced"]

EXPLICIT = {"int": "Integer", "float": "Float", "bool": "Boolean", "date": "Date", "uuid": "Uuid"}
"""What the annotation implies, written out."""


def explicit_type(field: Field) -> str:
    """The type of a column that has no annotation."""
    return kind_of(field).sql(field) or EXPLICIT[field.kind]


def beside(declared: Declared, column: str, field: Field, remark: str) -> str:
    """The statement that gives the table a column which the model neither reads nor writes."""
    prefix = declared.prefix
    arguments = [quoted(column), f"{prefix}{explicit_type(field)}"]
    if field.default is not None:
        arguments.append(f"server_default={server_default(field)[0]}")
    if not field.is_optional:
        arguments.append("nullable=False")
    if field.is_indexed:
        arguments.append("index=True")
    owner = f'{declared.model.name}.metadata.tables["{declared.model.table}"]'
    maker = f"{prefix}Column" if prefix else "Column"
    return f"# {remark}\n" + fit(f"{owner}.append_column({maker}(", arguments, "))") + "\n"


def declaration(declared: Declared, attribute: str, column: str, field: Field) -> str:
    """The line that maps an attribute to another column, with everything else that was declared."""
    annotation = declared.annotation
    owner = annotation.partition("Mapped[")[0]
    if annotation and field.kind != declared.field.kind:
        python = kind_of(field).annotation
        annotation = f"{owner}Mapped[{python} | None]" if field.is_optional else f"{owner}Mapped[{python}]"
    call = declared.call or f"{owner}mapped_column"
    sql = kind_of(field).sql(field) or ("" if annotation else explicit_type(field))
    if is_same(field, declared.field):
        sql = declared.type
    elif sql:
        sql = f"{declared.prefix}{sql}"
    arguments = [*([] if column == attribute else [quoted(column)]), *([sql] if sql else []), *declared.kept]
    head = f"{attribute}: {annotation}" if annotation else attribute
    if not arguments and not declared.call:
        return head
    return fit(f"{head} = {call}(", arguments, ")", indent=4).strip()


def is_same(one: Field, other: Field) -> bool:
    """Whether two fields have the same type."""
    return (one.kind, one.length, one.digits) == (other.kind, other.length, other.digits)


def add_beside(module: ModuleEdit, declared: Declared, column: str, field: Field, remark: str) -> None:
    """Give the model's table a column that the model neither reads nor writes."""
    module.rewrite(below_class(beside(declared, column, field, remark), declared.model.name))
    if not declared.prefix:
        for name in needed(field):
            module.add_import("sqlalchemy", name)


def remove_beside(module: ModuleEdit, declared: Declared, column: str, field: Field) -> None:
    """Take that column away, with the imports that nothing else uses."""
    module.rewrite(no_longer_beside(declared.model.table, column))
    if not declared.prefix:
        module.remove_unused("sqlalchemy", needed(field))


def needed(field: Field) -> tuple[str, ...]:
    """The names of SQLAlchemy in the statement of `beside`."""
    default = server_default(field)[0] if field.kind == "bool" and field.default is not None else ""
    return tuple(filter(None, ("Column", explicit_type(field).partition("(")[0], default.removesuffix("()"))))


def replaced(attribute: str, lines: list[str], class_name: str) -> Callable[[cst.Module], cst.Module]:
    """Puts these lines in the place of an attribute's statement; the first keeps its comments."""

    def change(module: cst.Module) -> cst.Module:
        body = list(module.body)
        for index, definition in enumerate(body):
            if isinstance(definition, cst.ClassDef) and definition.name.value == class_name:
                body[index] = in_class(module, definition, attribute, lines)
        return module.with_changes(body=body)

    return change


def in_class(module: cst.Module, definition: cst.ClassDef, attribute: str, lines: list[str]) -> cst.ClassDef:
    """The class with other lines in the place of the attribute's."""
    statements = list(definition.body.body)
    for index, statement in enumerate(statements):
        if isinstance(statement, cst.SimpleStatementLine) and names(statement) == attribute:
            config = module.config_for_parsing
            new = [cst.parse_statement(dedent(each) + "\n", config=config) for each in lines]
            if new:
                new[0] = new[0].with_changes(leading_lines=statement.leading_lines)
                if isinstance(new[-1], cst.SimpleStatementLine):
                    new[-1] = new[-1].with_changes(trailing_whitespace=statement.trailing_whitespace)
            statements[index : index + 1] = new
            break
    else:
        raise CouldNotRun(f"{definition.name.value} has no statement for {attribute}.")
    return definition.with_changes(body=definition.body.with_changes(body=statements))


def names(statement: cst.SimpleStatementLine) -> str:
    """The attribute that a statement declares; "" for another one."""
    only = statement.body[0]
    if isinstance(only, cst.AnnAssign):
        target: cst.BaseExpression = only.target
    elif isinstance(only, cst.Assign):
        target = only.targets[0].target
    else:
        return ""
    return target.value if isinstance(target, cst.Name) else ""


def below_class(text: str, class_name: str) -> Callable[[cst.Module], cst.Module]:
    """Adds a statement with its comment below a class."""

    def change(module: cst.Module) -> cst.Module:
        body = list(module.body)
        place = 1 + max(
            index for index, each in enumerate(body) if isinstance(each, cst.ClassDef) and each.name.value == class_name
        )
        while place < len(body) and "append_column(" in module.code_for_node(body[place]):
            place += 1
        given = cst.parse_module(text, config=module.config_for_parsing)
        comments = [each for each in given.header if each.comment is not None]
        is_first = "append_column(" not in module.code_for_node(body[place - 1])
        space = [cst.EmptyLine(indent=False)] * (2 if is_first else 1)
        body.insert(place, given.body[0].with_changes(leading_lines=[*space, *comments]))
        if place + 1 < len(body) and is_first:
            rest = [each for each in body[place + 1].leading_lines if each.comment is not None]
            body[place + 1] = body[place + 1].with_changes(leading_lines=[cst.EmptyLine(indent=False)] * 2 + rest)
        return module.with_changes(body=body)

    return change


def no_longer_beside(table: str, column: str) -> Callable[[cst.Module], cst.Module]:
    """Removes the statement that `beside` wrote, with its comment."""
    marks = (f'.metadata.tables["{table}"].append_column(', f'Column("{column}"')

    def change(module: cst.Module) -> cst.Module:
        def is_it(node: cst.CSTNode) -> bool:
            text = "".join(module.code_for_node(node).split())
            return all(mark in text for mark in marks)

        body = list(module.body)
        for index, statement in enumerate(body):
            if is_it(statement):
                del body[index]
                return module.with_changes(body=body)
        raise CouldNotRun(f"the statement append_column(... {column!r} ...) is no longer there. Restore it from git.")

    return change
