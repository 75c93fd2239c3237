"""Reads and validates the JSON body and the query string of a request."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

from flask import Request
from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length
from werkzeug.datastructures import MultiDict
from werkzeug.wsgi import get_input_stream

from beastmode.api.json import read_json
from beastmode.api.moments import bound_moments, shape_of
from beastmode.api.numerals import numeral_pattern, reads_numeral
from beastmode.api.settings import ApiSettings
from beastmode.core.errors import Problem

_EXACT: tuple[tuple[type[fields.Field[Any]], str, tuple[type, ...]], ...] = (
    (fields.Boolean, "Not a valid boolean.", (bool,)),
    (fields.Integer, "Not a valid integer.", (int,)),
    (fields.Float, "Not a valid number.", (int, float)),
)
"""Fields for which marshmallow is lenient, and their JSON types."""
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}
_Errors = dict[str, Any]
_Guard = Callable[[Any], _Errors]

_HAS_OWN_LENGTH = getattr(Request.max_content_length, "fset", None) is not None
"""Whether the maximum size of a body can be set on the request: since Flask 3.1."""


def body_reader(schema: Schema, settings: ApiSettings, *, required: bool) -> Callable[[Request], Any]:
    """A function that reads a request's body: returns the loaded data, or raises a Problem with all errors.

    Args:
        schema: The schema of the body.
        settings: The limits of a body.
        required: Whether the body is required; if not, a missing one is `{}`, or `[]` for many.
    """
    longest, depth = settings.max_json_length, settings.max_json_depth
    guard = _guard_of(schema, settings.max_json_items)
    bound_moments(schema)

    def read(request: Request) -> Any:
        raw = _bytes_of(request, longest)
        if not raw and not required:
            return _load(schema, guard, [] if schema.many else {})
        _refuse_other_types(request)
        if not raw:
            raise Problem(400, "The body is empty; expected JSON.")
        return _load(schema, guard, read_json(raw, depth=depth))

    return read


def _bytes_of(request: Request, longest: int) -> bytes:
    """The complete body.

    Raises:
        Problem: 413 if it is too large, 400 if the client disconnected before its end.
    """
    length = request.content_length
    if length is None:
        _bound(request, longest + 1)
    elif length > longest:
        raise Problem(413, f"The body has {length} bytes; the maximum is {longest}.")
    raw = _bytes_at_hand(request)
    if raw is None:
        raw = request.get_data()  # kept, so that a view can check a signature over it
    if len(raw) > longest:
        raise Problem(413, f"The body has more than {longest} bytes.")
    if length is not None and len(raw) < length:
        # A server that ends bodies itself, such as granian, passes on what has arrived.
        raise Problem(400, f"The body ended after {len(raw)} of {length} bytes.")
    return raw


def _bytes_at_hand(request: Request) -> bytes | None:
    """A body that the server has received completely; None if it has to be read. The view can still read it.

    Reading it through Werkzeug takes longer than loading a small body with its schema.
    """
    stream = request.environ["wsgi.input"]
    if type(stream) is not BytesIO or stream.tell() != 0 or request.content_length is None:
        return None
    raw = stream.getvalue()
    limit = request.max_content_length
    return raw if len(raw) == request.content_length and (limit is None or len(raw) <= limit) else None


def _bound(request: Request, longest: int) -> None:
    """Make a body of unknown length return 413 if it is too large."""
    if _HAS_OWN_LENGTH:
        request.max_content_length = longest
    else:  # before Flask 3.1 the length is the application's
        request.stream = get_input_stream(request.environ, max_content_length=longest)


def _refuse_other_types(request: Request) -> None:
    kind = request.mimetype
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        sent = f"is {kind[:100]}" if kind else "is missing"
        raise Problem(
            415, f"The Content-Type {sent}; expected application/json.", headers={"Accept": "application/json"}
        )
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if charset not in _UTF8:
        raise Problem(415, f"The charset is {charset[:40]}; expected UTF-8.", headers={"Accept": "application/json"})


def _load(schema: Schema, guard: _Guard, data: Any) -> Any:
    """The loaded data, or all problems; if a list is too long, only that."""
    try:
        wrong = guard(data)
    except _TooLong as error:
        raise Problem(422, "Validation failed", details=error.details()) from None
    try:
        loaded = schema.load(data)
    except ValidationError as error:
        raise Problem(422, "Validation failed", details=_merged(_by_field(error.messages), wrong)) from None
    if wrong:
        raise Problem(422, "Validation failed", details=wrong)
    return loaded


def _by_field(messages: Any) -> _Errors:
    return messages if isinstance(messages, dict) else {"_schema": messages}


def _merged(first: _Errors, second: _Errors) -> _Errors:
    """Both errors combined; for a field in both, marshmallow's message is used."""
    whole = dict(first)
    for name, messages in second.items():
        if isinstance(messages, dict) and isinstance(whole.get(name), dict):
            whole[name] = _merged(whole[name], messages)
        else:
            whole.setdefault(name, messages)
    return whole


class _TooLong(Exception):  # noqa: N818 - it becomes an answer
    """A list has too many items to validate.

    Args:
        most: The maximum number of items.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.path: list[Any] = []

    def details(self) -> _Errors:
        """The message, with its path in the body."""
        messages: Any = [f"Longer than maximum length {self.most}."]
        for name in self.path or ["_schema"]:
            messages = {name: messages}
        return messages  # type: ignore[no-any-return]  # a dict, as there is one name at the least


def _guard_of(schema: Schema, most: int, known: dict[Any, _Guard] | None = None) -> _Guard:
    """A function that finds values of the wrong JSON type, which marshmallow would convert ("1", "yes").

    The API document says `integer`, so a string is refused.
    """
    known = {} if known is None else known
    checks: dict[str, _Guard] = {}

    def guard(data: Any) -> _Errors:
        if isinstance(data, list):
            return _short(guard, most)(data)
        errors: _Errors = {}
        for name, check in checks.items() if isinstance(data, dict) else ():
            if data.get(name) is not None and (wrong := _at(name, check, data[name])):
                errors[name] = wrong.get("", wrong)
        return errors

    # Set before its fields are checked: a schema may nest itself, with a new instance for each level.
    known[shape_of(schema)] = guard
    for name, field in schema.load_fields.items():
        if (check := _type_check(field, most, known)) is not None:
            checks[field.data_key or name] = check
    return guard


def _type_check(field: fields.Field[Any], most: int, known: dict[Any, _Guard]) -> _Guard | None:
    """The check of a field's JSON type and length; None if marshmallow is strict already."""
    if isinstance(field, fields.Pluck):
        return _short(None, _longest_of(field, most)) if field.many else None
    if isinstance(field, fields.Nested):
        item = known.get(shape_of(field.schema)) or _guard_of(field.schema, most, known)
        is_many = field.many or field.schema.many
        return _short(item, _longest_of(field, most)) if is_many else item
    if isinstance(field, fields.List):
        return _short(_type_check(field.inner, most, known), _longest_of(field, most))
    if isinstance(field, fields.Dict) and field.value_field is not None:
        return _of_values(_type_check(field.value_field, most, known))
    if numeral_pattern(field) is not None:
        return lambda value: {} if reads_numeral(field, value) else {"": [str(field.error_messages["invalid"])]}
    return next((_only(message, *kinds) for kind, message, kinds in _EXACT if isinstance(field, kind)), None)


def _only(message: str, *kinds: type) -> _Guard:
    return lambda value: {} if type(value) in kinds else {"": [message]}


def _longest_of(field: fields.Field[Any], most: int) -> int:
    """The maximum number of items of a list: from its own `Length` if that is larger."""
    return max([most, *(each.max or 0 for each in field.validators if isinstance(each, Length))])


def _length_of(name: str, values: list[str], most: int) -> _Errors:
    return {name: [f"Longer than maximum length {most}."]} if len(values) > most else {}


def _short(check: _Guard | None, most: int) -> _Guard:
    """The check of a list with a maximum length, and of its items.

    Raises:
        TooLong: It has more.
    """

    def guard(data: Any) -> _Errors:
        if not isinstance(data, list):
            return {} if check is None else check(data)
        if len(data) > most:
            raise _TooLong(most)
        return {} if check is None else _each(check, data)

    return guard


def _at(place: Any, check: _Guard, value: Any) -> _Errors:
    """The problems that a check finds with the value at a key."""
    try:
        return check(value)
    except _TooLong as error:
        error.path.append(place)
        raise


def _of_values(check: _Guard | None) -> _Guard | None:
    """The check of each value of an object with arbitrary keys."""
    if check is None:
        return None

    def guard(data: Any) -> _Errors:
        values = data.items() if isinstance(data, dict) else ()
        return {key: {"value": wrong.get("", wrong)} for key, value in values if (wrong := _at(key, check, value))}

    return guard


def _each(check: _Guard, values: list[Any]) -> _Errors:
    return {index: wrong.get("", wrong) for index, value in enumerate(values) if (wrong := _at(index, check, value))}  # type: ignore[misc]  # marshmallow too names list items by number


def query_reader(schema: Schema | None, others: list[str], most: int) -> Callable[[MultiDict[str, str]], Any]:
    """A function that reads a query string, and refuses what is not declared, unless the schema accepts unknown fields.

    Args:
        schema: The schema; None for no parameters.
        others: Names that are read elsewhere, such as `page`.
        most: The maximum number of values of a list without its own `Length`.
    """
    declared = {} if schema is None else {(f.data_key or n): f for n, f in schema.load_fields.items()}
    known = {*declared, *others}
    is_open = schema is not None and schema.unknown != RAISE
    bound_moments(schema)

    def read(args: MultiDict[str, str]) -> Any:
        problems: _Errors = {}
        given: dict[str, Any] = {}
        for name in args:
            values = args.getlist(name)
            if isinstance(listed := declared.get(name), fields.List):
                given[name] = values
                problems |= _length_of(name, values, _longest_of(listed, most))
            elif len(values) > 1 and name in known:
                problems[name] = ["Must be given only once."]
            elif name in declared:
                given[name] = values[0]
            elif name not in known and is_open:
                given[name] = values[0] if len(values) == 1 else values
            elif name not in known:
                problems[name] = ["Unknown query parameter."]
        try:
            loaded = {} if schema is None else schema.load(given)
        except ValidationError as error:
            problems = _by_field(error.messages) | problems
        if problems:
            raise Problem(422, "Validation failed", details=problems)
        return loaded

    return read
