"""Gate on code that reaches into the process of its tests: whoever changes how tests run makes any result look good."""

import ast
from collections.abc import Iterator

from beastmode_tools.agent.gate.decision import Refused
from beastmode_tools.agent.gate.effect import Effect, WriteFile
from beastmode_tools.agent.gate.facts import Facts
from beastmode_tools.agent.gate.grants import Grants

__all__ = ["mentions_test_run"]

VARIABLE = "PYTEST_CURRENT_TEST"
RUNNERS = ("pytest", "_pytest", "pluggy")
PATCHING = ("setattr", "delattr", "patch", "object", "setitem", "dict")
"""How the names end by which code replaces a part of something else: `monkeypatch.setattr`, `mock.patch.object`."""
HOOK = "pytest_"
"""What the names of hooks and of `pytest_plugins` begin with."""


def mentions_test_run(effect: Effect, grants: Grants, facts: Facts) -> Refused | None:  # noqa: ARG001 - as every gate
    """Code does not ask whether it is being tested, and does not change how tests run."""
    if not isinstance(effect, WriteFile):
        return None
    why = ""
    if VARIABLE.encode() in effect.content:
        why = f"asks whether it is being tested ({VARIABLE})"
    elif effect.path.endswith(".py") and any(each.encode() in effect.content for each in RUNNERS):
        why = next(reached(effect.content), "")
    if not why:
        return None
    instead = "Let the code do the same in a test as in production, and let pytest run tests as it does."
    return Refused(f"{effect.path} {why}.", instead, "mentions_test_run")


def reached(content: bytes) -> Iterator[str]:
    """How a module reaches into the process of its tests."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError):
        return  # it runs nowhere, tests included
    nodes = list(ast.walk(tree))
    bound = {name for node in nodes for name in runners_in(node)}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith(HOOK):
            yield f"defines the hook {node.name}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node.id.startswith(HOOK):
            yield f"sets {node.id}"
        elif isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if root_of(node) in bound:
                yield f"changes {ast.unparse(node)}"
        elif isinstance(node, ast.Call) and patches(node, bound):
            yield f"changes pytest (`{ast.unparse(node)[:80]}`)"
        elif names_loaded(node):
            yield "asks whether it is being tested (sys.modules)"


def runners_in(node: ast.AST) -> Iterator[str]:
    """The names that an import gives to what runs tests."""
    if isinstance(node, ast.Import):
        for each in node.names:
            if each.name.partition(".")[0] in RUNNERS:
                yield each.asname or each.name.partition(".")[0]
    elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in RUNNERS:
        for each in node.names:
            yield each.asname or each.name


def patches(call: ast.Call, bound: set[str]) -> bool:
    """Whether a call replaces a part of what runs tests, or looks it up by its name."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if not call.args:
        return False
    first = call.args[0]
    text = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
    if name in PATCHING:
        return root_of(first) in bound or text.partition(".")[0] in RUNNERS
    return name in ("import_module", "__import__") and text.partition(".")[0] in RUNNERS


def names_loaded(node: ast.AST) -> bool:
    """Whether an expression looks for pytest among the loaded modules."""
    if not isinstance(node, ast.Compare | ast.Subscript | ast.Call):
        return False
    parts = [*ast.walk(node)]
    asks = any(isinstance(each, ast.Attribute) and each.attr == "modules" for each in parts)
    return asks and any(isinstance(each, ast.Constant) and each.value in RUNNERS for each in parts)


def root_of(node: ast.expr) -> str:
    """The name that a chain of attributes and items begins with."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""
