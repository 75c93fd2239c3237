"""What a call in a migration does and gives, by what is called."""

import ast
import itertools
from collections.abc import Callable
from typing import Any

from beastmode_tools.guard.migrations.compare.operations import CreateEnum, CreateTable, DropEnum, DropTable
from beastmode_tools.guard.migrations.compare.parts import UNKNOWN
from beastmode_tools.guard.migrations.read.alembic_calls import call_op
from beastmode_tools.guard.migrations.read.connections import call_connection, call_statement
from beastmode_tools.guard.migrations.read.constructs import BENIGN, construct
from beastmode_tools.guard.migrations.read.reading import Reading, one_line
from beastmode_tools.guard.migrations.read.values import (
    Dotted,
    EnumClass,
    Function,
    Handle,
    Method,
    Model,
    Partial,
    Rows,
    SqlExpression,
    SqlText,
    Statement,
    TableValue,
    Test,
    TypeValue,
    Unknown,
    is_known,
)

__all__ = ["call"]


def call(  # noqa: PLR0911 - one line for each kind of callee
    reading: Reading, callee: Any, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """Reads one call, and gives what it returns."""
    if name_of_callee(callee) in SESSIONS:
        return Handle("session")
    if isinstance(callee, Function):
        return reading.run(reading, callee, arguments, options)
    if isinstance(callee, Dotted):
        return call_dotted(reading, callee, arguments, options, node)
    if isinstance(callee, Method):
        return call_method(reading, callee, arguments, options, node)
    if isinstance(callee, Model):
        return Rows(callee.table)
    if isinstance(callee, EnumClass):
        return next(
            (each for each in callee.members if each.value == (arguments or [None])[0]), Unknown(one_line(node))
        )
    if isinstance(callee, Handle):
        # `sessionmaker(bind)()`, or a scoped session that is called.
        return callee
    if isinstance(callee, Unknown) and callee.source in BUILTINS:
        return call_builtin(callee.source, arguments, node)
    return call_unknown(reading, callee, arguments, options, node)


SESSIONS = {"Session", "sessionmaker", "scoped_session", "AsyncSession", "create_scoped_session"}


def name_of_callee(callee: Any) -> str:
    """The last part of the name of what is called."""
    if isinstance(callee, Unknown):
        return callee.source.rpartition(".")[2]
    return callee.name.rpartition(".")[2] if isinstance(callee, Dotted | Method) else ""


def call_unknown(reading: Reading, callee: Any, arguments: list[Any], options: dict[str, Any], node: ast.Call) -> Any:
    """A call of what is not known: it matters where the database goes into it, or `op` itself is hidden behind it."""
    given = [*arguments, *options.values()]
    reaches = any(reaches_database(each) for each in given)
    source = callee.source if isinstance(callee, Unknown) else ""
    inspects = source.startswith(("inspect", "print", "isinstance", "getattr", "hasattr", "str", "logger", "log."))
    if reaches and not inspects:
        reading.cannot_read(node, "what it does with the database is not written in the migration")
    elif isinstance(callee, Unknown) and source.startswith(("globals()", "locals()", "getattr(op", "eval", "exec")):
        reading.cannot_read(node, "the function is chosen while it runs")
    for each in given:
        # A function that is handed over is probably called: `run_in_batches(update_page)`.
        if isinstance(each, Function) and not isinstance(each.node, ast.Lambda):
            reading.run(reading, each, [], {})
    return Unknown(one_line(node), touches=reaches or (isinstance(callee, Unknown) and callee.touches))


def reaches_database(value: Any) -> bool:
    """Whether a value lets who gets it change the database; the dialect's name does not."""
    return isinstance(value, Statement) or (isinstance(value, Handle) and value.kind not in {"dialect", "dialect name"})


def call_dotted(reading: Reading, callee: Dotted, arguments: list[Any], options: dict[str, Any], node: ast.Call) -> Any:
    """A call of an imported name: a construct of SQLAlchemy, code of the project, or of another package."""
    made = construct(callee.name, arguments, options, node)
    if made is not None:
        return made
    root = callee.name.partition(".")[0]
    if reading.modules.is_own(callee.name):
        value = reading.modules.resolve(callee.name)
        if value is not None and value != callee:
            return call(reading, value, arguments, options, node)
        given = [*arguments, *options.values()]
        if callee.name.rpartition(".")[2][:1].isupper() and not any(reaches_database(each) for each in given):
            # A class of the project that is made without the database: a type of a column, a value.
            return TypeValue(callee.name.rpartition(".")[2].upper())
        reading.cannot_read(node, f"it calls {callee.name}, whose code could not be followed")
        return Unknown(one_line(node), touches=True)
    given = [*arguments, *options.values()]
    reaches = any(reaches_database(each) for each in given)
    if reaches and root not in BENIGN and not callee.name.startswith("sqlalchemy.inspect"):
        reading.cannot_read(node, f"{callee.name} works on the database")
    return Unknown(one_line(node), touches=reaches)


def call_method(  # noqa: C901, PLR0911 - one line for each kind of owner
    reading: Reading, callee: Method, arguments: list[Any], options: dict[str, Any], node: ast.Call
) -> Any:
    """A call of a method, by its owner."""
    owner, name = callee.owner, callee.name
    if isinstance(owner, Handle) and owner.kind in {"op", "batch"}:
        return call_op(reading, callee, arguments, options, node)
    if isinstance(owner, Handle):
        return call_connection(reading, callee, arguments, options, node)
    if isinstance(owner, Partial | str):
        return call_text(owner, name, arguments, options)
    if isinstance(owner, Rows):
        return callee.owner
    if isinstance(owner, Statement | TableValue | Model):
        if isinstance(owner, TableValue) and name in {"create", "drop"}:
            return call_table(reading, owner, name, node)
        return call_statement(reading, callee, arguments, options, node)
    if isinstance(owner, TypeValue):
        return call_type(reading, callee, node)
    if isinstance(owner, SqlText):
        return owner
    if isinstance(owner, dict | list):
        return call_collection(owner, name, arguments)
    if isinstance(owner, Method | SqlExpression):
        return SqlExpression(one_line(node))
    return call_unknown(reading, Unknown(one_line(node.func)), arguments, options, node)


def call_table(reading: Reading, table: TableValue, name: str, node: ast.Call) -> Any:
    """`table.create(bind)` and `table.drop(bind)`."""
    place = reading.place(node)
    if name == "drop":
        reading.emit(DropTable(place=place, table=table.name))
    elif table.columns:
        reading.emit(CreateTable(place=place, table=table.name, columns=table.columns))
    else:
        reading.cannot_read(node, "it creates a table from what the model says at the time")
    return None


def call_type(reading: Reading, callee: Method, node: ast.Call) -> Any:
    """`enum.create(bind)`, `enum.drop(bind)`, `type.with_variant(...)`."""
    kind: TypeValue = callee.owner
    if callee.name in {"create", "drop"} and kind.enum is not None and kind.enum.native:
        place, name = reading.place(node), kind.enum.name or ""
        if callee.name == "create":
            reading.emit(CreateEnum(place=place, name=name, values=kind.enum.values))
        else:
            reading.emit(DropEnum(place=place, name=name))
        return None
    return kind if callee.name in {"with_variant", "copy", "adapt"} else Unknown(one_line(node))


def call_text(  # noqa: PLR0911 - one line for each method
    owner: str, name: str, arguments: list[Any], options: dict[str, Any]
) -> Any:
    """Methods of texts; a part that is not known stays marked."""
    if name == "format":
        shown = [UNKNOWN if not isinstance(each, str | int | float) else each for each in arguments]
        named = {key: each if isinstance(each, str | int | float) else UNKNOWN for key, each in options.items()}
        try:
            result = owner.format(*shown, **named)
        except (IndexError, KeyError, ValueError, AttributeError):
            return Partial(owner)
        return Partial(result) if UNKNOWN in result else result
    if name == "join" and arguments and isinstance(arguments[0], list | tuple):
        pieces = [UNKNOWN if not isinstance(each, str) else str(each) for each in arguments[0]]
        joined = owner.join(pieces)
        return Partial(joined) if UNKNOWN in joined else joined
    if name in {"startswith", "endswith"}:
        return getattr(owner, name)(*arguments) if is_known(arguments) and is_known(owner) else Unknown(name)
    safe = {
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "replace",
        "title",
        "capitalize",
        "split",
        "splitlines",
        "encode",
    }
    if name in safe and is_known(arguments):
        try:
            result = getattr(str(owner), name)(*arguments)
        except (TypeError, ValueError):
            return Unknown(name)
        return Partial(result) if isinstance(owner, Partial) and isinstance(result, str) else result
    return Partial(UNKNOWN)


def call_collection(owner: Any, name: str, arguments: list[Any]) -> Any:
    """Methods of dictionaries and lists that loops are made of."""
    if isinstance(owner, dict):
        if name in {"items", "keys", "values"}:
            return list(getattr(owner, name)())
        if name == "get" and arguments:
            try:
                return owner.get(arguments[0], arguments[1] if len(arguments) > 1 else None)
            except TypeError:
                return Unknown(name)
    # A list that grows beyond what a migration writes out is built in a loop over data.
    elif name in {"append", "extend", "insert"} and arguments and len(owner) < 1000:
        added = arguments[-1]
        owner.extend(added if name == "extend" and isinstance(added, list | tuple) else [added])
        return None
    return Unknown(name)


def pairs(arguments: list[Any]) -> Any:
    """`zip`."""
    if all(isinstance(each, list | tuple) for each in arguments):
        return list(zip(*arguments, strict=False))
    return Unknown("zip")


def numbered(arguments: list[Any]) -> Any:
    """`enumerate`."""
    return list(enumerate(arguments[0])) if isinstance(arguments[0], list | tuple | str) else Unknown("enumerate")


def counted(arguments: list[Any]) -> Any:
    """`range`, as far as anybody loops by hand."""
    if all(isinstance(each, int) for each in arguments):
        return list(itertools.islice(range(*arguments), 1000))
    return Unknown("range")


def listed(arguments: list[Any]) -> Any:
    """`list` and its like."""
    if not arguments:
        return []
    first = arguments[0]
    if isinstance(first, EnumClass):
        return list(first.members)
    return list(first) if isinstance(first, list | tuple | set | dict) else first


def shown(arguments: list[Any]) -> Any:
    """`str`; the URL of an engine goes on telling its dialect."""
    first = arguments[0] if arguments else ""
    if isinstance(first, Handle | Test | Partial):
        return first
    return str(first) if is_known(first) else Partial(UNKNOWN)


def reverse(arguments: list[Any]) -> Any:
    """`reversed`."""
    return list(reversed(arguments[0])) if isinstance(arguments[0], list | tuple) else arguments[0]


def ordered(arguments: list[Any]) -> Any:
    """`sorted`."""
    first = arguments[0]
    return sorted(first, key=repr) if isinstance(first, list | tuple | set | dict) else first


BUILTINS: dict[str, Callable[[list[Any]], Any]] = {
    "zip": pairs,
    "enumerate": numbered,
    "range": counted,
    "list": listed,
    "tuple": listed,
    "set": listed,
    "reversed": reverse,
    "sorted": ordered,
    "str": shown,
    "dict": lambda arguments: dict(arguments[0]) if arguments and isinstance(arguments[0], dict) else {},
    "len": lambda arguments: (
        len(arguments[0]) if is_known(arguments[0]) and arguments[0] is not None else Unknown("len")
    ),
}


def call_builtin(name: str, arguments: list[Any], node: ast.Call) -> Any:
    """A function of Python that loops and texts are made with."""
    if not arguments and name not in {"list", "tuple", "set", "str", "dict"}:
        return Unknown(one_line(node))
    try:
        return BUILTINS[name](arguments)
    except (TypeError, ValueError):
        return Unknown(one_line(node))
