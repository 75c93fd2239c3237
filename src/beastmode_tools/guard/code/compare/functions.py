"""Functions of the changed files, old beside new."""

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from beastmode_tools.guard.code.compare.changes import (
    BodyChanged,
    FunctionAdded,
    FunctionMoved,
    FunctionRemoved,
    SignatureChanged,
    ValidatorChanged,
)
from beastmode_tools.guard.code.compare.normal import (
    Difference,
    Piece,
    body_difference,
    body_key,
    difference,
    same_behaviour,
)
from beastmode_tools.guard.code.compare.signatures import signature_change
from beastmode_tools.guard.code.compare.topics import Setting, topics_of_name, topics_of_piece
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.digest import digest
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.routes import roles_of
from beastmode_tools.source.syntax import Definition, Module, dotted, text_of

__all__ = ["compare_functions"]

ANSWERS = re.compile(r"(?:^|\.)(?:jsonify|make_response|render_template|Response|redirect|dump|dumps|dict)$")
Change = BodyChanged | FunctionAdded | FunctionMoved | FunctionRemoved | SignatureChanged | ValidatorChanged


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """A definition with the file that it stands in."""

    module: Module
    definition: Definition


def compare_functions(compared: list[Pair], usage: Usage) -> Iterator[Change]:
    """What became of each function of the changed files."""
    gone: list[Standing] = []
    come: list[Standing] = []
    for pair in compared:
        if pair.old_problem or pair.new_problem:
            continue
        old = pair.old.functions if pair.old else {}
        new = pair.new.functions if pair.new else {}
        gone += [Standing(pair.old, old[name]) for name in old if name not in new and pair.old]
        come += [Standing(pair.new, new[name]) for name in new if name not in old and pair.new]
        if pair.old and pair.new:
            for name in old:
                if name in new and pair.old.source(name) != pair.new.source(name):
                    yield from changed(Standing(pair.old, old[name]), Standing(pair.new, new[name]), usage)
    yield from come_and_gone(gone, come, (classes_of(compared, "old"), classes_of(compared, "new")), usage)


def come_and_gone(
    gone: list[Standing], come: list[Standing], classes: tuple[set[str], set[str]], usage: Usage
) -> Iterator[Change]:
    """New, removed and moved functions; those inside of a new or removed function or class are told with it."""
    moved: set[int] = set()
    gone_classes, new_classes = classes[0] - classes[1], classes[1] - classes[0]
    for old in gone:
        twin = next((new for new in come if id(new) not in moved and is_same(old, new)), None)
        if twin is not None:
            moved.add(id(twin))
            yield from moved_change(old, twin, usage)
        elif not old.definition.is_nested and old.definition.owner not in gone_classes:
            yield removed_change(old, usage)
    for new in come:
        if id(new) not in moved:
            change = added_change(new)
            if new.definition.owner not in new_classes or change.roles or change.topics:
                yield change


def classes_of(compared: list[Pair], side: Literal["old", "new"]) -> set[str]:
    """The classes of the changed files on one side."""
    modules = [getattr(pair, side) for pair in compared]
    return {name for module in modules if module is not None for name in module.classes}


def is_same(old: Standing, new: Standing) -> bool:
    """Whether it is the same function in another place."""
    first, second = old.definition, new.definition
    return first.node.name == second.node.name and body_key(first.node) == body_key(second.node)


def moved_change(old: Standing, new: Standing, usage: Usage) -> Iterator[Change]:
    """A function that stands elsewhere now, and who still looks for it in the old place."""
    name, old_path = old.definition.name, old.module.path
    stranded: list[str] = []
    if "." not in name and old_path != new.module.path and not still_offers(old_path, name, usage):
        stranded = usage.imported_at(old_path, name)
    definition = new.definition
    yield FunctionMoved(new.module.path, definition.node.lineno, definition.name, old_path, tuple(stranded))


def still_offers(path: str, name: str, usage: Usage) -> bool:
    """Whether the file still has the name, by an import or otherwise."""
    module = usage.module(path)
    return module is not None and (name in module.imports or name in module.constants or name in module.functions)


def removed_change(old: Standing, usage: Usage) -> FunctionRemoved:
    """A function that is gone, and who still uses it."""
    name, path = old.definition.name, old.module.path
    used: list[str] = []
    if not still_offers(path, name, usage):
        used = usage.imported_at(path, name) if "." not in name else []
        if not name.rpartition(".")[2].startswith("__"):
            used += [
                place for place in usage.used_at(path, name) if place not in used and is_certain(place, old, usage)
            ]
    return FunctionRemoved(
        path, old.definition.node.lineno, name, tuple(used[:8]), roles_of(old.definition, old.module)
    )


def is_certain(place: str, old: Standing, usage: Usage) -> bool:
    """Whether a use by name must be of the removed one: no file of the change defines another of that name."""
    last = old.definition.node.name
    path = place.rpartition(":")[0]
    module = usage.module(path)
    if module is None or last in module.imports:
        return False
    others = {*module.functions, *module.classes, *module.constants}
    if any(other.rpartition(".")[2] == last for other in others):
        return False
    if old.definition.owner is None:
        return (path == old.module.path and is_asked_for(last, usage.files[path])) or any(
            isinstance(node, ast.Attribute)
            and node.attr == last
            and is_module_name(node.value, module, old.module.path)
            for node in ast.walk(module.tree)
        )
    # A longer name of two words is seldom given twice; `get_id` and `run` are everywhere.
    return len(last) > 6 and "_" in last and not any(f"def {last}(" in usage.files[each] for each in usage.sources)


def is_asked_for(name: str, text: str) -> bool:
    """Whether code of a file means the module's name: a parameter or variable of a function called so is its own."""

    def asked(table: symtable.SymbolTable) -> bool:
        if name in table.get_identifiers():
            here = table.lookup(name)
            if here.is_referenced() and (here.is_global() or table.get_type() == "module"):
                return True
        return any(asked(each) for each in table.get_children())

    try:
        return asked(symtable.symtable(text, "file", "exec"))
    except (SyntaxError, ValueError, RecursionError):
        return True


def is_module_name(node: ast.AST, module: Module, path: str) -> bool:
    """Whether the node names the file's module: `services.charge` after `from app import services`."""
    if not isinstance(node, ast.Name):
        return False
    source = module.imports.get(node.id, "")
    return source.rpartition(".")[2] == path.removesuffix("/__init__.py").removesuffix(".py").rpartition("/")[2]


def added_change(new: Standing) -> FunctionAdded:
    """A new function with what it does and works on."""
    definition, module = new.definition, new.module
    setting = Setting(module.imports, definition.name)
    topics = whole_topics(definition.node.body, setting)
    line = definition.node.lineno
    content = digest(body_key(definition.node))
    return FunctionAdded(module.path, line, definition.name, roles_of(definition, module), topics, content)


def changed(old: Standing, new: Standing, usage: Usage) -> Iterator[Change]:
    """What differs between two versions of a function."""
    signature = signature_change(old.module, old.definition, new.definition, usage)
    if signature is not None:
        yield signature
    before, after = old.definition.node, new.definition.node
    if before is after or same_behaviour(before, after):
        return
    differing = body_difference(before, after)
    if not differing:
        return
    roles = roles_of(new.definition, new.module)
    body = replace(body_change(new, differing, roles, usage), content=digest(body_key(before), body_key(after)))
    if "validator" in roles or is_validator(new):
        yield ValidatorChanged(body.path, body.line, body.name, body.removed, body.added, body.content)
        if "route" not in roles:
            return
    yield body


def is_validator(standing: Standing) -> bool:
    """Whether a function judges input by what it is called or where it stands."""
    name = standing.definition.node.name
    owner = standing.module.classes.get(standing.definition.owner or "")
    in_form = owner is not None and any(
        "Form" in ast.unparse(base) or "Schema" in ast.unparse(base) for base in owner.bases
    )
    return (in_form and name.startswith(("validate", "clean", "check"))) or name.startswith(
        ("validate_", "_validate", "is_valid_")
    )


def body_change(new: Standing, differing: Difference, roles: frozenset[str], usage: Usage) -> BodyChanged:
    """A differing body with the topics of the statements that differ."""
    module, definition = new.module, new.definition
    setting = Setting(module.imports, definition.name)
    named = topics_of_name(definition.name) | topics_of_name(module.path.rpartition("/")[2].removesuffix(".py"))
    named -= {"cache", "query", "third-party", "logging"}
    if "route" not in roles:
        # A function that exists to send, charge, store or ask a service is of that topic with every line of it.
        whole = whole_topics(definition.node.body, setting)
        named |= whole & {"mail", "payment", "upload", "third-party"} if "wiring" not in whole else frozenset()
    answering = "route" in roles
    taken = [
        topics_of_piece(piece, setting) | answer(piece, answering) for piece in differing.removed if piece.kind != "end"
    ]
    put = [
        topics_of_piece(piece, setting) | answer(piece, answering) for piece in differing.added if piece.kind != "end"
    ]
    if all(topics == {"logging"} for topics in [*taken, *put]):
        named = frozenset()  # a line of the log is none of the function's own work
    every = [topics | named for topics in [*taken, *put]]
    both = frozenset[str]().union(*put) - frozenset[str]().union(*taken)
    first = (differing.added or differing.removed)[0]
    return BodyChanged(
        path=module.path,
        line=first.line if differing.added else definition.node.lineno,
        name=definition.name,
        removed=texts(differing.removed),
        added=texts(differing.added),
        topics=frozenset[str]().union(named, *every),
        only_topics=all(every) and bool(every),
        only_added=both if not taken else frozenset(),
        roles=roles,
        reach=usage.reach(module.path, definition.name),
        lost_keys=tuple(sorted(answer_keys(differing.removed) - answer_keys(differing.added))) if answering else (),
    )


def whole_topics(body: list[ast.stmt], setting: Setting) -> frozenset[str]:
    """What any statement of a body works on."""
    return frozenset[str]().union(*(topics_of_piece(piece, setting) for piece in difference([], body).added))


def answer(piece: Piece, answering: bool) -> frozenset[str]:  # noqa: FBT001 - whether the function is a view
    """The topic "response" for a statement of a view that only shapes its answer."""
    if not answering or not isinstance(piece.node, ast.Return) or piece.node.value is None:
        return frozenset()
    value = piece.node.value
    shaping = isinstance(value, ast.Dict | ast.Tuple) or bool(ANSWERS.search(dotted(value)))
    return frozenset({"response"}) if shaping else frozenset()


def answer_keys(pieces: tuple[Piece, ...]) -> set[str]:
    """The literal keys of what returned statements answer; headers in small letters, as they are the same in any."""
    return {
        key.value.lower() if node in headers else key.value
        for piece in pieces
        if isinstance(piece.node, ast.Return)
        for headers in [headers_of(piece.node)]
        for node in ast.walk(piece.node)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    } | {
        str(keyword.arg)
        for piece in pieces
        if isinstance(piece.node, ast.Return)
        for node in ast.walk(piece.node)
        if isinstance(node, ast.Call) and dotted(node.func).endswith("jsonify")
        for keyword in node.keywords
        if keyword.arg
    }


def headers_of(statement: ast.Return) -> set[ast.AST]:
    """What a returned statement gives as `headers`."""
    return {each.value for each in ast.walk(statement) if isinstance(each, ast.keyword) and each.arg == "headers"}


def texts(pieces: tuple[Piece, ...]) -> tuple[str, ...]:
    """The statements as a person reads them."""
    return tuple(
        text_of(piece.node).split(":")[0] if piece.kind == "head" else text_of(piece.node)
        for piece in pieces
        if piece.kind != "end"
    )
