"""What a schema shows of a model, as columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from marshmallow import fields
from sqlalchemy.orm import Mapper, RelationshipProperty

Path: TypeAlias = tuple[str, ...]
"""The names of the to-one relationships from a plan's model to another; () is the model itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value from the database.

    Args:
        path: The path to its model.
        attribute: The name of the mapped attribute.
    """

    path: Path
    attribute: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a row.

    Args:
        key: Its name in JSON.
        name: The name of the field in the schema.
        field: The field, which serializes it.
        slot: Its index in a row.
        passes: Whether it is passed through without the field.
    """

    key: str
    name: str
    field: fields.Field[Any]
    slot: int
    passes: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant value with a name in JSON."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Default:
    """A field's `dump_default`, for a name that the model does not have; `make` creates it for each row."""

    key: str
    name: str
    field: fields.Field[Any]
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class One:
    """What is shown of a related row.

    Args:
        key: Its name in JSON.
        slot: The index of its primary key, which is NULL if there is no row.
        shape: What is shown.
    """

    key: str
    slot: int
    shape: "Shape"


@dataclass(frozen=True, slots=True)
class Many:
    """The items of a list.

    Args:
        key: Its name in JSON.
        slot: The index of the value that the list's rows refer to.
        number: The index of the list in the plan.
    """

    key: str
    slot: int
    number: int


Part: TypeAlias = Shown | Constant | Default | One | Many


@dataclass(frozen=True, slots=True)
class Shape:
    """A dict of parts; or the value of its only part, for a Pluck field."""

    parts: tuple[Part, ...]
    is_plucked: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that needs a separate select.

    Args:
        path: The path to the model with the relationship.
        relation: The relationship.
        attribute: The parent's attribute that rows of the list refer to.
        slot: Its index in the parent's row.
        plan: What is shown of the list's rows.
        reference: The index of the column that refers to the parent in a row of the list.
    """

    path: Path
    relation: RelationshipProperty[Any]
    attribute: str
    slot: int
    plan: "Plan"
    reference: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to select and how to show it.

    Args:
        model: The model.
        shape: What is shown of a row.
        columns: The columns of a row, in order.
        joins: The to-one relationships to join, each after the one that leads to it.
        lists: The lists to select after the rows.
    """

    model: type[Any]
    shape: Shape
    columns: tuple[Column, ...]
    joins: tuple[Path, ...]
    lists: tuple[Listed, ...]


def key_of(mapper: Mapper[Any]) -> str:
    """The attribute of a single-column primary key."""
    return mapper.get_property_by_column(mapper.primary_key[0]).key
