"""What to load beside entities, so that their schema's dump finds everything without a query of its own."""

from typing import Any, TypeAlias

from marshmallow import Schema, fields
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import (
    Load,
    Mapper,
    RelationshipProperty,
    joinedload,
    load_only,
    raiseload,
    selectin_polymorphic,
    selectinload,
    undefer,
)
from sqlalchemy.orm.strategy_options import _AbstractLoad

from beastmode.core.errors import ConfigurationError
from beastmode.db.field_kinds import dumps_itself, is_plain
from beastmode.db.planner import Above, nested_of

__all__ = ["loader_options"]

Option: TypeAlias = _AbstractLoad

UNLOADABLE = frozenset({"dynamic", "write_only"})
"""The kinds of relations that are queries, not collections."""


def loader_options(schema: Schema, mapper: Mapper[Any], above: Above = ()) -> list[Option]:
    """Options that load what a schema shows, and refuse what it does not.

    Args:
        schema: What is shown of the entities.
        mapper: Their model's mapper.
        above: What has led here, to find where a schema nests itself.

    Raises:
        ConfigurationError: Schemas nest each other without end.
    """
    options: list[Option] = [raiseload("*")]
    columns: set[str] = set()
    knows_columns = dumps_itself(schema) is None
    for name, field in schema.dump_fields.items():
        attribute = name if field.attribute is None else field.attribute
        first, *rest = attribute.split(".")
        relation = relation_of(mapper, first)
        knows_columns = knows_columns and is_plain(field) and not rest
        if relation is not None:
            if relation.lazy not in UNLOADABLE:
                options.append(related(relation, field, rest, above))
        elif first in mapper.column_attrs:
            columns.add(first)
        elif not isinstance(field, fields.Constant) and hasattr(mapper.class_, first):
            knows_columns = False
    return [*options, *column_options(mapper, columns, knows_columns=knows_columns)]


def relation_of(mapper: Mapper[Any], name: str) -> RelationshipProperty[Any] | None:
    """The relation of that name, of a subclass if need be; for an association proxy, the one that it goes through."""
    for each in mapper.self_and_descendants:
        if name in each.relationships:
            return each.relationships[name]
        proxy = each.all_orm_descriptors.get(name)
        if isinstance(proxy, AssociationProxy):
            return each.relationships.get(proxy.target_collection)
    return None


def related(relation: RelationshipProperty[Any], field: fields.Field[Any], rest: list[str], above: Above) -> Option:
    """What loads a relation, and what is shown of it.

    Raises:
        ConfigurationError: Schemas nest each other without end.
    """
    nested, _ = nested_of(field)
    load = loads(relation)
    if nested is None or rest:
        return load.options(*along(relation.mapper, rest, field))
    step = (type(nested.schema), frozenset(nested.schema.dump_fields), relation)
    if step not in above:
        return load.options(*loader_options(nested.schema, relation.mapper, (*above, step)))
    if relation.parent is not relation.mapper:
        raise ConfigurationError(
            f"{type(nested.schema).__name__} nests itself through {relation}, without end; leave the relation out of "
            "the nested one with only= or exclude=."
        )
    return selectinload(relation.class_attribute, recursion_depth=-1)


def along(mapper: Mapper[Any], names: list[str], field: fields.Field[Any]) -> list[Option]:
    """What loads the rest of an attribute's path, such as "profile.bio" after "author."."""
    nested, _ = nested_of(field)
    if not names:
        return [raiseload("*")] if nested is None else loader_options(nested.schema, mapper)
    relation = relation_of(mapper, names[0])
    if relation is None:
        return [raiseload("*")]
    return [raiseload("*"), loads(relation).options(*along(relation.mapper, names[1:], field))]


def loads(relation: RelationshipProperty[Any]) -> Load:
    """A join for one entity, one more select for several."""
    attribute = relation.class_attribute
    return selectinload(attribute) if relation.uselist else joinedload(attribute)  # type: ignore[return-value]  # their base


def column_options(mapper: Mapper[Any], shown: set[str], *, knows_columns: bool) -> list[Option]:
    """What loads the columns that are shown, or all where the schema's own code may read any.

    Args:
        mapper: The model's mapper.
        shown: The attributes that the schema shows.
        knows_columns: Whether nothing else is read.
    """
    subclasses = [each.class_ for each in mapper.self_and_descendants if each is not mapper]
    if subclasses:
        return [selectin_polymorphic(mapper.class_, subclasses)]
    if knows_columns and not mapper.inherits:
        keys = {mapper.get_property_by_column(column).key for column in mapper.primary_key}
        return [load_only(*(getattr(mapper.class_, name) for name in sorted(shown | keys)))]
    return [undefer(getattr(mapper.class_, name)) for name in sorted(shown) if mapper.column_attrs[name].deferred]
