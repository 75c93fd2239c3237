"""Types, columns and constraints of SQLAlchemy as their calls in a migration say."""

from typing import Any

from beastmode_tools.guard.migrations.compare.column_types import spelled
from beastmode_tools.guard.migrations.compare.operations import Column, Constraint, EnumType
from beastmode_tools.guard.migrations.read.values import (
    Dotted,
    EnumClass,
    EnumMember,
    Handle,
    Method,
    SqlExpression,
    SqlText,
    TypeValue,
    Unknown,
)

__all__ = ["as_type", "column_of", "constraint_of", "default_of", "type_of", "with_schema"]

TYPES = {
    "string": "VARCHAR",
    "unicode": "VARCHAR",
    "autostring": "VARCHAR",
    "unicodetext": "TEXT",
    "bigint": "BIGINT",
    "biginteger": "BIGINT",
    "smallinteger": "SMALLINT",
    "datetime": "TIMESTAMP",
    "largebinary": "BLOB",
    "double": "DOUBLE PRECISION",
    "double_precision": "DOUBLE PRECISION",
    "interval": "INTERVAL",
    "pickletype": "BLOB",
    "matchtype": "BOOLEAN",
    "nulltype": "",
}
CONSTRAINTS = {
    "UniqueConstraint": "unique",
    "PrimaryKeyConstraint": "primary",
    "ForeignKeyConstraint": "foreign",
    "CheckConstraint": "check",
    "ExcludeConstraint": "exclude",
}


def with_schema(table: Any, schema: Any) -> str:
    """The table's name as SQL takes it."""
    name = table if isinstance(table, str) else ""
    return f"{schema}.{name}" if isinstance(schema, str) and schema and schema != "public" and name else name


def type_of(name: str, arguments: list[Any], options: dict[str, Any]) -> TypeValue:
    """The type that a call of a class called `name` makes."""
    low = name.lower()
    if low == "enum":
        return enum_of(arguments, options)
    if low in {"variant", "typedecorator"} and arguments:
        return as_type(arguments[0]) or TypeValue(name.upper())
    if low == "array":
        inner = as_type(arguments[0]) if arguments else None
        return TypeValue(f"{inner.text if inner else ''}[]", inner.enum if inner else None)
    base = TYPES.get(low, name.upper().replace("_", " ") if low in TYPES else name.upper())
    numbers = [each for each in arguments if isinstance(each, int) and not isinstance(each, bool)]
    numbers += [options[key] for key in ("length", "precision", "scale") if isinstance(options.get(key), int)]
    zoned = options.get("timezone") is True or (base in {"TIMESTAMP", "TIME"} and arguments[:1] == [True])
    if zoned and base in {"TIMESTAMP", "TIME", "DATETIME"}:
        return TypeValue(f"{'TIME' if base == 'TIME' else 'TIMESTAMP'} WITH TIME ZONE")
    if base in {"BOOLEAN", "JSON", "JSONB", "DATE", "TIMESTAMP", "INTERVAL", "UUID", "INTEGER", "BIGINT"}:
        numbers = []
    inside = f"({', '.join(str(number) for number in numbers)})" if numbers else ""
    return TypeValue(spelled(f"{base}{inside}"))


def enum_of(arguments: list[Any], options: dict[str, Any]) -> TypeValue:
    """`Enum("a", "b", name="status")`, of texts or of a class."""
    if arguments and isinstance(arguments[0], EnumClass):
        members = arguments[0].members
        by_value = "values_callable" in options
        values = tuple(str(each.value if by_value else each.name) for each in members)
        name = options.get("name") or arguments[0].name.lower()
    else:
        flat = [item for each in arguments for item in (each if isinstance(each, list | tuple) else [each])]
        texts = [each.value if isinstance(each, EnumMember) else each for each in flat]
        values = tuple(texts) if all(isinstance(each, str) for each in texts) else ()
        name = options.get("name")
    native = options.get("native_enum") is not False
    creates = options.get("create_type") is not False
    enum = EnumType(with_schema(name, options.get("schema")) or None, values, native, creates)
    return TypeValue(f"ENUM {enum.name or ''}".strip(), enum)


def as_type(value: Any) -> TypeValue | None:
    """A value where a type is expected: an instance, or a class that was not called."""
    if isinstance(value, TypeValue):
        return value
    if isinstance(value, Dotted):
        return type_of(value.name.rpartition(".")[2], [], {})
    if isinstance(value, Unknown):
        return TypeValue("")
    return None


def default_of(value: Any) -> str | None:  # noqa: PLR0911 - one line for each kind of value
    """A server default as SQL."""
    if value is None or value is False:
        return None
    if isinstance(value, SqlText | SqlExpression):
        return value.sql
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, EnumMember):
        return f"'{value.value}'"
    if isinstance(value, Unknown):
        return value.source
    if isinstance(value, Dotted | Method):
        return value.name.rpartition(".")[2]
    return str(value)


def column_of(arguments: list[Any], options: dict[str, Any], default: str | None) -> Column:
    """`sa.Column(...)`; `default` is the source of a default that Python gives."""
    names = [each for each in arguments[:1] if isinstance(each, str)]
    name = names[0] if names else options.get("name", "")
    rest = arguments[len(names) :]
    parts = [each for each in rest if isinstance(each, Constraint)]
    kinds = [found for each in [*rest, options.get("type_")] if each is not None and (found := as_type(each))]
    special = {each.kind for each in rest if isinstance(each, Handle)}
    primary = options.get("primary_key") is True
    foreign = next((each for each in parts if each.kind == "foreign"), None)
    check = next((each for each in parts if each.kind == "check"), None)
    column_type = kinds[0] if kinds else TypeValue("")
    return Column(
        name=name if isinstance(name, str) else "",
        type=column_type.text,
        nullable=options.get("nullable", not primary) is not False,
        server_default=default_of(options.get("server_default")),
        default=default,
        primary_key=primary,
        unique=options.get("unique") is True,
        index=options.get("index") is True,
        references=foreign.target if foreign else None,
        autoincrement="identity" in special or options.get("autoincrement") is True or "SERIAL" in column_type.text,
        computed="computed" in special,
        check=check.condition if check else None,
        enum=column_type.enum,
    )


def constraint_of(kind: str, arguments: list[Any], options: dict[str, Any]) -> Constraint | None:
    """`UniqueConstraint(...)` and its like, `ForeignKey(...)` too; None for another name."""
    name = options.get("name")
    name = name if isinstance(name, str) else None
    on_delete = options.get("ondelete")
    on_delete = on_delete.upper() if isinstance(on_delete, str) else None
    not_valid = options.get("postgresql_not_valid") is True
    if kind == "ForeignKey":
        target = arguments[0] if arguments and isinstance(arguments[0], str) else "?"
        return Constraint("foreign", name, (), target, not_valid=not_valid, on_delete=on_delete)
    if kind not in CONSTRAINTS:
        return None
    if kind == "CheckConstraint":
        condition = default_of(arguments[0]) if arguments else None
        if arguments and isinstance(arguments[0], str):
            condition = arguments[0]
        return Constraint("check", name, (), None, condition, not_valid=not_valid)
    if kind == "ForeignKeyConstraint":
        own, other = ([*arguments, [], []])[:2]
        remote = (
            next((each for each in other if isinstance(each, str)), "?") if isinstance(other, list | tuple) else "?"
        )
        columns = tuple(each for each in own if isinstance(each, str)) if isinstance(own, list | tuple) else ()
        return Constraint("foreign", name, columns, remote.rpartition(".")[0] or remote, on_delete=on_delete)
    return Constraint(CONSTRAINTS[kind], name, tuple(each for each in arguments if isinstance(each, str)))  # type: ignore[arg-type]  # the table above holds just the literals
