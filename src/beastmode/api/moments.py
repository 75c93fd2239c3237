"""Datetimes that every time zone can represent: others are refused before anything is done with them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Validator

from beastmode.db.base import FIRST_MOMENT, LAST_MOMENT
from beastmode.query.plan.field_kinds import parts_of
from beastmode.query.private_marshmallow import reader_of, set_reader

_OUT_OF_REACH = "Must be between 0001-01-02 and 9999-12-30."


class _InReach(Validator):
    """A datetime that every time zone can represent: not on the first or the last day of the calendar."""

    def __call__(self, value: Any) -> Any:
        """The value, unless it is at the beginning of year 1 or at the end of year 9999."""
        if isinstance(value, datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=UTC)
            if not FIRST_MOMENT <= moment <= LAST_MOMENT:
                raise ValidationError(_OUT_OF_REACH)
        return value


IN_REACH = _InReach()


def bound_moments(schema: Schema | None, known: frozenset[Any] = frozenset()) -> None:
    """Make every datetime field of a schema refuse values out of range, also in schemas of marshmallow itself.

    Args:
        schema: The schema; None for none.
        known: The shapes of the schemas that nest it.
    """
    if schema is None:
        return
    known |= {shape_of(schema)}
    for field in schema.fields.values():
        _bound_field(field, known)


def shape_of(schema: Schema) -> Any:
    """What two schemas have in common if they read the same."""
    return type(schema), None if schema.only is None else frozenset(schema.only), frozenset(schema.exclude)


def _bound_field(field: Any, known: frozenset[Any]) -> None:
    """Add the limits to a field, and to those nested in it."""
    if isinstance(field, fields.DateTime):
        bound_moment(field)
    elif isinstance(field, fields.Nested):
        if shape_of(field.schema) in known:
            # It nests itself, perhaps endlessly: one more level with each that a client sends.
            set_reader(field, _bound_first(field))
        else:
            bound_moments(field.schema, known)
    for each in parts_of(field):
        _bound_field(each, known)


def bound_moment(field: fields.DateTime) -> None:
    """Make a field refuse datetimes out of range."""
    if IN_REACH not in field.validators:
        field.validators = [IN_REACH, *field.validators]
        set_reader(field, _in_reach(reader_of(field)))


def _in_reach(read: Callable[..., Any]) -> Callable[..., Any]:
    """The deserialization of a field, refusing a datetime that the field's time zone cannot represent."""

    def read_in_reach(*arguments: Any, **options: Any) -> Any:
        try:
            return read(*arguments, **options)
        except OverflowError as error:
            raise ValidationError(_OUT_OF_REACH) from error

    return read_in_reach


def _bound_first(field: fields.Nested) -> Callable[..., Any]:
    """The deserialization of a nested field, adding the limits to the nested schema on first use."""
    read = reader_of(field)
    is_bound = False

    def read_bound(*arguments: Any, **options: Any) -> Any:
        nonlocal is_bound
        if not is_bound:
            bound_moments(field.schema)
            is_bound = True
        return read(*arguments, **options)

    return read_bound
