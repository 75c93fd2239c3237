"""What to load with entities, so that dumping them needs no further query."""

from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema, fields
from sqlalchemy.ext.associationproxy import AssociationProxy
from sqlalchemy.orm import (
    Mapper,
    RelationshipProperty,
    joinedload,
    load_only,
    raiseload,
    selectin_polymorphic,
    selectinload,
    undefer,
)

from beastmode.core.errors import ConfigurationError
from beastmode.db.private_sqlalchemy import LoaderOption
from beastmode.query.plan.field_kinds import dumps_itself, is_plain
from beastmode.query.plan.planner import Above, nested_of

_UNLOADABLE = frozenset({"dynamic", "write_only"})
"""The kinds of relationships that are queries, not collections."""


@dataclass(slots=True)
class _Needs:
    """What is read of the entities at one path, by everything that is shown of them there.

    Attributes:
        mapper: The mapper of their model.
        columns: The attributes that the schemas show.
        reads_any: Whether code may read any column.
        relations: What is read of related entities.
        endless: The relationships to entities of which the same is read, recursively.
    """

    mapper: Mapper[Any]
    columns: set[str] = field(default_factory=set)
    reads_any: bool = False
    relations: dict[RelationshipProperty[Any], "_Needs"] = field(default_factory=dict)
    endless: set[RelationshipProperty[Any]] = field(default_factory=set)

    def of(self, relation: RelationshipProperty[Any]) -> "_Needs":
        """What is read of the entities of a relationship."""
        return self.relations.setdefault(relation, _Needs(relation.mapper))


def loader_options(schema: Schema, mapper: Mapper[Any]) -> list[LoaderOption]:
    """Loader options for what a schema shows, which refuse everything else.

    Args:
        schema: The schema of the entities.
        mapper: The mapper of their model.

    Raises:
        ConfigurationError: Schemas nest each other without end.
    """
    needs = _Needs(mapper)
    _collect(needs, schema, ())
    return _options_of(needs)


def _collect(needs: _Needs, schema: Schema, above: Above) -> None:
    """Add what a schema reads of entities.

    Args:
        needs: What is read of them.
        schema: Their schema.
        above: The enclosing schemas.

    Raises:
        ConfigurationError: Schemas nest each other without end.
    """
    needs.reads_any |= dumps_itself(schema) is not None
    for name, shown in schema.dump_fields.items():
        attribute = name if shown.attribute is None else shown.attribute
        needs.reads_any |= not is_plain(shown)
        _read(needs, attribute.split("."), shown, above)


def _read(needs: _Needs, names: list[str], shown: fields.Field[Any], above: Above) -> None:
    """Add what a field reads of entities.

    Args:
        needs: What is read of them.
        names: The name of the attribute, or the names of a path such as "author.name".
        shown: The field.
        above: The enclosing schemas.
    """
    first, *rest = names
    relation = _relation_of(needs.mapper, first)
    if relation is None:
        if first in needs.mapper.column_attrs:
            needs.columns.add(first)
        elif hasattr(needs.mapper.class_, first):
            needs.reads_any = True
        return
    if relation.lazy in _UNLOADABLE:
        return
    nested, _ = nested_of(shown)
    if rest:
        _read(needs.of(relation), rest, shown, above)
    elif nested is None:
        needs.of(relation).reads_any = True
    else:
        _nest(needs, relation, nested.schema, above)


def _nest(needs: _Needs, relation: RelationshipProperty[Any], schema: Schema, above: Above) -> None:
    """Add what a nested schema reads of related entities.

    Raises:
        ConfigurationError: It nests itself through another model, which no query can follow.
    """
    step = (type(schema), frozenset(schema.dump_fields), relation)
    if step not in above:
        _collect(needs.of(relation), schema, (*above, step))
    elif relation.parent is relation.mapper:
        needs.endless.add(relation)
    else:
        raise ConfigurationError(
            f"{type(schema).__name__} nests itself endlessly through {relation}; leave the relationship out of the "
            "nested schema with only= or exclude=."
        )


def _relation_of(mapper: Mapper[Any], name: str) -> RelationshipProperty[Any] | None:
    """The relationship of that name, also of a subclass; for an association proxy, the one that it uses."""
    for each in mapper.self_and_descendants:
        if name in each.relationships:
            return each.relationships[name]
        proxy = each.all_orm_descriptors.get(name)
        if isinstance(proxy, AssociationProxy):
            return each.relationships.get(proxy.target_collection)
    return None


def _options_of(needs: _Needs) -> list[LoaderOption]:
    """Loader options for what is read: a join for one related entity, one more select for several."""
    options: list[LoaderOption] = [raiseload("*"), *_column_options(needs)]
    for relation, related in needs.relations.items():
        if relation not in needs.endless:
            load = selectinload if relation.uselist else joinedload
            options.append(load(relation.class_attribute).options(*_options_of(related)))
    options += [selectinload(relation.class_attribute, recursion_depth=-1) for relation in needs.endless]
    return options


def _column_options(needs: _Needs) -> list[LoaderOption]:
    """Loader options for the columns that are shown, or for all if code may read any."""
    mapper = needs.mapper
    subclasses = [each.class_ for each in mapper.self_and_descendants if each is not mapper]
    if subclasses:
        return [selectin_polymorphic(mapper.class_, subclasses)]
    if needs.reads_any or mapper.inherits:
        shown = sorted(needs.columns)
        return [undefer(getattr(mapper.class_, name)) for name in shown if mapper.column_attrs[name].deferred]
    keys = {mapper.get_property_by_column(column).key for column in mapper.primary_key}
    return [load_only(*(getattr(mapper.class_, name) for name in sorted(needs.columns | keys)))]
