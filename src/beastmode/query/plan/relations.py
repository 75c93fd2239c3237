"""What is known about a model without running it: which rows are its entities, and which are related."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Table, UniqueConstraint
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.interfaces import MANYTOONE, ONETOMANY
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression

from beastmode.db.private_sqlalchemy import without_annotations


def is_more_than_rows(mapper: Mapper[Any]) -> str | None:
    """Why entities of a model may be more than rows of one table; None if they are not.

    Args:
        mapper: The model's mapper.
    """
    kind = mapper.class_
    reasons = {
        "is polymorphic": mapper.polymorphic_on is not None
        or mapper.inherits
        or len(list(mapper.self_and_descendants)) > 1,
        "is not mapped to a table": not isinstance(mapper.local_table, Table),
        "has a composite primary key": len(mapper.primary_key) > 1,
        "has a __getitem__": hasattr(kind, "__getitem__"),
        "has a __getattr__": hasattr(kind, "__getattr__"),
        "has a __getattribute__": vars(object)["__getattribute__"] is not kind.__getattribute__,
        "has a listener for loaded entities": _is_changed_on_load(mapper),
    }
    return next((f"{kind.__name__} {reason}" for reason, is_so in reasons.items() if is_so), None)


def _is_changed_on_load(mapper: Mapper[Any]) -> bool:
    """Whether something listens for loaded entities of a model; SQLAlchemy's mutable types do not count."""
    dispatch: Any = mapper.class_manager.dispatch
    listeners = [*dispatch.load, *dispatch.refresh]
    return any(getattr(listener, "__module__", None) != "sqlalchemy.ext.mutable" for listener in listeners)


def is_reference(relation: RelationshipProperty[Any]) -> bool:
    """Whether a relationship leads to at most one row, so that a join adds no rows.

    Args:
        relation: The relation.
    """
    if relation.uselist or relation.secondary is not None or relation.direction not in (MANYTOONE, ONETOMANY):
        return False
    table = relation.mapper.local_table
    return isinstance(table, Table) and _is_unique(table, [remote for _, remote in relation.local_remote_pairs or ()])


def _is_unique(table: Table, columns: Iterable[Any]) -> bool:
    """Whether some columns of a table are unique together."""
    named = {column.name for column in columns}
    keys = [set(table.primary_key.columns.keys())]
    keys += [
        {column.name for column in each.columns} for each in table.constraints if isinstance(each, UniqueConstraint)
    ]
    keys += [
        {column.name for column in index.columns}
        for index in table.indexes
        if index.unique and not any(options.get("where") is not None for options in index.dialect_options.values())
    ]
    return any(key and key <= named for key in keys)


def is_list(relation: RelationshipProperty[Any]) -> bool:
    """Whether a relationship leads exactly to the rows that refer to one column of the parent.

    Args:
        relation: The relation.
    """
    return (
        bool(relation.uselist)
        and relation.direction is ONETOMANY
        and relation.secondary is None
        and relation.collection_class in (None, list)
        and pair_of(relation) is not None
    )


def pair_of(relation: RelationshipProperty[Any]) -> tuple[Column[Any], Column[Any]] | None:
    """The parent's column and the child's column that refers to it; None if the join condition is more than that.

    Args:
        relation: The relation.
    """
    pairs = relation.local_remote_pairs or []
    condition = relation.primaryjoin
    if len(pairs) != 1 or not isinstance(condition, BinaryExpression) or condition.operator is not operators.eq:
        return None
    sides = {id(without_annotations(side)) for side in (condition.left, condition.right)}
    local, remote = pairs[0]
    if sides != {id(local), id(remote)} or not isinstance(local, Column) or not isinstance(remote, Column):
        return None
    return local, remote
