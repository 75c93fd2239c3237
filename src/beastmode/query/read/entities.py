"""The long way: entities with everything that the schema shows loaded beside them, dumped by the schema itself."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from marshmallow import Schema
from sqlalchemy import Select, inspect, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.sql.base import ExecutableOption

from beastmode.core.errors import LazyLoadError
from beastmode.db.lazy import serialising
from beastmode.db.session import current_work
from beastmode.db.statements import Statement
from beastmode.db.transactions import expire_unmodified
from beastmode.query.keys import Key
from beastmode.query.read.eager import loader_options
from beastmode.query.show.cutting import cut_lists
from beastmode.query.show.nested_limit import most_nested
from beastmode.query.sources import Criteria, Getter, Params

__all__ = ["Entities"]


class Entities:
    """Loads entities, a bounded number of selects for any number of them, and has the schema dump them.

    Attributes:
        is_kept: Whether the statements made from `statement` are kept.
        joins: False: SQLAlchemy's own eager joins do not get in the way of a LIMIT.

    Args:
        schema: The schema.
        model: The model.
        options: Loader options for what the schema's own code reads besides.
    """

    is_kept = True
    joins = False

    def __init__(self, schema: Schema, model: type[Any], options: tuple[ExecutableOption, ...] = ()) -> None:
        self.schema = schema
        self.model = model
        eager = loader_options(schema, inspect(model))
        cut_lists(schema)
        self._select = select(model).options(*eager, *options)

    def statement(self, root: Any = None) -> Select[Any]:
        """A select of the entities, with loader options for what the schema shows.

        Args:
            root: None; loader options do not follow an alias.
        """
        if root is not None:
            raise NotImplementedError("Loader options do not follow an alias.")
        return self._select

    def fetch(self, statement: Statement, params: Params) -> Sequence[Any]:
        """The rows of a statement, which begin with an entity.

        Args:
            statement: To run.
            params: Values of its parameters.
        """
        session = current_work().open_session()
        # What a Core statement has changed in the meantime must not be shown as an older query found it. To populate
        # existing entities would not do: one that is read at two places would lose what was loaded for the first.
        expire_unmodified(session)
        return session.execute(statement, params).unique().all()

    def render(
        self,
        rows: Sequence[Any],
        params: Params,  # noqa: ARG002 - the entities have what was asked for
        extra: int = 0,  # noqa: ARG002 - the entity is always the first
    ) -> list[Any]:
        """Entities as the schema dumps them.

        Args:
            rows: As `fetch` gives them.
            params: Of no use here.
            extra: How many values come after the entity in each row.

        Raises:
            LazyLoadError: The schema's own code reads what was not loaded.
        """
        # At once: a hook with pass_collection=True gets the whole list, as it does from marshmallow's own dump.
        with serialising(type(self.schema).__name__, most_nested()), explained(self.schema):
            shown: list[Any] = self.schema.dump([row[0] for row in rows], many=True)
            return shown

    def show(self, row: Any, params: Params) -> Any:  # noqa: ARG002 - as above
        """One entity as the schema dumps it.

        Args:
            row: One of those that `fetch` gives.
            params: Of no use here.

        Raises:
            LazyLoadError: As `render` does.
        """
        with serialising(type(self.schema).__name__, most_nested()), explained(self.schema):
            return self.schema.dump(row[0], many=False)

    def getter(self, criteria: Criteria) -> Getter:
        """What gets one item by its key.

        Args:
            criteria: What must be true of the row besides.
        """
        statement = self._select.where(*Key(inspect(self.model)).conditions(self.model), *criteria)

        def get(params: Params) -> Any:
            rows = self.fetch(statement, params)
            return self.show(rows[0], params) if rows else None

        return get


@contextmanager
def explained(schema: Schema) -> Iterator[None]:
    """Say which schema wanted what was not loaded, and what to do.

    Raises:
        LazyLoadError: Something was not loaded.
    """
    try:
        yield
    except InvalidRequestError as error:
        if "is not available due to" not in str(error):
            raise
        raise LazyLoadError(
            f"{type(schema).__name__}: {error}. A method, property or hook of the schema reads it, which the query "
            "cannot know; add loading(...).options(selectinload(...))."
        ) from error
