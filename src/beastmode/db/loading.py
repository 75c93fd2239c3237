"""What a schema shows of a model, loaded with nothing more and nothing less."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import FunctionType, MappingProxyType
from typing import Any, NoReturn

from marshmallow import Schema
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import ExecutableOption

from beastmode.core.errors import ConfigurationError
from beastmode.db.asked import with_names
from beastmode.db.definition import Definition
from beastmode.db.query import Query
from beastmode.db.shown import AsShown, Dumped, marked
from beastmode.db.targets import not_found
from beastmode.db.windows import Slice, Window

__all__ = ["Loading", "loading"]

NOTHING: Mapping[str, Any] = MappingProxyType({})


def loading(schema: Schema | type[Schema], model: type[Any]) -> "Loading":
    """What a schema shows of a model: the queries and the JSON of a view, from one declaration.

    Args:
        schema: A marshmallow schema, class or instance; whether it is for one or many does not matter.
        model: The mapped class that the schema shows.
    """
    return Loading(Query(Definition(schema() if isinstance(schema, type) else schema, model)))


class Loading(AsShown):
    """What a schema shows of a model's rows. Usually kept at module level: what it compiles is kept with it.

    It selects the columns that the schema shows, and nothing else: to-one relations by join, each list by one more
    select, whatever the number of rows. Where a schema shows what no column says (methods, hooks, properties), it
    loads entities with all that is shown, and has the schema dump them; `falls_back` says why.

    Args:
        query: Which rows.
        params: Values of the parameters in its criteria.
    """

    __slots__ = ("params", "query")
    query: Query
    params: Mapping[str, Any]

    def __init__(self, query: Query, params: Mapping[str, Any] = NOTHING) -> None:
        # No dataclass: orjson would write one by its attributes, where a view returns a loading as part of something.
        object.__setattr__(self, "query", query)
        object.__setattr__(self, "params", params)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        """Refuse: it is shared by all requests.

        Raises:
            AttributeError: Always.
        """
        raise AttributeError(f"A loading does not change; where(), order_by() and bind() give another ({name}).")

    def where(self, *criteria: ColumnElement[bool]) -> "Loading":
        """A loading of the rows for which these are true as well.

        Args:
            criteria: As `Select.where` takes them. What is known at request time alone is a `bindparam`, so that the
                statement can be built once; one with `callable_` is asked for each run.

        Raises:
            ConfigurationError: One is a function, which would be called once and for all.
        """
        refuse_functions(criteria)
        named = with_names(criteria, f"_asked{len(self.query.criteria)}")
        return self.with_query(criteria=(*self.query.criteria, *named))

    def order_by(self, *columns: Any) -> "Loading":
        """A loading of the same rows in another order.

        Args:
            columns: Mapped columns, as they are or with desc(); `all` and `first` take any expression.

        Raises:
            ConfigurationError: One is a function, which would be called once and for all.
        """
        refuse_functions(columns)
        return self.with_query(order=columns)

    def owned_by(self, column: Any) -> "Loading":
        """A loading whose rows only their owner may update or delete; anybody may read them.

        Args:
            column: The mapped column that holds the id of the owner's account.
        """
        return self.with_query(owner=column)

    def options(self, *options: ExecutableOption) -> "Loading":
        """A loading that also loads what the schema's own methods, properties or hooks read of the entities.

        Args:
            options: Loader options of SQLAlchemy, such as `selectinload(Post.tags)`.
        """
        definition = self.query.definition
        return self.with_query(
            definition=Definition(definition.schema, definition.model, (*definition.options, *options))
        )

    def bind(self, **params: Any) -> "Loading":
        """The same loading, statements included, with values for the parameters in its criteria.

        Args:
            params: By name.
        """
        return Loading(self.query, {**self.params, **params})

    @property
    def falls_back(self) -> str | None:
        """Why entities are loaded and dumped instead of rows; None where rows do."""
        return self.query.definition.reason

    def get(self, key: Any) -> Dumped:
        """One item.

        Args:
            key: Its primary key; a tuple where that has several columns.

        Raises:
            Problem: 404 where there is none, or could be none with such a key.
        """
        params = self.query.key.params(key)
        item = None if params is None else self.query.get({**self.given(), **params})
        if item is None:
            raise not_found()
        return self.dumped(item, many=False)

    def first(self) -> Dumped | None:
        """The first item in order; None where there is none."""
        source = self.query.definition.source
        params = self.given()
        rows = source.fetch(self.query.some, {**params, "_limit": 1})
        return self.dumped(source.show(rows[0], params), many=False) if rows else None

    def all(self, limit: int | None = None) -> Dumped:
        """A list of the items in order.

        Args:
            limit: The most items; None for every one.
        """
        return self.dumped(self.found(limit), many=True)

    def found(self, limit: int | None) -> list[Any]:
        """The items, as many as wanted."""
        query = self.query
        source = query.definition.source
        params = self.given()
        if limit is None:
            return source.render(source.fetch(query.every, params), params)
        return source.render(source.fetch(query.some, {**params, "_limit": limit}), params)

    def page(self, window: Window) -> Slice:
        """A part of the list.

        Args:
            window: Which part, in which order, by which filter.

        Raises:
            ValueError: The window does not fit the model.
        """
        found = self.part(window)
        return replace(found, items=marked(found.items, self.query.definition.schema))

    def part(self, window: Window) -> Slice:
        """A part of the list, to be written as it is."""
        return self.query.pages.slice(window, self.given())

    def insert(self, **values: Any) -> Dumped:
        """Insert a row, and get it as the schema shows it.

        One statement in autocommit, or in the transaction that is open. Where listeners, validators, a constructor or
        a version column of the model have a say, the session does it, in a transaction.

        Args:
            values: By attribute; what is left out gets its default.
        """
        return self.dumped(self.query.writes.insert(values, self.given()), many=False)

    def update(self, key: Any, values: Mapping[str, Any]) -> Dumped:
        """Change a row, and get it as the schema shows it; without values it is only read.

        Args:
            key: Its primary key.
            values: By attribute.

        Raises:
            Problem: 404 where there is no such row among the loading's, 403 where it is somebody else's.
        """
        return self.dumped(self.query.writes.update(key, values, self.given()), many=False)

    def delete(self, key: Any) -> None:
        """Delete a row.

        Args:
            key: Its primary key.

        Raises:
            Problem: 404 where there is no such row among the loading's, 403 where it is somebody else's.
        """
        self.query.writes.delete(key, self.given())

    def shown(self) -> Dumped:
        """All items: what a loading is taken for wherever a view puts one."""
        return self.all()

    def __iter__(self) -> Iterator[Dumped]:
        """Each item in order, read by one statement."""
        return iter(self.all())

    def dumped(self, value: Any, *, many: bool) -> Dumped:
        """A value, as what the loading's schema has shown."""
        return Dumped(value, self.query.definition.schema, many=many)

    def given(self) -> Mapping[str, Any]:
        """The values of this run: those of `bind`, and those that are asked for now.

        SQLAlchemy forgets to ask where a statement of the same text, whose value was fixed, was run before.
        """
        asked = self.query.asked
        return {**{bind.key: bind.effective_value for bind in asked}, **self.params} if asked else self.params

    def with_query(self, **changes: Any) -> "Loading":
        """The same loading with another query."""
        return Loading(replace(self.query, **changes), self.params)


def refuse_functions(expressions: Iterable[Any]) -> None:
    """Do nothing if no expression is a function.

    Raises:
        ConfigurationError: One is; SQLAlchemy would call it when the statement is built, which happens once.
    """
    for each in expressions:
        if isinstance(each, FunctionType):
            raise ConfigurationError(
                "A loading's statement is built once, so that a function in where() or order_by() is called only "
                "once. Pass the expression itself. For a value that changes from request to request, use "
                "bindparam(name) with bind(), or bindparam(name, callable_=...), which is called each time."
            )
