"""Where the items of a loading come from: rows, or entities."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Row, Select
from sqlalchemy.sql import ColumnElement

from beastmode.db.statements import Statement

__all__ = ["Criteria", "Getter", "Params", "Source"]

Criteria: TypeAlias = tuple[ColumnElement[bool], ...]
"""What must be true of a row."""

Params: TypeAlias = Mapping[str, Any]
"""Values of bind parameters by name."""

Getter: TypeAlias = Callable[[Params], Any]
"""Gets the parameters, those of the key included; gives the item, or None where there is none."""


class Source(Protocol):
    """Selects a model's rows and shows them as a schema does."""

    is_kept: bool
    """Whether the statements made from it are kept; those of a loading that a request makes for itself are not."""

    @property
    def joins(self) -> bool:
        """Whether `statement` joins rows of other tables, so that a LIMIT costs less before the joins."""

    def statement(self, root: Any = None) -> Select[Any]:
        """A select of every row; columns that are added to it come last in each row.

        Args:
            root: An alias to read the model from; None for the model itself.
        """

    def fetch(self, statement: Statement, params: Params) -> Sequence[Row[Any]]:
        """The rows of a statement that was made from `statement`.

        Args:
            statement: To run.
            params: Values of its parameters.
        """

    def render(self, rows: Sequence[Row[Any]], params: Params, extra: int = 0) -> list[Any]:
        """Rows as the schema shows them.

        Args:
            rows: As `fetch` gives them.
            params: Values of the parameters in what the schema shows.
            extra: How many columns were added to the statement.
        """

    def show(self, row: Row[Any], params: Params) -> Any:
        """One row as the schema shows it.

        Args:
            row: One of those that `fetch` gives.
            params: Values of the parameters in what the schema shows.
        """

    def getter(self, criteria: Criteria) -> Getter:
        """What gets one item by its key.

        Args:
            criteria: What must be true of the row besides.
        """
