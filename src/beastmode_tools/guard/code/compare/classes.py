"""Classes, their fields, and names at the top of changed files, old beside new."""

import ast
import re
from collections.abc import Iterator, Mapping

from beastmode_tools.guard.code.compare.changes import (
    ClassAdded,
    ClassRemoved,
    ConstantChanged,
    FieldChanged,
    FunctionMoved,
    FunctionRemoved,
    LooseCodeChanged,
)
from beastmode_tools.guard.code.compare.columns import column_parts, is_column, is_index_only, plain
from beastmode_tools.guard.code.compare.normal import difference, expression
from beastmode_tools.guard.code.compare.table_args import is_migrated, is_table_args, promises
from beastmode_tools.source.class_kinds import COLUMN, class_kind, fields_of, is_call
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.files import is_migration, is_settings_file, is_test
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.syntax import Module, dotted, last_name, text_of

__all__ = ["compare_classes"]

Change = ClassAdded | ClassRemoved | ConstantChanged | FieldChanged | FunctionMoved | FunctionRemoved | LooseCodeChanged
METADATA = {"__version__", "__author__", "__email__", "__license__", "__all__", "__copyright__", "__test__"}
MAPPED = re.compile(r"(?:\w+\.)*Mapped\[")
RELATION = re.compile(
    r"(?:^|\.)(?:relationship|relation|dynamic_loader|association_proxy|backref|synonym|hybrid_property)$"
)
ASPECTS = {
    "nullable": "nullable",
    "unique": "unique",
    "default": "default",
    "server_default": "default",
    "index": "index",
    "primary_key": "constraint",
    "required": "required",
    "validate": "validation",
    "validators": "validation",
    "onupdate": "default",
    "load_default": "default",
    "missing": "default",
    "dump_default": "default",
    "default_factory": "default",
    "insert_default": "default",
    "allow_none": "nullable",
    "min_length": "validation",
    "max_length": "validation",
    "ge": "validation",
    "le": "validation",
    "gt": "validation",
    "lt": "validation",
    "pattern": "validation",
    "regex": "validation",
    "data_key": "name",
    "alias": "name",
    "load_only": "direction",
    "dump_only": "direction",
    "many": "type",
}  # fmt: skip - a table


def compare_classes(compared: list[Pair], usage: Usage, files: Mapping[str, str]) -> Iterator[Change]:
    """What became of each class, its fields, each constant, and of the code that runs on import."""
    read = [pair for pair in compared if not pair.old_problem and not pair.new_problem]
    new_places = {
        name: pair.new for pair in read if pair.new for name in pair.new.classes if not in_class(pair.old, name)
    }
    revisions = " ".join(files[pair.path] for pair in read if is_migration(pair.path) and pair.path in files)
    for pair in read:
        if is_test(pair.path) or is_migration(pair.path):
            continue
        old, new = pair.old or EMPTY, pair.new or EMPTY
        for name, node in new.classes.items():
            if name in old.classes:
                yield from compare_fields((old, old.classes[name]), (new, node), name, (revisions, usage))
            elif name not in {each for other in read if other is not pair and other.old for each in other.old.classes}:
                yield ClassAdded(pair.path, node.lineno, name, class_kind(new, node))
        for name, node in old.classes.items():
            if name not in new.classes:
                yield class_gone(pair, name, node, (new_places.get(name), usage))
        yield from compare_constants(pair, old, new, usage)
        yield from compare_loose(pair, old, new)


def in_class(module: Module | None, name: str) -> bool:
    """Whether the file has the class already."""
    return module is not None and name in module.classes


def class_gone(
    pair: Pair, name: str, node: ast.ClassDef, elsewhere: tuple[Module | None, Usage]
) -> ClassRemoved | FunctionMoved:
    """A class that is gone from its file: moved to another one, or removed."""
    place, usage = elsewhere
    old_path = pair.change.old_path
    offered = pair.new is not None and (name in pair.new.imports or name in pair.new.constants)
    used = [] if offered or "." in name else usage.imported_at(old_path, name)
    if place is not None:
        return FunctionMoved(place.path, place.classes[name].lineno, name, old_path, tuple(used))
    kind = class_kind(pair.old, node) if pair.old else "class"
    return ClassRemoved(pair.path, node.lineno, name, kind, tuple(used[:8]))


DEEPEST = 8
"""How many bases up a field is looked for."""


def compare_fields(
    old: tuple[Module, ast.ClassDef], new: tuple[Module, ast.ClassDef], name: str, around: tuple[str, Usage]
) -> Iterator[Change]:
    """What became of each attribute of a class; `around`: the new revisions, and who uses what."""
    module, node = new
    revisions, usage = around
    kind = class_kind(module, node)
    if kind == "settings":
        return  # settings/compare.py reads these
    before, after = fields_of(old[1]), fields_of(node)
    if [expression(base) for base in old[1].bases] != [expression(base) for base in node.bases]:
        bases = [", ".join(text_of(base) for base in side.bases) for side in (old[1], node)]
        yield FieldChanged(
            module.path, node.lineno, name, kind, "its bases", bases[0], bases[1], frozenset({"bases"}), migrated=False
        )
    kept = [field for field in before if field in after]
    if kept != [field for field in after if field in before]:
        yield FieldChanged(
            module.path,
            node.lineno,
            name,
            kind,
            "the order of its fields",
            ", ".join(kept),
            ", ".join(after),
            frozenset({"order"}),
            migrated=False,
        )  # fmt: skip - two lines read better than ten
    for field in [*before, *(each for each in after if each not in before)]:
        if field in {"decorators", "method_decorators"}:
            continue  # decorators.py reads these
        one, other = before.get(field), after.get(field)
        if other is None:
            other = inherited(module, node, field, usage)
        if one is not None and other is not None and expression(one) == expression(other):
            continue
        line = after[field].lineno if field in after else node.lineno
        texts = [None if each is None else text_of(each) for each in (one, other)]
        migrated = is_migrated(field, (one, other), revisions)
        yield FieldChanged(module.path, line, name, kind, field, texts[0], texts[1], aspects(one, other), migrated)


def inherited(module: Module, node: ast.ClassDef, field: str, usage: Usage, depth: int = 0) -> ast.stmt | None:
    """The declaration of a field in the nearest of a class's bases, in this file or in those that it imports."""
    for base in [dotted(each) for each in node.bases] if depth < DEEPEST else []:
        path, name = usage.defined_at(module, module.path, base) or (module.path, base)
        home = module if path == module.path else usage.module(path)
        parent = home.classes.get(name) if home is not None else None
        if home is None or parent is None or parent is node:
            continue
        found = fields_of(parent).get(field) or inherited(home, parent, field, usage, depth + 1)
        if found is not None:
            return found
    return None


def aspects(old: ast.stmt | None, new: ast.stmt | None) -> frozenset[str]:
    """In which respects two declarations of a field differ; for a new one, what it asks for."""
    if all(side is None or is_table_args(side) for side in (old, new)) and promises(old) == promises(new):
        return frozenset({"spelling"})
    if old is None or new is None:
        only = new if new is not None else old
        assert only is not None  # noqa: S101 - one of the two is there
        return new_field(only)
    if plain(old) == plain(new):
        return frozenset({"spelling"})
    if is_table_args(old) and is_table_args(new) and is_index_only(old, new):
        return frozenset({"index"})
    if is_column(old) and is_column(new):
        first, second = column_parts(old), column_parts(new)
        if first == second:
            return frozenset({"spelling"})
    else:
        first, second = arguments_of(old), arguments_of(new)
    found = {
        ASPECTS.get(key, "type" if key.startswith("#") else key)
        for key in {*first, *second}
        if first.get(key) != second.get(key)
    }
    return frozenset(found) or frozenset({"label" if "choices" in first else "type"})


def arguments_of(statement: ast.stmt) -> dict[str, str]:
    """The parts of a declaration: keyword -> value, `#0` for what stands without a name."""
    value = getattr(statement, "value", None)
    found = {}
    if isinstance(statement, ast.AnnAssign):
        found["#annotation"] = expression(statement.annotation)
    if not isinstance(value, ast.Call):
        return found | {"#value": expression(value)}
    found["#call"] = expression(value.func)
    for number, argument in enumerate(value.args):
        name = last_name(argument)
        is_label = number == 0 and last_name(value.func).endswith("Field")
        key = {"ForeignKey": "foreign key", "CheckConstraint": "constraint", "Sequence": "default"}.get(
            name, "label" if is_label else f"#{number}"
        )
        found[key] = expression(argument)
    for keyword in value.keywords:
        found[keyword.arg or "**"] = values_of(keyword) if keyword.arg == "choices" else expression(keyword.value)
    return found


def values_of(keyword: ast.keyword) -> str:
    """The values of `choices=[("a", "Label")]`, without the labels; the whole where it is written otherwise."""
    pairs = getattr(keyword.value, "elts", ())
    if pairs and all(isinstance(pair, ast.Tuple) and len(pair.elts) == 2 for pair in pairs):
        return ", ".join(expression(pair.elts[0]) for pair in pairs)
    return expression(keyword.value)


def new_field(statement: ast.stmt) -> frozenset[str]:
    """What a new field asks of rows and callers: "required" unless it may be left out."""
    value = getattr(statement, "value", None)
    annotation = text_of(statement.annotation) if isinstance(statement, ast.AnnAssign) else ""
    if is_call(value, RELATION):
        return frozenset({"relationship"})
    keywords = {each.arg: text_of(each.value) for each in value.keywords} if isinstance(value, ast.Call) else {}
    found = {"unique"} if keywords.get("unique") == "True" else set()
    defaulted = {"default", "server_default", "default_factory", "insert_default", "load_default", "missing"} & set(
        keywords
    )
    is_mapped = MAPPED.match(annotation) is not None
    if is_call(value, COLUMN) or is_mapped:
        optional = "Optional" in annotation or "None" in annotation
        refuses = keywords.get("nullable") == "False" or (is_mapped and not optional and "nullable" not in keywords)
        if keywords.get("primary_key") == "True" or (refuses and not defaulted):
            found.add("required")
        return frozenset(found | {"column"})
    if keywords.get("required") == "True" and not defaulted:
        found.add("required")
    if any("DataRequired" in text or "InputRequired" in text for text in keywords.values()):
        found.add("required")
    if isinstance(statement, ast.AnnAssign) and (
        value is None or (isinstance(value, ast.Call) and text_of(value).startswith("Field(...)"))
    ):
        found.add("required")
    return frozenset(found)


def compare_constants(pair: Pair, old: Module, new: Module, usage: Usage) -> Iterator[Change]:
    """Names at the top of the file with another value, or gone."""
    for name in [*old.constants, *(each for each in new.constants if each not in old.constants)]:
        one, other = old.constants.get(name), new.constants.get(name)
        if expression(one) == expression(other) or (is_settings_file(pair.path) and name.isupper()):
            continue
        if other is None:
            if name in METADATA:
                yield ConstantChanged(pair.path, 1, name, text_of(one) if one else "", None, usage.reach(pair.path, ""))
                continue
            if name in new.imports or name in new.functions or name in new.classes:
                continue
            used = usage.imported_at(pair.change.old_path, name)
            yield FunctionRemoved(pair.path, getattr(one, "lineno", 1), name, tuple(used[:8]))
        elif name not in old.functions and name not in old.classes:
            reach = usage.reach(pair.path, name)
            yield ConstantChanged(
                pair.path, other.lineno, name, None if one is None else text_of(one), text_of(other), reach
            )


def compare_loose(pair: Pair, old: Module, new: Module) -> Iterator[LooseCodeChanged]:
    """Code that runs on import."""
    differing = difference(old.loose, new.loose)
    removed = tuple(text_of(each.node) for each in differing.removed if each.kind != "end")
    added = tuple(text_of(each.node) for each in differing.added if each.kind != "end")
    if sorted(removed) != sorted(added) and (pair.old is not None):
        line = differing.added[0].line if differing.added else 1
        yield LooseCodeChanged(pair.path, line, removed, added)


EMPTY = Module("", ast.Module([], []))
