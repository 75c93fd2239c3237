"""Where the items of a loading come from: rows, or entities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Row, Select
from sqlalchemy.sql import ColumnElement

from beastmode.db.statements import Statement

Criteria: TypeAlias = tuple[ColumnElement[bool], ...]
"""The conditions on a row."""

Params: TypeAlias = Mapping[str, Any]
"""Values of bind parameters by name."""

Getter: TypeAlias = Callable[[Params], Any]
"""Takes the parameters, including those of the key; returns the item, or None if it does not exist."""


class Source(Protocol):
    """Selects the rows of a model and serializes them like a schema."""

    is_kept: bool
    """Whether its statements are cached; those of a loading that is created for one request are not."""

    @property
    def joins(self) -> bool:
        """Whether `statement` joins rows of other tables, so that a LIMIT costs less before the joins."""

    def statement(self, root: Any = None) -> Select[Any]:
        """A select of every row; columns that are added to it come last in each row.

        Args:
            root: An alias to read the model from; None for the model itself.
        """

    def fetch(self, statement: Statement, params: Params) -> Sequence[Row[Any]]:
        """The rows of a statement that was created from `statement`.

        Args:
            statement: The statement.
            params: Values of its parameters.
        """

    def render(self, rows: Sequence[Row[Any]], params: Params, extra: int = 0) -> list[Any]:
        """Rows as the schema shows them.

        Args:
            rows: The result of `fetch`.
            params: Values of the parameters in what the schema shows.
            extra: The number of columns that were added to the statement.
        """

    def show(self, row: Row[Any], params: Params) -> Any:
        """One row as the schema shows it.

        Args:
            row: One row of `fetch`.
            params: Values of the parameters in what the schema shows.
        """

    def getter(self, criteria: Criteria) -> Getter:
        """A function that gets one item by its key.

        Args:
            criteria: Further conditions on the row.
        """
