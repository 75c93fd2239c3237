"""The statements of a migration's functions, in the order in which they would run."""

import ast
from collections.abc import Callable, Sequence
from copy import copy as copy_node
from dataclasses import replace
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import ExecuteSql
from beastmode_tools.guard.migrations.read.expressions import as_test, assign, evaluate, items_of
from beastmode_tools.guard.migrations.read.reading import DEPTH, Reading, one_line
from beastmode_tools.guard.migrations.read.values import (
    Dotted,
    EnumClass,
    EnumMember,
    Function,
    Handle,
    Model,
    Rows,
    Scope,
    Statement,
    Test,
    Unknown,
)

__all__ = ["declare", "run_function"]

LOOPS = 400
"""Turns of a loop over written values, as `expressions.LONGEST`; beyond it the body is read once."""
# The body ended here: by `return`, by an exception, or by the end of a loop's turn.
ENDED = object()


def run_function(reading: Reading, function: Function, arguments: list[Any], options: dict[str, Any]) -> Any:
    """Reads the body of a function with arguments; gives what it returns, as far as that is known."""
    # What calls itself has been read once already.
    if function.node in reading.calls or not reading.spend():
        return Unknown(function.name)
    if len(reading.calls) >= DEPTH:
        reading.cannot_read(function.node, "calls go too deep to follow")
        return Unknown(function.name)
    scope = bind(reading, function, arguments, options)
    reading.calls.append(function.node)
    try:
        with reading.within(path=function.path):
            if isinstance(function.node, ast.Lambda):
                return evaluate(reading, function.node.body, scope)
            run_block(reading, function.node.body, scope)
    finally:
        reading.calls.pop()
    return scope.names.get("return", None)


def bind(reading: Reading, function: Function, arguments: list[Any], options: dict[str, Any]) -> Scope:
    """The names of a call: what is given, else the default, else unknown."""
    spec = function.node.args
    names = [each.arg for each in (*spec.posonlyargs, *spec.args)]
    scope = Scope({}, function.scope)
    for name, default in zip(reversed(names), reversed(spec.defaults), strict=False):
        scope.names[name] = evaluate(reading, default, function.scope)
    for each, default_node in zip(spec.kwonlyargs, spec.kw_defaults, strict=True):
        scope.names[each.arg] = evaluate(reading, default_node, function.scope) if default_node else Unknown(each.arg)
    for name in names:
        scope.names.setdefault(name, Unknown(name))
    scope.names |= dict(zip(names, arguments, strict=False))
    if spec.vararg:
        scope.names[spec.vararg.arg] = tuple(arguments[len(names) :])
    known = {*names, *(each.arg for each in spec.kwonlyargs)}
    scope.names |= {key: value for key, value in options.items() if key in known}
    if spec.kwarg:
        scope.names[spec.kwarg.arg] = {key: value for key, value in options.items() if key not in known}
    return scope


def run_block(reading: Reading, statements: Sequence[ast.stmt], scope: Scope) -> object:
    """Reads statements; ENDED where none after them can run."""
    for index, node in enumerate(statements):
        if not reading.spend():
            reading.is_exhausted = True
            return ENDED
        if isinstance(node, ast.If):
            return run_if(reading, node, statements[index + 1 :], scope)
        if run_statement(reading, node, scope) is ENDED:
            return ENDED
    return None


def run_if(reading: Reading, node: ast.If, rest: Sequence[ast.stmt], scope: Scope) -> object:
    """A branch, and what follows it: where one side ends, only the other one's condition goes on."""
    test = as_test(evaluate(reading, node.test, scope), node.test)
    if isinstance(test, bool):
        ended = run_block(reading, node.body if test else node.orelse, scope)
        return ENDED if ended is ENDED else run_block(reading, rest, scope)
    outer = reading.frame
    with reading.under(outer.under(test)):
        first = run_block(reading, node.body, scope)
    with reading.under(outer.under(test.negated())):
        second = run_block(reading, node.orelse, scope)
    if first is ENDED and second is ENDED:
        return ENDED
    if first is ENDED or second is ENDED:
        with reading.under(outer.under(test.negated() if first is ENDED else test)):
            return run_block(reading, rest, scope)
    return run_block(reading, rest, scope)


def run_statement(reading: Reading, node: ast.stmt, scope: Scope) -> object:
    """Reads one statement."""
    handler = STATEMENTS.get(type(node))
    if handler is not None:
        return handler(reading, node, scope)
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.expr):
            evaluate(reading, child, scope)
    return None


def run_return(reading: Reading, node: ast.Return, scope: Scope) -> object:
    """`return`; the first value that is given stands for all."""
    value = evaluate(reading, node.value, scope)
    scope.names.setdefault("return", value)
    return ENDED


def run_raise(reading: Reading, node: ast.Raise, scope: Scope) -> object:
    """`raise`."""
    evaluate(reading, node.exc, scope)
    return ENDED


def run_assign(reading: Reading, node: Any, scope: Scope) -> object:
    """An assignment: to names, or to an attribute of a row, which writes it."""
    value = evaluate(reading, node.value, scope) if node.value is not None else Unknown("")
    for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
        if isinstance(node, ast.AugAssign) and isinstance(target, ast.Name):
            joined = ast.BinOp(ast.Name(target.id, ast.Load()), node.op, node.value)
            ast.copy_location(joined, node)
            assign(scope, target, evaluate(reading, ast.fix_missing_locations(joined), scope))
        elif isinstance(target, ast.Attribute):
            write_attribute(reading, target, node, scope)
        elif isinstance(target, ast.Subscript):
            store_item(reading, target, value, scope)
        else:
            assign(scope, target, value)
    return None


def write_attribute(reading: Reading, target: ast.Attribute, node: ast.AST, scope: Scope) -> None:
    """`row.name = value` of a row that a query gave."""
    owner = evaluate(reading, target.value, scope)
    if isinstance(owner, Rows) and owner.table:
        reading.emit(
            ExecuteSql(
                place=reading.place(node),
                sql=one_line(node),
                kind="update",
                tables=(owner.table,),
                columns=(target.attr,),
                values=(one_line(getattr(node, "value", node)),),
                has_where=True,
            )
        )


def store_item(reading: Reading, target: ast.Subscript, value: Any, scope: Scope) -> None:
    """`mapping[key] = value`."""
    owner, key = evaluate(reading, target.value, scope), evaluate(reading, target.slice, scope)
    if isinstance(owner, dict) and isinstance(key, str | int):
        owner[key] = value


def run_for(reading: Reading, node: ast.For | ast.AsyncFor, scope: Scope) -> object:
    """A loop: over known values turn by turn, else once under the condition that there is something."""
    value = evaluate(reading, node.iter, scope)
    items = items_of(value)
    if items is not None and len(items) <= LOOPS:
        for item in items:
            assign(scope, node.target, item)
            run_block(reading, node.body, scope)
        return run_block(reading, node.orelse, scope)
    each: Any = Unknown(one_line(node.iter))
    if isinstance(value, Statement | Rows):
        each = Rows(value.table)
    assign(scope, node.target, each)
    condition = f"for each of {one_line(node.iter, 60)}"
    with reading.under(reading.frame.under(Test(None, condition))):
        run_block(reading, node.body, scope)
    return run_block(reading, node.orelse, scope)


def run_while(reading: Reading, node: ast.While, scope: Scope) -> object:
    """A loop with a condition, read once."""
    test = as_test(evaluate(reading, node.test, scope), node.test)
    if test is not False:
        frame = reading.frame.under(Test(None, f"while {one_line(node.test, 60)}"))
        with reading.under(frame):
            run_block(reading, node.body, scope)
    return run_block(reading, node.orelse, scope)


def run_with(reading: Reading, node: ast.With | ast.AsyncWith, scope: Scope) -> object:
    """`with`: a batch, a block without transaction, a session, or errors that are swallowed."""
    changes: dict[str, Any] = {}
    for item in node.items:
        value = evaluate(reading, item.context_expr, scope)
        if isinstance(value, Handle) and value.kind == "autocommit":
            changes["autocommit"] = True
        elif isinstance(value, Handle) and value.kind == "suppress":
            changes["guarded"] = True
        if item.optional_vars is not None:
            assign(scope, item.optional_vars, value)
    with reading.within(**changes):
        return run_block(reading, node.body, scope)


def run_try(reading: Reading, node: Any, scope: Scope) -> object:
    """`try`: guarded where a handler goes on after the error."""
    swallows = any(not ends_in_raise(handler.body) for handler in node.handlers)
    with reading.within(guarded=reading.frame.guarded or swallows):
        ended = run_block(reading, node.body, scope)
        if ended is not ENDED:
            ended = run_block(reading, node.orelse, scope)
    for handler in node.handlers:
        frame = reading.frame.under(Test(None, "after an error"))
        with reading.under(frame):
            run_block(reading, handler.body, scope)
    run_block(reading, node.finalbody, scope)
    return None if swallows else ended


def ends_in_raise(body: Sequence[ast.stmt]) -> bool:
    """Whether a handler passes the error on."""
    return bool(body) and any(isinstance(node, ast.Raise) for node in ast.walk(body[-1]))


def run_match(reading: Reading, node: ast.Match, scope: Scope) -> object:
    """`match`: on the dialect's name, or each case under a condition."""
    subject = evaluate(reading, node.subject, scope)
    outer = reading.frame
    left = replace(outer)
    for case in node.cases:
        test = case_test(subject, case)
        with reading.under(left.under(test)):
            run_block(reading, case.body, scope)
        if test.dialects is not None and not test.text:
            left = left.under(test.negated())
    return None


def case_test(subject: Any, case: ast.match_case) -> Test:
    """The condition of one case."""
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    words = [
        each.value.value
        for each in patterns
        if isinstance(each, ast.MatchValue) and isinstance(each.value, ast.Constant)
    ]
    if isinstance(subject, Handle) and subject.kind == "dialect name" and len(words) == len(patterns):
        return Test(frozenset(str(word) for word in words))
    if isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None and case.guard is None:
        return Test()
    return Test(None, f"case {ast.unparse(case.pattern)}")


def run_import(_reading: Reading, node: ast.Import, scope: Scope) -> object:
    """`import a.b as c`."""
    for name in node.names:
        if name.asname:
            scope.names[name.asname] = Handle("op") if name.name == "alembic.op" else Dotted(name.name)
        else:
            scope.names[name.name.partition(".")[0]] = Dotted(name.name.partition(".")[0])
    return None


def run_import_from(reading: Reading, node: ast.ImportFrom, scope: Scope) -> object:
    """`from a import b as c`; a name of the project's own code is taken from its module where that can be read."""
    module = "." * node.level + (node.module or "")
    own = bool(node.level) or reading.modules.is_own(module)
    # The migration's own imports are followed at once; those of modules that it imports, when they are used.
    loaded = reading.modules.load(module, reading.frame.path) if own and reading.follows_imports else None
    full = reading.modules.absolute(module, reading.frame.path) if node.level else module
    for name in node.names:
        if name.name == "*":
            scope.names |= loaded.names if loaded else {}
            continue
        target: Any = Dotted(f"{full}.{name.name}".lstrip("."))
        if module == "alembic" and name.name == "op":
            target = Handle("op")
        elif module == "alembic" and name.name == "context":
            target = Handle("context")
        elif loaded is not None and name.name in loaded.names:
            target = loaded.names[name.name]
        scope.names[name.asname or name.name] = target
    return None


def run_def(reading: Reading, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> object:
    """A function, with its decorators: those that can be read are applied, the others become a condition."""
    value: Any = Function(node, scope, reading.frame.path, node.name)
    for decorator in reversed(node.decorator_list):
        maker = evaluate(reading, decorator, scope)
        if isinstance(maker, Function):
            given = run_function(reading, maker, [value], {})
            value = given if isinstance(given, Function) else value
        elif isinstance(maker, Unknown | Dotted) and not one_line(decorator).startswith(
            ("functools.", "wraps", "staticmethod", "contextmanager")
        ):
            value = decorated(value, one_line(decorator))
    scope.names[node.name] = value
    return None


def decorated(function: Function, name: str) -> Function:
    """A function whose decorator decides whether it runs, for all that reading tells."""
    test = ast.parse(f"decorated_by({name!r})", mode="eval").body
    inner = function.node
    if isinstance(inner, ast.Lambda):
        return function
    body = inner.body
    wrapper = ast.If(test=test, body=list(body), orelse=[])
    copy = copy_node(inner)
    copy.body = [wrapper]
    ast.copy_location(wrapper, inner)
    for each in ast.walk(test):
        ast.copy_location(each, inner)
    return Function(copy, function.scope, function.path, function.name)


def run_class(reading: Reading, node: ast.ClassDef, scope: Scope) -> object:
    """A class: a model of the migration's own, an enum, or something else."""
    inner = Scope({}, scope)
    was, reading.quiet = reading.quiet, True
    run_block(reading, node.body, inner)
    reading.quiet = was
    table = inner.names.get("__tablename__")
    bases = [one_line(base).rpartition(".")[2] for base in node.bases]
    if isinstance(table, str):
        scope.names[node.name] = Model(table)
    elif any(base.endswith("Enum") or base in {"IntFlag", "Flag"} for base in bases):
        members = tuple(
            EnumMember(name, value)
            for name, value in inner.names.items()
            if not name.startswith("_") and not isinstance(value, Function)
        )
        scope.names[node.name] = EnumClass(node.name, members)
    else:
        scope.names[node.name] = Unknown(node.name)
    return None


def run_nothing(_reading: Reading, node: ast.stmt, _scope: Scope) -> object:
    """`pass`, `global` and their like."""
    return ENDED if isinstance(node, ast.Continue | ast.Break) else None


STATEMENTS: dict[type[ast.stmt], Callable[[Reading, Any, Scope], object]] = {
    ast.Return: run_return,
    ast.Raise: run_raise,
    ast.Assign: run_assign,
    ast.AnnAssign: run_assign,
    ast.AugAssign: run_assign,
    ast.For: run_for,
    ast.AsyncFor: run_for,
    ast.While: run_while,
    ast.With: run_with,
    ast.AsyncWith: run_with,
    ast.Try: run_try,
    ast.TryStar: run_try,
    ast.Match: run_match,
    ast.Import: run_import,
    ast.ImportFrom: run_import_from,
    ast.FunctionDef: run_def,
    ast.AsyncFunctionDef: run_def,
    ast.ClassDef: run_class,
    ast.Pass: run_nothing,
    ast.Break: run_nothing,
    ast.Continue: run_nothing,
    ast.Global: run_nothing,
    ast.Nonlocal: run_nothing,
}


def declare(reading: Reading, tree: ast.Module) -> Scope:
    """The names of a module, without what its statements do to a database."""
    scope = Scope()
    reading.quiet = True
    # A decorator is applied where the function stands, but helpers may stand below: declare functions first.
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            scope.names[node.name] = Function(node, scope, reading.frame.path, node.name)
    run_block(reading, tree.body, scope)
    reading.quiet = False
    return scope
