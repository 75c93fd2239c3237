"""The fallback: entities, with everything that the schema shows, dumped by the schema itself."""

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


class Entities:
    """Loads entities with a fixed number of selects, and lets the schema dump them.

    Attributes:
        is_kept: Whether the statements from `statement` are cached.
        joins: False, because SQLAlchemy's own eager joins work with a LIMIT.

    Args:
        schema: The schema.
        model: The model.
        options: Further loader options for what the schema's own code reads.
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
            statement: The statement.
            params: Values of its parameters.
        """
        session = current_work().open_session()
        # Changes by a Core statement in the meantime must be shown. populate_existing would not work: an entity that is
        # read at two paths would lose what was loaded for the first.
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
            rows: The result of `fetch`.
            params: Not used here.
            extra: The number of values after the entity in each row.

        Raises:
            LazyLoadError: The schema's own code reads what was not loaded.
        """
        # All together: a hook with pass_collection=True gets the whole list, as with marshmallow's own dump.
        with serialising(type(self.schema).__name__, most_nested()), _explained(self.schema):
            shown: list[Any] = self.schema.dump([row[0] for row in rows], many=True)
            return shown

    def show(self, row: Any, params: Params) -> Any:  # noqa: ARG002 - as above
        """One entity as the schema dumps it.

        Args:
            row: One row of `fetch`.
            params: Not used here.

        Raises:
            LazyLoadError: As for `render`.
        """
        with serialising(type(self.schema).__name__, most_nested()), _explained(self.schema):
            return self.schema.dump(row[0], many=False)

    def getter(self, criteria: Criteria) -> Getter:
        """A function that gets one item by its key.

        Args:
            criteria: Further conditions on the row.
        """
        statement = self._select.where(*Key(inspect(self.model)).conditions(self.model), *criteria)

        def get(params: Params) -> Any:
            rows = self.fetch(statement, params)
            return self.show(rows[0], params) if rows else None

        return get


@contextmanager
def _explained(schema: Schema) -> Iterator[None]:
    """Report which schema needed what was not loaded, and what to do.

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
