"""What a schema shows of a model, said in columns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from marshmallow import fields
from sqlalchemy.orm import Mapper, RelationshipProperty

__all__ = [
    "Column",
    "Constant",
    "Default",
    "Listed",
    "Many",
    "One",
    "Part",
    "Path",
    "Plan",
    "Shape",
    "Shown",
    "key_of",
]

Path: TypeAlias = tuple[str, ...]
"""The names of the to-one relations that lead from a plan's model to another; () is the model itself."""


@dataclass(frozen=True, slots=True)
class Column:
    """A value that the database gives.

    Args:
        path: How to get to the model that has it.
        attribute: The mapped attribute's name.
    """

    path: Path
    attribute: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of a row.

    Args:
        key: Its name in JSON.
        name: The field's name in the schema.
        field: What writes it.
        slot: Where it stands in a row.
        passes: Whether it is written as it is, without asking the field.
    """

    key: str
    name: str
    field: fields.Field[Any]
    slot: int
    passes: bool


@dataclass(frozen=True, slots=True)
class Constant:
    """A value that is the same in every row, under a name in JSON."""

    key: str
    value: Any


@dataclass(frozen=True, slots=True)
class Default:
    """A field's `dump_default`, for a name that the model does not have; `make` gives it for each row anew."""

    key: str
    name: str
    field: fields.Field[Any]
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class One:
    """What is shown of a related row.

    Args:
        key: Its name in JSON.
        slot: Where its primary key stands; NULL says that there is none.
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
        slot: Where the value stands that the list's rows refer to.
        number: The list's place among the plan's lists.
    """

    key: str
    slot: int
    number: int


Part: TypeAlias = Shown | Constant | Default | One | Many


@dataclass(frozen=True, slots=True)
class Shape:
    """A dict of parts; or the value of the only part, where a Pluck field takes it out."""

    parts: tuple[Part, ...]
    is_plucked: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list that takes a select of its own.

    Args:
        path: How to get to the model that has the relation.
        relation: The relation.
        attribute: The parent's attribute that rows of the list refer to.
        slot: Where it stands in the parent's row.
        plan: What is shown of the list's rows.
        reference: Where the column that refers to the parent stands in a row of the list.
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
        columns: What a row holds, in order.
        joins: The to-one relations to join, each after the one that leads to it.
        lists: The lists to select after the rows.
    """

    model: type[Any]
    shape: Shape
    columns: tuple[Column, ...]
    joins: tuple[Path, ...]
    lists: tuple[Listed, ...]


def key_of(mapper: Mapper[Any]) -> str:
    """The attribute of a model's primary key, which has one column."""
    return mapper.get_property_by_column(mapper.primary_key[0]).key
