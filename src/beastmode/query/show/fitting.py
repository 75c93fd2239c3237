"""What a schema can reuse of the serialized result of another."""

from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

from marshmallow import Schema, fields

from beastmode.query.plan.field_kinds import dumps_itself
from beastmode.query.private_marshmallow import declared_field
from beastmode.query.show.shown import Dumped, schema_in

_FORMATS = ("dateformat", "datetimeformat", "timeformat")
"""The options of a schema's `Meta` that affect serialization."""


class _Unfit(Exception):  # noqa: N818 - nothing is wrong yet; it is the answer to a question
    """A schema cannot be satisfied with the result of another; the message is the reason."""


@dataclass(frozen=True, slots=True)
class _Pick:
    """One value that a schema reuses from the result of another.

    Args:
        found: Its name there.
        key: Its name here.
        parts: What is reused of its nested values; None for all.
    """

    found: str
    key: str
    parts: "_Picks | None"


_Picks: TypeAlias = tuple[_Pick, ...]
"""What a schema reuses of an item."""

_KNOWN: WeakKeyDictionary[Schema, WeakKeyDictionary[Schema, _Picks | str | None]] = WeakKeyDictionary()
"""What each schema reuses of the results of others; a string says why it cannot."""


def fitted(schema: Schema, dumped: Dumped, *, many: bool) -> Any:
    """A serialized result, reduced to what a schema shows.

    Args:
        schema: The schema.
        dumped: The result.
        many: Whether a list is expected.

    Raises:
        TypeError: It is not a list, or is one where one item is expected; or the schema shows something else.
    """
    given = dumped.schema
    if given is None:
        return dumped.plain
    if many is not dumped.many:
        raise TypeError(
            f"{type(schema).__name__} is declared for {'a list' if many else 'one item'}, but received "
            f"{'one item' if many else 'a list'} from a loading; use its {'all()' if many else 'get() or first()'}."
        )
    picks = _picks_of(given, schema)
    return dumped.plain if picks is None else _picked(picks, dumped.plain)


class Fitter:
    """Reduces results of loadings to what one schema shows; the comparison with each loading's schema is cached.

    Args:
        schema: The schema.
        many: Whether a list is expected.
    """

    def __init__(self, schema: Schema, *, many: bool) -> None:
        self.schema = schema
        self.many = many
        self.known: Schema | None = None

    def __call__(self, dumped: Dumped) -> Any:
        """A serialized result, reduced to what the schema shows.

        Raises:
            TypeError: As for `fitted`.
        """
        if dumped.schema is self.known and (dumped.many or not self.many):
            return dumped.plain
        fit = fitted(self.schema, dumped, many=self.many or dumped.many)
        if fit is dumped.plain:
            self.known = dumped.schema
        return fit


def _picks_of(given: Schema, schema: Schema) -> _Picks | None:
    """What a schema takes over of what another has shown; None for all.

    Raises:
        TypeError: It shows something else.
    """
    known = _KNOWN.setdefault(schema, WeakKeyDictionary())
    if given not in known:
        try:
            known[given] = _compare(given, schema)
        except _Unfit as reason:
            known[given] = str(reason)
    picks = known[given]
    if isinstance(picks, str):
        name = type(schema).__name__
        raise TypeError(
            f"{name} cannot serialize the result of loading({type(given).__name__}, ...): {picks}. Use "
            f"loading({name}, ...), or return the entity itself."
        )
    return picks


def _compare(given: Schema, schema: Schema) -> _Picks | None:
    """What a schema takes over of what another has shown; None for all.

    Raises:
        Unfit: It shows something else.
    """
    if _has_same_fields(given, schema):
        return None
    for each in (given, schema):
        if reason := dumps_itself(each):
            raise _Unfit(reason)
    picks = tuple(_pick_of(given, schema, name) for name in schema.dump_fields)
    is_whole = all(pick.found == pick.key and pick.parts is None for pick in picks)
    return None if is_whole and len(picks) == len(given.dump_fields) else picks


def _pick_of(given: Schema, schema: Schema, name: str) -> _Pick:
    """What a schema reuses for one of its fields.

    Raises:
        Unfit: The result does not contain it.
    """
    field, there = schema.dump_fields[name], given.dump_fields.get(name)
    if there is None:
        raise _Unfit(f"{name!r} is missing")
    if not _is_declared_once(type(given), type(schema), name):
        raise _Unfit(f"{name!r} is a different field")
    nested, other = schema_in(field), schema_in(there)
    parts = None if nested is None or other is None else _compare(other, nested)
    return _Pick(key_of(name, there), key_of(name, field), parts)


def _is_declared_once(given: type[Schema], schema: type[Schema], name: str) -> bool:
    """Whether two classes inherit a field from the same declaration, and serialize its values in the same way."""
    if given is schema:
        return True
    declared, other = (declared_field(kind, name) for kind in (given, schema))
    return declared is not None and declared is other and all(_option(given, o) == _option(schema, o) for o in _FORMATS)


def _option(kind: type[Schema], name: str) -> Any:
    return getattr(kind.opts if hasattr(kind, "opts") else kind.Meta, name, None)


def key_of(name: str, field: fields.Field[Any]) -> str:
    """The name of a field in the output."""
    return name if field.data_key is None else field.data_key


def _has_same_fields(given: Schema, schema: Schema) -> bool:
    """Whether two schemas certainly show the same: they are of one class, with the same modifiers."""
    if given is schema:
        return True
    if type(given) is not type(schema) or not _are_alike(given.load_only, schema.load_only):
        return False
    if not _have_same_modifiers(given, schema) or given.dump_fields.keys() != schema.dump_fields.keys():
        return False
    # marshmallow passes modifiers for nested fields on to the nesting field.
    pairs = ((field, schema.dump_fields[name]) for name, field in given.dump_fields.items())
    return all(_have_same_modifiers(*pair) for pair in pairs if isinstance(pair[0], fields.Nested | fields.List))


def _have_same_modifiers(one: Any, other: Any) -> bool:
    return all(_are_alike(getattr(one, name, None), getattr(other, name, None)) for name in ("only", "exclude"))


def _are_alike(names: Any, others: Any) -> bool:
    """Whether two modifiers name the same fields; None names all of them."""
    if names is None or others is None:
        return names is others
    return len(names) == len(others) and (not names or set(names) == set(others))


def _picked(picks: _Picks, value: Any) -> Any:
    """The reused parts of a result, or of each item of a list."""
    if isinstance(value, list):
        return [_picked(picks, each) for each in value]
    if not isinstance(value, dict):
        return value
    taken = ((pick, value[pick.found]) for pick in picks if pick.found in value)
    return {pick.key: part if pick.parts is None else _picked(pick.parts, part) for pick, part in taken}
