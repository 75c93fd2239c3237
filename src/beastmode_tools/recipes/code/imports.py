"""Adds imports to a module, once each, in the order in which ruff and isort keep them."""

import ast
import re
import sys
from collections.abc import Sequence

import libcst as cst
from libcst.helpers import get_full_name_for_node

__all__ = ["import_of", "with_import", "without_unused"]

Statement = cst.SimpleStatementLine | cst.BaseCompoundStatement
FUTURE, STANDARD, INSTALLED, OWN = range(4)
"""The sections of an import block, in their order."""


def with_import(module: cst.Module, origin: str, name: str, own: frozenset[str]) -> cst.Module:
    """The module with `from origin import name`, or `import origin` if the name is "".

    Args:
        module: What is edited.
        origin: The module to import from.
        name: What to import from it.
        own: The top-level names that belong to the project.
    """
    body = list(module.body)
    for index, statement in enumerate(body):
        imported = import_of(statement)
        if imported is None:
            continue
        if not name and isinstance(imported, cst.Import) and origin in names_of(imported):
            return module
        if name and isinstance(imported, cst.ImportFrom) and origin_of(imported) == origin:
            if name in names_of(imported) or isinstance(imported.names, cst.ImportStar):
                return module
            body[index] = with_name(statement, imported, name)
            return module.with_changes(body=body)
    return inserted(module, body, origin, name, own)


def without_unused(module: cst.Module, origin: str, names: Sequence[str]) -> cst.Module:
    """The module without those of the names imported from `origin` that occur nowhere else in it."""
    used = {node.id for node in ast.walk(ast.parse(module.code)) if isinstance(node, ast.Name)}
    gone = set(names) - used
    body = list(module.body)
    for index, statement in enumerate(body):
        imported = import_of(statement)
        if (
            not isinstance(imported, cst.ImportFrom)
            or origin_of(imported) != origin
            or not gone & {*names_of(imported)}
        ):
            continue
        assert not isinstance(imported.names, cst.ImportStar)  # noqa: S101 - it has names
        left = [alias for alias in imported.names if alias_text(alias) not in gone]
        if not left:
            del body[index]
            break
        last = imported.names[-1].comma
        left[-1] = left[-1].with_changes(comma=last)
        body[index] = statement.with_changes(body=[imported.with_changes(names=left)])
    return module.with_changes(body=body)


def inserted(module: cst.Module, body: list[Statement], origin: str, name: str, own: frozenset[str]) -> cst.Module:
    """The module with a new import statement at its place."""
    text = f"from {origin} import {name}\n" if name else f"import {origin}\n"
    statement = cst.parse_statement(text, config=module.config_for_parsing)
    key = key_of(origin, is_from=bool(name), own=own)
    block = [index for index, each in enumerate(body) if import_of(each) is not None]
    if not block:
        return first_import(module, body, statement)
    keys = {index: statement_key(body[index], own) for index in block}
    later = [index for index in block if keys[index] > key]
    place = later[0] if later else block[-1] + 1
    earlier = [index for index in block if index < place]
    is_new_section = not earlier or keys[earlier[-1]][0] != key[0]
    if later:
        follower = body[place]
        assert isinstance(follower, cst.SimpleStatementLine)  # noqa: S101 - imports are
        if keys[place][0] == key[0]:  # takes the place of the first one of its section, with the lines above it
            statement = led_by(statement, follower.leading_lines)
            body[place] = led_by(follower, [])
        else:
            statement = led_by(statement, [cst.EmptyLine(indent=False)] if is_new_section and earlier else [])
            if not follower.leading_lines:
                body[place] = led_by(follower, [cst.EmptyLine(indent=False)])
    elif is_new_section:
        statement = led_by(statement, [cst.EmptyLine(indent=False)])
    body.insert(place, statement)
    return module.with_changes(body=body)


def first_import(module: cst.Module, body: list[Statement], statement: Statement) -> cst.Module:
    """The module with its only import, below its docstring."""
    place = 1 if module.get_docstring() is not None else 0
    if place:
        statement = led_by(statement, [cst.EmptyLine(indent=False)])
    return module.with_changes(body=[*body[:place], statement, *body[place:]])


def led_by(statement: Statement, lines: Sequence[cst.EmptyLine]) -> Statement:
    """The statement below these lines."""
    return statement.with_changes(leading_lines=lines)


def import_of(statement: cst.CSTNode) -> cst.Import | cst.ImportFrom | None:
    """The import in a statement at the top level; None for any other."""
    if isinstance(statement, cst.SimpleStatementLine) and len(statement.body) == 1:
        only = statement.body[0]
        return only if isinstance(only, cst.Import | cst.ImportFrom) else None
    return None


def origin_of(imported: cst.ImportFrom) -> str:
    """The module that a `from` names, with the dots of a relative import."""
    return "." * len(imported.relative) + (get_full_name_for_node(imported.module) or "" if imported.module else "")


def names_of(imported: cst.Import | cst.ImportFrom) -> list[str]:
    """What is imported, under its own name."""
    if isinstance(imported.names, cst.ImportStar):
        return []
    return [alias_text(alias) for alias in imported.names]


def alias_text(alias: cst.ImportAlias) -> str:
    """What is imported, such as "datetime as dt"."""
    name = get_full_name_for_node(alias.name) or ""
    given = get_full_name_for_node(alias.asname.name) if alias.asname else None
    return f"{name} as {given}" if given else name


def with_name(statement: Statement, imported: cst.ImportFrom, name: str) -> Statement:
    """The statement with one more name, in the order that is there."""
    assert not isinstance(imported.names, cst.ImportStar)  # noqa: S101 - the caller has looked
    aliases = [*imported.names, cst.ImportAlias(cst.Name(name))]
    aliases.sort(key=lambda alias: name_key(get_full_name_for_node(alias.name) or ""))
    between = next((alias.comma for alias in imported.names if isinstance(alias.comma, cst.Comma)), None)
    comma = between or cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    last = imported.names[-1].comma if imported.lpar else cst.MaybeSentinel.DEFAULT
    ordered = [alias.with_changes(comma=comma) for alias in aliases[:-1]]
    longer = imported.with_changes(names=[*ordered, aliases[-1].with_changes(comma=last)])
    return statement.with_changes(body=[longer])


def name_key(name: str) -> tuple[int, str]:
    """Isort's order: constants, classes, the rest; each without case."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


def statement_key(statement: Statement, own: frozenset[str]) -> tuple[int, int, str]:
    """Where an import belongs."""
    imported = import_of(statement)
    assert imported is not None  # noqa: S101 - only imports are asked for
    if isinstance(imported, cst.ImportFrom):
        return key_of(origin_of(imported), is_from=True, own=own)
    return key_of((names_of(imported) or [""])[0], is_from=False, own=own)


def key_of(origin: str, *, is_from: bool, own: frozenset[str]) -> tuple[int, int, str]:
    """The section, `import` before `from`, and the module's name with numbers by value."""
    top = origin.partition(" ")[0].partition(".")[0]
    if origin == "__future__":
        section = FUTURE
    elif top in sys.stdlib_module_names:
        section = STANDARD
    else:
        section = OWN if origin.startswith(".") or top in own else INSTALLED
    return section, int(is_from), re.sub(r"\d+", lambda found: found[0].zfill(9), origin.lower())
