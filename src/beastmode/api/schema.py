from typing import Any

import marshmallow
from marshmallow import ValidationError, fields
from marshmallow.validate import Range, Validator

from beastmode.api.moments import bound_moment
from beastmode.query.show.passing import ShowsOnce, watch_field


class _NoNul(Validator):
    """A string without the NUL character, which PostgreSQL cannot store.

    Not a Regexp: apispec shows one pattern per field, and that is the project's.
    """

    pattern = "^[^\\x00]*$"

    def __call__(self, value: str) -> str:
        """The value, if there is no NUL in it."""
        if "\0" in value:
            raise ValidationError("Must not contain the NUL character.")
        return value


NO_NUL = _NoNul()
_INT64 = Range(-(2**63), 2**63 - 1, error="Must fit in 64 bits.")


class Schema(ShowsOnce):
    """A marshmallow schema that refuses values which JSON or SQL cannot represent.

    Unknown fields are refused (422). Strings contain no NUL, which PostgreSQL cannot store; integers fit in 64 bits;
    datetimes are within the years 1 to 9999 in every time zone.
    """

    class Meta:
        """Refuse unknown fields."""

        unknown = marshmallow.RAISE

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:  # noqa: ARG002 - marshmallow's hook
        """Add the checks for every field of its kind; marshmallow calls it once per field."""
        _bound(field_obj)
        watch_field(field_obj)


def _bound(field: fields.Field[Any]) -> None:
    """Add the limits of a field's kind, to nested fields too."""
    if isinstance(field, fields.String):
        field.validators = [NO_NUL, *field.validators]
    elif isinstance(field, fields.Integer):
        field.validators = [_INT64, *field.validators]
    elif isinstance(field, fields.DateTime):
        bound_moment(field)
    elif isinstance(field, fields.List):
        _bound(field.inner)
    elif isinstance(field, fields.Tuple):
        for each in field.tuple_fields:
            _bound(each)
    elif isinstance(field, fields.Dict):
        for part in (field.key_field, field.value_field):
            if part is not None:
                _bound(part)
