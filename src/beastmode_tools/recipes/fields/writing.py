"""Writes a field into a model, a schema, a migration and a test."""

from dataclasses import dataclass
from decimal import Decimal

from beastmode_tools.recipes.code.text import fit, quoted
from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import Import, kind_of

__all__ = ["Related", "annotation", "example", "model_lines", "revision_column", "schema_line", "wrong"]

TEXT_LENGTH = "10_000"
"""Characters of a text in a request, so that one field cannot fill the database: about two printed pages."""
SQL_TYPES = frozenset(
    ("ARRAY", "BigInteger", "Boolean", "Date", "Enum", "Float", "Integer", "JSON", "Numeric", "String", "Text", "Uuid")
)
SHORT = 6
"""Characters of the longer one of the words that tests send."""


@dataclass(frozen=True, slots=True)
class Related:
    """The model that a relation refers to.

    Args:
        model: Its class.
        table: Its table.
        key: The Python type of its ID.
        key_sql: The type of its ID as a migration writes it.
        is_quoted: Whether the annotation is a string, because the class is imported for type checkers only.
        is_ambiguous: Whether another column of the class refers to the same table.
        is_own: Whether it is the class itself, so that SQLAlchemy has to be told which row is the related one.
    """

    model: str
    table: str
    key: str = "int"
    key_sql: str = "sa.Integer()"
    is_quoted: bool = False
    is_ambiguous: bool = False
    is_own: bool = False


def annotation(field: Field, *, is_dated: bool) -> str:
    """The type of the attribute.

    Args:
        field: The field.
        is_dated: Whether a field of the class is called `date` or `datetime`, and would hide the type.
    """
    python = field.target if field.kind == "enum" else kind_of(field).annotation
    if is_dated and python in ("date", "datetime"):
        python = f"dt.{python}"
    python = f"list[{python}]" if field.is_list else python
    return f"{python} | None" if field.is_optional else python


def model_lines(field: Field, related: Related | None, *, is_dated: bool) -> tuple[list[str], list[str], set[Import]]:
    """The column, the relationship, and what they import."""
    sql = column_type(field)
    imports = imports_of(field, is_dated=is_dated)
    arguments = [sql] if sql else []
    python = annotation(field, is_dated=is_dated)
    if related is not None:
        arguments.append(f'ForeignKey("{related.table}.id")')
        imports |= {("sqlalchemy", "ForeignKey"), ("sqlalchemy.orm", "relationship")}
        python = python.replace("int", related.key, 1)
    if field.is_unique:
        arguments.append("unique=True")
    if field.is_indexed:
        arguments.append("index=True")
    if field.default is not None:
        literal, needed = server_default(field)
        arguments.append(f"server_default={literal}")
        imports |= needed
    line = f"    {field.column}: Mapped[{python}]"
    if arguments:
        imports.add(("sqlalchemy.orm", "mapped_column"))
        line = fit(f"{field.column}: Mapped[{python}] = mapped_column(", arguments, ")", indent=4)
    return [line], [relationship_line(field, related)] if related else [], imports


def relationship_line(field: Field, related: Related) -> str:
    """The attribute with the related row."""
    target = f"{related.model} | None" if field.is_optional else related.model
    arguments = [f"foreign_keys=[{field.column}]"] if related.is_ambiguous else []
    arguments += ["remote_side=[id]"] if related.is_own else []
    annotated = quoted(target) if related.is_quoted else target
    return fit(f"{field.name}: Mapped[{annotated}] = relationship(", arguments, ")", indent=4)


def column_type(field: Field) -> str:
    """The SQLAlchemy type as the model writes it; "" if the annotation implies it."""
    sql = kind_of(field).sql(field)
    if not field.is_list:
        return sql
    inner = sql or {"int": "Integer", "float": "Float", "bool": "Boolean", "date": "Date", "uuid": "Uuid"}[field.kind]
    return f'JSON().with_variant(ARRAY({inner}), "postgresql")'


def imports_of(field: Field, *, is_dated: bool) -> set[Import]:
    """What the annotation and the type of the column need."""
    imports = set(kind_of(field).imports)
    if is_dated and ("datetime", field.kind) in imports:
        imports = {("datetime as dt", "")}
    sql = column_type(field)
    words = sql.replace("(", " ").replace(")", " ").replace(",", " ").split()
    return imports | {("sqlalchemy", word) for word in words if word in SQL_TYPES}


def server_default(field: Field) -> tuple[str, set[Import]]:
    """The default as SQLAlchemy takes it."""
    assert field.default is not None  # noqa: S101 - the caller has looked
    if field.kind == "bool":
        return f"{field.default}()", {("sqlalchemy", field.default)}
    return quoted(field.default), set()


def revision_column(field: Field, related: Related | None, *, indent: int) -> str:
    """The column in a migration."""
    sql = related.key_sql if related else kind_of(field).revision(field)
    if field.is_list:
        sql = f'sa.JSON().with_variant(sa.ARRAY({sql}), "postgresql")'
    arguments = [quoted(field.column), sql]
    if field.default is not None:
        literal, needed = server_default(field)
        arguments.append(f"server_default={'sa.' if needed else ''}{literal}")
    return fit("sa.Column(", [*arguments, f"nullable={field.is_optional}"], ")", indent=indent)


def schema_line(field: Field, *, dump_only: bool = False) -> tuple[str, set[Import]]:
    """The attribute of a schema, and what it imports besides `fields`."""
    name, always = kind_of(field).schema
    imports: set[Import] = set()
    arguments = [field.target] if field.kind == "enum" else []
    arguments += always
    checks = validators(field)
    if checks and not dump_only:
        imports.add(("marshmallow.validate", checks.partition("(")[0]))
    if field.is_list:
        inner = [*arguments, f"validate={checks}"] if checks and not dump_only else arguments
        name, arguments, checks = "List", [f"fields.{name}({', '.join(inner)})"], ""
    if dump_only:
        return fit(f"{field.column} = fields.{name}(", [*arguments, "dump_only=True"], ")", indent=4), imports
    if field.is_required:
        arguments.append("required=True")
    if field.is_optional:
        arguments.append("allow_none=True")
    if field.default is not None:
        literal, needed = load_default(field)
        arguments.append(f"load_default={literal}")
        imports |= needed
    if checks:
        arguments.append(f"validate={checks}")
    return fit(f"{field.column} = fields.{name}(", arguments, ")", indent=4), imports


def validators(field: Field) -> str:
    """What a value has to satisfy besides its type; "" for nothing."""
    if field.kind == "text":
        return f"Length(1, {TEXT_LENGTH})"
    if field.kind == "str":
        return f"Length(1, {field.length})"
    if field.length is not None:
        return f"Length(max={field.length})"
    bounds = [f"min={field.low}" if field.low else "", f"max={field.high}" if field.high else ""]
    return f"Range({', '.join(filter(None, bounds))})" if any(bounds) else ""


def load_default(field: Field) -> tuple[str, set[Import]]:
    """The default as Python writes it."""
    assert field.default is not None  # noqa: S101 - the caller has looked
    if field.kind == "bool":
        return field.default.capitalize(), set()
    if field.kind == "enum":
        return f"{field.target}.{field.default}", set()
    if field.kind == "decimal":
        return f"Decimal({quoted(field.default)})", {("decimal", "Decimal")}
    is_number = field.kind in ("int", "bigint", "float")
    return field.default if is_number else quoted(field.default), set()


def example(field: Field, number: int) -> str:
    """A valid value for a test, as Python writes JSON.

    Args:
        field: The field.
        number: 0 or 1, for two different values.
    """
    if field.is_list:
        return f"[{plain_example(field, number)}]"
    return plain_example(field, number)


def plain_example(field: Field, number: int) -> str:
    """One value."""
    if field.kind == "enum":
        return quoted(field.choices[min(number, len(field.choices) - 1)])
    if field.kind == "str" and field.length is not None and field.length < SHORT:
        return quoted("ab"[number])
    if field.kind in ("int", "bigint", "float", "decimal"):
        return number_example(field, number)
    return kind_of(field).examples[number]


def number_example(field: Field, number: int) -> str:
    """A number between the bounds."""
    low, high = (Decimal(text) if text else None for text in (field.low, field.high))
    value = (low if low is not None else high - 1 if high is not None else Decimal(1)) + number
    if high is not None and value > high:
        value = high
    if field.kind == "decimal":
        assert field.digits is not None  # noqa: S101 - the parser gives every decimal its digits
        return f'"{value:.{field.digits[1]}f}"'
    return f"{value:.1f}" if field.kind == "float" else f"{value:.0f}"


def wrong(field: Field) -> str:
    """A value that validation refuses, as Python writes JSON."""
    return '"none"' if field.is_list else kind_of(field).wrong
