"""What each type of field is in a model, in a schema, in a migration and in a test."""

from collections.abc import Callable
from dataclasses import dataclass

from beastmode_tools.recipes.fields.field import Field

__all__ = ["KINDS", "Import", "Kind", "kind_of"]

Import = tuple[str, str]
"""A module and the name to import from it; "" imports the module."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How one type of field is written.

    Args:
        annotation: The Python type of a value.
        imports: What the annotation needs.
        sql: The SQLAlchemy type as the model writes it; "" if the annotation implies it.
        revision: The type as a migration writes it.
        schema: The class of `marshmallow.fields`, and arguments that it always has.
        examples: Two different values as JSON text, for tests.
        wrong: A value as JSON text that validation refuses.
        operators: What a list can be filtered by, besides equality; None if it cannot be filtered.
        is_sortable: Whether lists can be sorted by it.
    """

    annotation: str
    imports: tuple[Import, ...]
    sql: Callable[[Field], str]
    revision: Callable[[Field], str]
    schema: tuple[str, tuple[str, ...]]
    examples: tuple[str, str]
    wrong: str
    operators: tuple[str, ...] | None = ()
    is_sortable: bool = True


RANGE = ("gte", "lte")


def implied(_: Field) -> str:
    """The annotation says it."""
    return ""


def string(field: Field) -> str:
    """A string of limited length."""
    return f"String({field.length})"


def decimal(field: Field) -> str:
    """A number with a fixed number of digits after the point."""
    assert field.digits is not None  # noqa: S101 - the parser gives every decimal its digits
    return f"Numeric({field.digits[0]}, {field.digits[1]})"


def choice(field: Field) -> str:
    """One of the values, stored as text, so that a new value needs no migration."""
    return f"Enum({field.target}, native_enum=False, length={room(field)})"


def room(field: Field) -> int:
    """The length of the column of an enum."""
    # Longer than today's values: a wider column is a migration, a new value is none.
    return max(20, *map(len, field.choices))


def of(text: str) -> Callable[[Field], str]:
    """The same for every field of the type."""
    return lambda _: text


def revision_string(field: Field) -> str:
    """As `string`."""
    return f"sa.String(length={field.length})"


def revision_decimal(field: Field) -> str:
    """As `decimal`."""
    assert field.digits is not None  # noqa: S101 - as above
    return f"sa.Numeric(precision={field.digits[0]}, scale={field.digits[1]})"


def revision_choice(field: Field) -> str:
    """As `choice`; the migration stands for itself, so it names the values."""
    values = ", ".join(f'"{value}"' for value in field.choices)
    return f'sa.Enum({values}, name="{field.target.lower()}", native_enum=False, length={room(field)})'


KINDS: dict[str, Kind] = {
    "str": Kind("str", (), string, revision_string, ("Str", ()), ('"first"', '"second"'), "7", ("contains",)),
    "text": Kind(
        "str", (), of("Text"), of("sa.Text()"), ("Str", ()), ('"first"', '"second"'), "7", None, is_sortable=False
    ),
    "int": Kind("int", (), implied, of("sa.Integer()"), ("Int", ()), ("1", "2"), '"many"', RANGE),
    "bigint": Kind("int", (), of("BigInteger"), of("sa.BigInteger()"), ("Int", ()), ("1", "2"), '"many"', RANGE),
    "decimal": Kind(
        "Decimal",
        (("decimal", "Decimal"),),
        decimal,
        revision_decimal,
        ("Decimal", ("as_string=True",)),
        ('"1.00"', '"2.00"'),
        '"much"',
        RANGE,
    ),
    "float": Kind("float", (), implied, of("sa.Float()"), ("Float", ()), ("1.5", "2.5"), '"much"', RANGE),
    "bool": Kind(
        "bool", (), implied, of("sa.Boolean()"), ("Bool", ()), ("True", "False"), '"perhaps"', is_sortable=False
    ),
    "date": Kind(
        "date",
        (("datetime", "date"),),
        implied,
        of("sa.Date()"),
        ("Date", ()),
        ('"2026-01-01"', '"2026-02-01"'),
        '"soon"',
        RANGE,
    ),
    "datetime": Kind(
        "datetime",
        (("datetime", "datetime"),),
        implied,
        of("sa.DateTime(timezone=True)"),
        ("AwareDateTime", ()),
        ('"2026-01-01T12:00:00+00:00"', '"2026-02-01T12:00:00+00:00"'),
        '"soon"',
        RANGE,
    ),
    "uuid": Kind(
        "UUID",
        (("uuid", "UUID"),),
        implied,
        of("sa.Uuid()"),
        ("UUID", ()),
        ('"11111111-1111-4111-8111-111111111111"', '"22222222-2222-4222-8222-222222222222"'),
        '"none"',
        is_sortable=False,
    ),
    "json": Kind(
        "dict[str, Any]",
        (("typing", "Any"),),
        of("JSON"),
        of("sa.JSON()"),
        ("Dict", ("keys=fields.Str()",)),
        ('{"first": 1}', '{"second": 2}'),
        '"none"',
        None,
        is_sortable=False,
    ),
    "enum": Kind("", (), choice, revision_choice, ("Enum", ()), ("", ""), '"none"', is_sortable=False),
    "email": Kind(
        "str",
        (),
        string,
        revision_string,
        ("Email", ()),
        ('"ada@example.com"', '"bob@example.com"'),
        '"ada"',
        ("contains",),
    ),
    "url": Kind(
        "str",
        (),
        string,
        revision_string,
        ("Url", ('schemes={"http", "https"}',)),
        ('"https://example.com/1"', '"https://example.com/2"'),
        '"example"',
        is_sortable=False,
    ),
    "relation": Kind("int", (), implied, of("sa.Integer()"), ("Int", ()), ("1", "2"), '"none"', is_sortable=False),
}
"""Every type that `TYPES` lists, and relations."""


def kind_of(field: Field) -> Kind:
    """How the field's type is written."""
    return KINDS[field.kind]
