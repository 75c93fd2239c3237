"""Loads exactly what a schema shows of a model."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import FunctionType, MappingProxyType
from typing import Any, NoReturn

from flask import current_app
from marshmallow import Schema
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import ExecutableOption

from beastmode.core.errors import ConfigurationError
from beastmode.query.definition import Definition
from beastmode.query.lists.page import Slice, Window
from beastmode.query.plan.asked import with_names
from beastmode.query.show.shown import AsShown, Dumped, marked
from beastmode.query.statements import Query
from beastmode.query.way import Way, read_way, write_ways
from beastmode.query.write.targets import not_found
from beastmode.query.write.writes import Verb

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def loading(schema: Schema | type[Schema], model: type[Any]) -> "Loading":
    """Create a loading: the SQL and the JSON of a view, from a schema and a model.

    Args:
        schema: A marshmallow schema, class or instance; `many` is ignored.
        model: The mapped class.
    """
    return Loading(Query(Definition(schema() if isinstance(schema, type) else schema, model)))


class Loading(AsShown):
    """Loads rows of a model and serializes them with a schema.

    Create it at module level, because it caches what it compiles.
    It selects only the columns that the schema shows: to-one relationships by join, each list by one more SELECT,
    however many rows there are. If the schema shows something that is not a column (methods, hooks, properties), it
    loads entities with their relationships and lets the schema dump them; `falls_back` gives the reason.

    Args:
        query: The rows.
        params: Values of the parameters in its criteria.
    """

    __slots__ = ("params", "query")
    query: Query
    params: Mapping[str, Any]

    def __init__(self, query: Query, params: Mapping[str, Any] = _NOTHING) -> None:
        # Not a dataclass: orjson would serialize its attributes if a view returns a loading as part of something else.
        object.__setattr__(self, "query", query)
        object.__setattr__(self, "params", params)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse changes: a loading is shared by all requests.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(f"A loading cannot be changed ({name}); where(), order_by() and bind() return a new one.")

    def where(self, *criteria: ColumnElement[bool]) -> "Loading":
        """A loading with more conditions.

        Args:
            criteria: Conditions as for `Select.where`. For values known only at request time use a `bindparam`, so that
                the statement is built once; one with `callable_` is evaluated on every execution.

        Raises:
            ConfigurationError: One is a function, which would be called only once.
        """
        _refuse_functions(criteria)
        named = with_names(criteria, f"_asked{len(self.query.criteria)}")
        return self.with_query(criteria=(*self.query.criteria, *named))

    def order_by(self, *columns: Any) -> "Loading":
        """A loading of the same rows in another order.

        Args:
            columns: Mapped columns, optionally with desc(); `all` and `first` accept any expression.

        Raises:
            ConfigurationError: One is a function, which would be called only once.
        """
        _refuse_functions(columns)
        return self.with_query(order=columns)

    def owned_by(self, column: Any, *, or_permission: str | None = None) -> "Loading":
        """A loading whose rows can be read by anyone, but updated or deleted only by their owner.

        Args:
            column: The mapped column with the ID of the owner's account.
            or_permission: A permission with which others may do so as well, such as "posts:moderate". It is looked at
                only if the caller is not the owner.
        """
        return self.with_query(owner=column, or_permission=or_permission)

    def options(self, *options: ExecutableOption) -> "Loading":
        """A loading that also loads what methods, properties or hooks of the schema read.

        Args:
            options: Loader options of SQLAlchemy, such as `selectinload(Post.tags)`.
        """
        definition = self.query.definition
        return self.with_query(
            definition=Definition(definition.schema, definition.model, (*definition.options, *options))
        )

    def bind(self, **params: Any) -> "Loading":
        """The same loading, with values for the parameters in its conditions; its statements are reused.

        Args:
            params: The values, by name.
        """
        return Loading(self.query, {**self.params, **params})

    @property
    def falls_back(self) -> str | None:
        """Why entities are loaded instead of rows; None if rows are enough."""
        return self.query.definition.reason

    @property
    def way(self) -> Way:
        """How it reads in the current application: rows by the driver, rows, or entities."""
        return read_way(self.query, current_app)

    @property
    def write_ways(self) -> dict[Verb, Way]:
        """How it writes in the current application, for "insert", "update" and "delete"."""
        return write_ways(self.query, current_app)

    def get(self, key: Any) -> Dumped:
        """One item.

        Args:
            key: The primary key; a tuple if it has several columns.

        Raises:
            Problem: 404 if it does not exist, or if no row can have such a key.
        """
        params = self.query.key.params(key)
        item = None if params is None else self.query.get({**self.given(), **params})
        if item is None:
            raise not_found()
        return self.dumped(item, many=False)

    def first(self) -> Dumped | None:
        """The first item in the sort order, or None."""
        source = self.query.source
        params = self.given()
        rows = source.fetch(self.query.some, {**params, "_limit": 1})
        return self.dumped(source.show(rows[0], params), many=False) if rows else None

    def all(self, limit: int | None = None) -> Dumped:
        """A list of items in the sort order.

        Args:
            limit: The maximum number of items; None for all.
        """
        return self.dumped(self.found(limit), many=True)

    def found(self, limit: int | None) -> list[Any]:
        """The items, up to the limit."""
        query = self.query
        source = query.source
        params = self.given()
        if limit is None:
            return source.render(source.fetch(query.every, params), params)
        return source.render(source.fetch(query.some, {**params, "_limit": limit}), params)

    def page(self, window: Window) -> Slice:
        """A part of the list.

        Args:
            window: Which part, in which order, with which filter.

        Raises:
            ValueError: The window does not fit the model.
        """
        items = self.part(window)
        return replace(items, items=marked(items.items, self.query.definition.schema))

    def part(self, window: Window) -> Slice:
        """A page of the list, ready to be serialized."""
        return self.query.pages.slice(window, self.given())

    def insert(self, **values: Any) -> Dumped:
        """Insert a row and return it, serialized by the schema.

        One statement, in autocommit mode or in the open transaction. If the model has listeners, validators, a
        constructor or a version column, the session does it, in a transaction.

        Args:
            values: Values by attribute; missing ones get their default.
        """
        return self.dumped(self.query.writes.insert(values, self.given()), many=False)

    def update(self, key: Any, values: Mapping[str, Any]) -> Dumped:
        """Update a row and return it, serialized by the schema; without values it is only read.

        Args:
            key: Its primary key.
            values: The values by attribute.

        Raises:
            Problem: 404 if the loading has no such row, 403 if it belongs to another user.
        """
        return self.dumped(self.query.writes.update(key, values, self.given()), many=False)

    def delete(self, key: Any) -> None:
        """Delete a row.

        Args:
            key: Its primary key.

        Raises:
            Problem: 404 if the loading has no such row, 403 if it belongs to another user.
        """
        self.query.writes.delete(key, self.given())

    def shown(self) -> Dumped:
        """All items, for a loading that a view returns as part of something else."""
        return self.all()

    def __iter__(self) -> Iterator[Dumped]:
        """Each item in order, read with one statement."""
        return iter(self.all())

    def dumped(self, value: Any, *, many: bool) -> Dumped:
        """A value that the loading's schema has serialized, as its result."""
        return Dumped(value, self.query.definition.schema, many=many)

    def given(self) -> Mapping[str, Any]:
        """The parameters of this execution: those of `bind`, and those whose `callable_` is evaluated now.

        SQLAlchemy does not evaluate it if it has already compiled the same statement with a fixed value.
        """
        asked = self.query.asked
        return {**{bind.key: bind.effective_value for bind in asked}, **self.params} if asked else self.params

    def with_query(self, **changes: Any) -> "Loading":
        """The same loading with another query."""
        return Loading(replace(self.query, **changes), self.params)


def _refuse_functions(expressions: Iterable[Any]) -> None:
    """Do nothing if no expression is a function.

    Raises:
        ConfigurationError: One is; SQLAlchemy would call it when the statement is built, which happens once.
    """
    for each in expressions:
        if isinstance(each, FunctionType):
            raise ConfigurationError(
                "A loading's statement is built once, so a function in where() or order_by() is called only "
                "once. Pass the expression itself. For a value that changes from request to request, use "
                "bindparam(name) with bind(), or bindparam(name, callable_=...), which is called each time."
            )
