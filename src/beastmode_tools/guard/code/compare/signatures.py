"""How functions may be called, old beside new."""

import ast

from beastmode_tools.guard.code.compare.changes import SignatureChanged
from beastmode_tools.guard.code.compare.normal import expression
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.routes import roles_of
from beastmode_tools.source.syntax import Definition, FunctionNode, Module, dotted, last_name, text_of

__all__ = ["signature_change"]


def signature_change(module: Module, old: Definition, new: Definition, usage: Usage) -> SignatureChanged | None:
    """What callers of the old form notice; None where the parameters are the same."""
    before, after = parameters(old.node), parameters(new.node)
    if before == after and isinstance(old.node, ast.AsyncFunctionDef) == isinstance(new.node, ast.AsyncFunctionDef):
        return None
    if old.is_nested or old.node.name.startswith("test_"):
        return None
    problem = what_changed(before, after, old.node, new.node)
    breaks = breaking(before, after) or isinstance(old.node, ast.AsyncFunctionDef) != isinstance(
        new.node, ast.AsyncFunctionDef
    )
    # A command is called with what was typed, whatever its parameters are.
    is_command = "command" in roles_of(new, module)
    callers = tuple(stale_callers(module, old, new, usage)) if breaks and not is_command else ()
    return SignatureChanged(module.path, new.node.lineno, new.name, problem, breaks, callers)


def parameters(node: FunctionNode) -> dict[str, str | None]:
    """Name of each parameter, starred for the open ones -> its default; None for a required one."""
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    defaults: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults)) + list(arguments.defaults)
    found = {each.arg: expression(value) or None for each, value in zip(plain, defaults, strict=True)}
    if arguments.vararg:
        found[f"*{arguments.vararg.arg}"] = "()"
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found[each.arg] = expression(value) or None
    if arguments.kwarg:
        found[f"**{arguments.kwarg.arg}"] = "{}"
    return found


def breaking(old: dict[str, str | None], new: dict[str, str | None]) -> bool:
    """Whether a call that was right may now be wrong."""
    added_required = [name for name, default in new.items() if default is None and name not in old]
    became_required = [name for name in old if name in new and old[name] is not None and new[name] is None]
    removed = [name for name in old if name not in new]
    kept = [name for name in old if name in new]
    reordered = kept != [name for name in new if name in old]
    return bool(added_required or became_required or removed or reordered)


def what_changed(
    old: dict[str, str | None], new: dict[str, str | None], before: FunctionNode, after: FunctionNode
) -> str:
    """The difference in words."""
    parts = [f"requires {name}" for name, default in new.items() if default is None and name not in old]
    parts += [f"may take {name}" for name, default in new.items() if default is not None and name not in old]
    parts += [f"no longer takes {name}" for name in old if name not in new]
    for name, default in old.items():
        if name in new and default != new[name]:
            parts.append(f"{name} {'has no default any more' if new[name] is None else 'has another default'}")
    if isinstance(before, ast.AsyncFunctionDef) != isinstance(after, ast.AsyncFunctionDef):
        parts.append(
            "has to be awaited" if isinstance(after, ast.AsyncFunctionDef) else "is not to be awaited any more"
        )
    return ", ".join(parts) or "takes its parameters in another order"


def stale_callers(module: Module, old: Definition, new: Definition, usage: Usage) -> list[str]:
    """Places whose call does not fit the new parameters."""
    places = []
    name = old.node.name if old.node.name != "__init__" else (old.owner or "").rpartition(".")[2]
    for user in sorted({module.path, *usage.importers.get(module.path, set())}):
        text = usage.files.get(user, "")
        if name not in text:
            continue
        read = usage.module(user)
        if read is None or (old.owner is None and user != module.path and not knows(read, name)):
            continue
        calls = [node for node in calls_of(read, name) if is_surely(node, new, user == module.path)]
        places += [f"{user}:{node.lineno}" for node in calls if not fits(node, new)]
    return places[:8]


def is_surely(call: ast.Call, definition: Definition, in_own_file: bool) -> bool:  # noqa: FBT001 - where the call stands
    """Whether a call must be of this function: for a method, by whom it is called on, or by a telling name."""
    if definition.owner is None or definition.node.name == "__init__":
        return True
    holder = dotted(call.func).rpartition(".")[0]
    if in_own_file and holder in {"self", "cls", definition.owner.rpartition(".")[2]}:
        return True
    name = definition.node.name
    # A longer name of two words is seldom given twice; `get_id` and `run` are everywhere.
    return bool(holder) and "_" in name.strip("_") and len(name) > 6


def knows(module: Module, name: str) -> bool:
    """Whether the file has the name by an import, its own or that of its module."""
    return name in module.imports or any(source.rpartition(".")[2] != name for source in module.imports.values())


def calls_of(module: Module, name: str) -> list[ast.Call]:
    """Every call of something that ends with the name."""
    return [node for node in module.nodes if isinstance(node, ast.Call) and last_name(node.func) == name]


def fits(call: ast.Call, definition: Definition) -> bool:
    """Whether a call could be bound to the parameters; starred arguments are trusted."""
    if any(isinstance(each, ast.Starred) for each in call.args) or any(each.arg is None for each in call.keywords):
        return True
    arguments = definition.node.args
    plain = [each.arg for each in [*arguments.posonlyargs, *arguments.args]]
    if definition.owner is not None and plain and "staticmethod" not in text_of_decorators(definition.node):
        plain = plain[1:]
    known = parameters(definition.node)
    named = {each.arg for each in call.keywords}
    if len(call.args) > len(plain) and not arguments.vararg:
        return False
    if named - set(known) and not arguments.kwarg:
        return False
    given = {*plain[: len(call.args)], *(str(each) for each in named)}
    wanted = [*plain, *(each.arg for each in arguments.kwonlyargs)]
    return all(known[name] is not None or name in given for name in wanted)


def text_of_decorators(node: FunctionNode) -> str:
    """The decorators as text."""
    return " ".join(text_of(each) for each in node.decorator_list)
