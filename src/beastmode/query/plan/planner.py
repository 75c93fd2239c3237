"""Determines which columns a schema shows of a model, or why columns are not enough."""

from typing import Any, TypeAlias

from marshmallow import Schema, fields, missing
from sqlalchemy import Column as TableColumn
from sqlalchemy import inspect
from sqlalchemy.exc import ArgumentError, InvalidRequestError
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapper, RelationshipProperty
from sqlalchemy.orm.exc import UnmappedColumnError
from sqlalchemy.sql import ColumnElement, coercions, roles

from beastmode.query.plan.field_kinds import WHOLE_OBJECT, dumps_itself, kind_of, passes
from beastmode.query.plan.plan import (
    Column,
    Constant,
    Default,
    Listed,
    Many,
    One,
    Part,
    Path,
    Plan,
    Shape,
    Shown,
    key_of,
)
from beastmode.query.plan.relations import is_list, is_more_than_rows, is_reference, pair_of

Above: TypeAlias = tuple[tuple[type[Schema], frozenset[str], RelationshipProperty[Any]], ...]
"""The enclosing schemas, with the relationships between them, to detect schemas that nest themselves."""


class Unplannable(Exception):  # noqa: N818 - nothing is wrong; it is the answer to a question
    """The schema shows something that is not a column; the message is the reason."""


def make_plan(schema: Schema, model: type[Any]) -> Plan:
    """What a schema shows of a model.

    Args:
        schema: The schema; `many` is ignored.
        model: A mapped class.

    Raises:
        Unplannable: Its `dump` is needed.
    """
    return _Planner(inspect(model), ()).plan(schema, is_plucked=False)


class _Planner:
    """Determines the columns of one select.

    Attributes:
        slots: The index of each column in a row.
        joins: The to-one relationships, each after the one that leads to it.
        lists: The lists.
    """

    def __init__(self, mapper: Mapper[Any], above: Above) -> None:
        self.mapper = mapper
        self.above = above
        self.slots: dict[Column, int] = {}
        self.joins: list[Path] = []
        self.lists: list[Listed] = []

    def plan(self, schema: Schema, *, is_plucked: bool) -> Plan:
        """The plan for a schema over the planner's model."""
        shape = self.shape(schema, self.mapper, (), self.above, is_plucked=is_plucked)
        self.slot((), key_of(self.mapper))
        return Plan(self.mapper.class_, shape, tuple(self.slots), tuple(self.joins), tuple(self.lists))

    def slot(self, path: Path, attribute: str) -> int:
        """The index of a column in a row."""
        return self.slots.setdefault(Column(path, attribute), len(self.slots))

    def shape(self, schema: Schema, mapper: Mapper[Any], path: Path, above: Above, *, is_plucked: bool) -> Shape:
        """What a schema shows of the model at a path."""
        reason = dumps_itself(schema) or is_more_than_rows(mapper)
        if reason:
            raise Unplannable(reason)
        shown = [self.part(schema, name, mapper, path, above) for name in schema.dump_fields]
        parts = tuple(part for part in shown if part is not None)
        if is_plucked and len(parts) != 1:
            raise Unplannable(f"a Pluck field plucks a field that {_named(schema)} does not have")
        return Shape(parts, is_plucked)

    def part(self, schema: Schema, name: str, mapper: Mapper[Any], path: Path, above: Above) -> Part | None:
        """What a field shows; None for nothing."""
        field = schema.dump_fields[name]
        where = f"{_named(schema)}.{name}"
        kind = kind_of(field)
        if kind is None or kind in WHOLE_OBJECT:
            raise Unplannable(f"{where} is a {type(field).__name__}, which may read the whole entity")
        key = name if field.data_key is None else field.data_key
        if isinstance(field, fields.Constant):
            return Constant(key, field.constant)
        attribute = name if field.attribute is None else field.attribute
        if attribute in mapper.relationships:
            relation = mapper.relationships[attribute]
            return self.related(schema, name, relation, path, above)
        if attribute in mapper.column_attrs or attribute in mapper.all_orm_descriptors:
            column = _column_of(mapper, attribute)
            if column is None:
                raise Unplannable(f"{where} shows {attribute!r}, which has no SQL expression")
            is_stored = isinstance(column, TableColumn)
            return Shown(key, name, field, self.slot(path, attribute), is_stored and passes(field, column.type))
        if "." in attribute or hasattr(mapper.class_, attribute):
            raise Unplannable(f"{where} shows {attribute!r}, which is not a column of {mapper.class_.__name__}")
        return _default_of(key, name, field)

    def related(self, schema: Schema, name: str, relation: RelationshipProperty[Any], path: Path, above: Above) -> Part:
        """What a nested schema shows of a relationship."""
        field = schema.dump_fields[name]
        where = f"{_named(schema)}.{name}"
        key = name if field.data_key is None else field.data_key
        nested, is_many = nested_of(field)
        if nested is None:
            raise Unplannable(f"{where} shows the relation {relation.key!r} without a nested schema")
        step = (type(nested.schema), frozenset(nested.schema.dump_fields), relation)
        if step in above:
            raise Unplannable(f"{where} nests itself")
        above = (*above, step)
        is_plucked = isinstance(nested, fields.Pluck)
        if not is_many and is_reference(relation):
            there = (*path, relation.key)
            if there not in self.joins:
                self.joins.append(there)
            slot = self.slot(there, key_of(relation.mapper))
            return One(key, slot, self.shape(nested.schema, relation.mapper, there, above, is_plucked=is_plucked))
        if is_many and is_list(relation):
            return self.listed(key, nested, relation, path, above)
        raise Unplannable(f"{where} shows {relation}, which neither a join nor a single foreign key leads to")

    def listed(
        self, key: str, nested: fields.Nested, relation: RelationshipProperty[Any], path: Path, above: Above
    ) -> Many:
        """A list that takes a select of its own."""
        pair = pair_of(relation)
        if pair is None:
            raise Unplannable(f"{relation} depends on more than one column")
        try:
            attribute = relation.parent.get_property_by_column(pair[0]).key
            reference = relation.mapper.get_property_by_column(pair[1]).key
        except UnmappedColumnError as error:
            raise Unplannable(f"{relation} depends on a column that is not mapped") from error
        child = _Planner(relation.mapper, above)
        slot = child.slot((), reference)
        plan = child.plan(nested.schema, is_plucked=isinstance(nested, fields.Pluck))
        self.lists.append(Listed(path, relation, attribute, self.slot(path, attribute), plan, slot))
        return Many(key, self.lists[-1].slot, len(self.lists) - 1)


def nested_of(field: fields.Field[Any]) -> tuple[fields.Nested | None, bool]:
    """The nested field that shows related entities, and whether it shows several; None if there is none."""
    if isinstance(field, fields.List):
        inner = field.inner
        if isinstance(inner, fields.Nested) and not (inner.many or inner.schema.many):
            return inner, True
        return None, True
    if not isinstance(field, fields.Nested):
        return None, False
    is_many = bool(field.schema.many or field.many)
    if isinstance(field, fields.Pluck) and is_many is not bool(field.many):
        return None, is_many
    return field, is_many


def _column_of(mapper: Mapper[Any], attribute: str) -> ColumnElement[Any] | None:
    """The column or SQL expression of a mapped attribute or a hybrid; None if there is none."""
    if attribute in mapper.column_attrs:
        prop = mapper.column_attrs[attribute]
        if ("query_expression", True) in (prop.strategy_key or ()):
            return None
        return prop.columns[0]
    if not isinstance(mapper.all_orm_descriptors[attribute], hybrid_property):
        return None
    try:
        expression = coercions.expect(roles.ColumnsClauseRole, getattr(mapper.class_, attribute))
    except (ArgumentError, InvalidRequestError, AttributeError, TypeError, NotImplementedError):
        # A hybrid that supports only entities may raise anything when used on the class.
        return None
    return expression if isinstance(expression, ColumnElement) else None


def _default_of(key: str, name: str, field: fields.Field[Any]) -> Default | None:
    """The value for a name that the model does not have."""
    default = field.dump_default
    if default is missing:
        return None
    return Default(key, name, field, default if callable(default) else lambda: default)


def _named(schema: Schema) -> str:
    """The name of a schema."""
    return type(schema).__name__
