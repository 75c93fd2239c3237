"""What a schema shows of a model, loaded with nothing more and nothing less."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from threading import Lock
from types import FunctionType, MappingProxyType
from typing import Any

from marshmallow import Schema
from sqlalchemy import BigInteger, BindParameter, Select, bindparam, inspect
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.base import ExecutableOption

from beastmode.core.errors import ConfigurationError
from beastmode.db.asked import callables_in, with_names
from beastmode.db.dumps import Dumped
from beastmode.db.entities import Entities
from beastmode.db.keys import Key
from beastmode.db.own_tables import refuse_other_tables
from beastmode.db.pages import Pages
from beastmode.db.planner import Unplannable, make_plan
from beastmode.db.rows import Rows
from beastmode.db.sources import Criteria, Getter, Source
from beastmode.db.targets import not_found
from beastmode.db.together import getter
from beastmode.db.windows import Slice, Window
from beastmode.db.writes import Writes

__all__ = ["Dumped", "Loading", "loading"]


def loading(schema: Schema | type[Schema], model: type[Any]) -> "Loading":
    """What a schema shows of a model: the queries and the JSON of a view, from one declaration.

    Args:
        schema: A marshmallow schema, class or instance; whether it is for one or many does not matter.
        model: The mapped class that the schema shows.
    """
    return Loading(Query(Definition(schema() if isinstance(schema, type) else schema, model)))


class Definition:
    """A schema and a model, and the way between them, found on first use, when mappers are configured.

    Args:
        schema: What is shown.
        model: What it is shown of.
        options: Loader options for what the schema's own code reads.
    """

    def __init__(self, schema: Schema, model: type[Any], options: tuple[ExecutableOption, ...] = ()) -> None:
        self.schema = schema
        self.model = model
        self.options = options
        self._found: tuple[Source, str | None] | None = None
        self._lock = Lock()

    @property
    def source(self) -> Source:
        """Rows where columns say all that is shown, else entities."""
        return self.find()[0]

    @property
    def reason(self) -> str | None:
        """Why it is entities; None where it is rows."""
        return self.find()[1]

    def find(self) -> tuple[Source, str | None]:
        """The source and the reason, found once whichever thread comes first."""
        if self._found is None:
            with self._lock:
                if self._found is None:
                    self._found = self.choose()
        return self._found

    def choose(self) -> tuple[Source, str | None]:
        """Rows and no reason, or entities and the reason why it is them."""
        try:
            return Rows(make_plan(self.schema, self.model)), None
        except Unplannable as reason:
            return Entities(self.schema, self.model, self.options), str(reason)


@dataclass(frozen=True, eq=False)
class Query:
    """Which rows of a definition are meant, with every statement that was built for them.

    Args:
        definition: What is shown.
        criteria: What must be true of each row.
        order: What `order_by` was given; () is by primary key.
        owner: The column that says whose a row is.
    """

    definition: Definition
    criteria: Criteria = ()
    order: tuple[Any, ...] = ()
    owner: Any = None

    @cached_property
    def key(self) -> Key:
        """The model's primary key."""
        return Key(inspect(self.definition.model))

    @cached_property
    def conditions(self) -> Criteria:
        """The criteria, once it is known that they and the order are about the model's own tables.

        Not looked at by `where` itself: it is called while modules are imported, before all mappers are configured.
        """
        refuse_other_tables(self.definition.model, "where", self.criteria)
        refuse_other_tables(self.definition.model, "order_by", self.order)
        refuse_other_tables(self.definition.model, "owned_by", [] if self.owner is None else [self.owner])
        return self.criteria

    @cached_property
    def asked(self) -> tuple[BindParameter[Any], ...]:
        """The parameters of the criteria that are asked for their value, each by its name."""
        return tuple(callables_in(self.criteria))

    @cached_property
    def get(self) -> Getter:
        """Gets one item."""
        return getter(self.definition.source, self.conditions)

    @cached_property
    def every(self) -> Select[Any]:
        """All items in order."""
        order = self.order or [getattr(self.definition.model, name) for name in self.key.attributes]
        return self.definition.source.statement().where(*self.conditions).order_by(*order)

    @cached_property
    def some(self) -> Select[Any]:
        """The first items in order, as many as the parameter `_limit` says."""
        return self.every.limit(bindparam("_limit", type_=BigInteger()))

    @cached_property
    def pages(self) -> Pages:
        """Gives slices."""
        return Pages(self.definition.source, self.definition.model, self.conditions, self.order)

    @cached_property
    def writes(self) -> Writes:
        """Changes rows."""
        return Writes(self.definition.source, self.definition.model, self.conditions, self.owner)


@dataclass(frozen=True, slots=True, eq=False)
class Loading:
    """What a schema shows of a model's rows. Usually kept at module level: what it compiles is kept with it.

    It selects the columns that the schema shows, and nothing else: to-one relations by join, each list by one more
    select, whatever the number of rows. Where a schema shows what no column says (methods, hooks, properties), it
    loads entities with all that is shown, and has the schema dump them; `falls_back` says why.

    Args:
        query: Which rows.
        params: Values of the parameters in its criteria.
    """

    query: Query
    params: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

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
        return Dumped(item)

    def first(self) -> Dumped | None:
        """The first item in order; None where there is none."""
        source = self.query.definition.source
        rows = source.fetch(self.query.some, {**self.given(), "_limit": 1})
        return Dumped(source.show(rows[0])) if rows else None

    def all(self, limit: int | None = None) -> Dumped:
        """A list of the items in order.

        Args:
            limit: The most items; None for every one.
        """
        return Dumped(self.found(limit))

    def found(self, limit: int | None) -> list[Any]:
        """The items, as many as wanted."""
        query = self.query
        source = query.definition.source
        if limit is None:
            return source.render(source.fetch(query.every, self.given()))
        return source.render(source.fetch(query.some, {**self.given(), "_limit": limit}))

    def page(self, window: Window) -> Slice:
        """A part of the list.

        Args:
            window: Which part, in which order, by which filter.

        Raises:
            ValueError: The window does not fit the model.
        """
        return self.query.pages.slice(window, self.given())

    def insert(self, **values: Any) -> Dumped:
        """Insert a row, and get it as the schema shows it.

        One statement in autocommit, or in the transaction that is open. Where listeners, validators, a constructor or
        a version column of the model have a say, the session does it, in a transaction.

        Args:
            values: By attribute; what is left out gets its default.
        """
        return Dumped(self.query.writes.insert(values, self.given()))

    def update(self, key: Any, values: Mapping[str, Any]) -> Dumped:
        """Change a row, and get it as the schema shows it; without values it is only read.

        Args:
            key: Its primary key.
            values: By attribute.

        Raises:
            Problem: 404 where there is no such row among the loading's, 403 where it is somebody else's.
        """
        return Dumped(self.query.writes.update(key, values, self.given()))

    def delete(self, key: Any) -> None:
        """Delete a row.

        Args:
            key: Its primary key.

        Raises:
            Problem: 404 where there is no such row among the loading's, 403 where it is somebody else's.
        """
        self.query.writes.delete(key, self.given())

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
                "A loading's statement is built once, so that a function in where() or order_by() is called once. "
                "Write the expression itself, and for what differs from request to request bindparam(name), given by "
                "bind(), or bindparam(name, callable_=...), which is called each time."
            )
