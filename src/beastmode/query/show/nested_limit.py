"""The limit of nested lists: the first items are shown, and it is logged that there are more."""

import logging
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, bindparam

from beastmode.db.session import current_work

log = logging.getLogger("beastmode")

MOST = bindparam("_most", type_=BigInteger())
"""The maximum number of rows of a statement, or of each list in it."""
TOGETHER = 10
"""The number of full lists that are read together before the database numbers the rows of each."""


def most_nested() -> int:
    """The maximum number of items of one list, from the setting NESTED_LIMIT."""
    return current_work().installed.nested_limit


class NestedLimit:
    """The limit of the lists of one relationship or field.

    Args:
        relation: Its name in the log.
    """

    def __init__(self, relation: Any) -> None:
        self.relation = relation
        self.is_told = False

    def cut(self, rows: Sequence[Any], reference: int, most: int) -> Sequence[Any]:
        """The rows without those beyond the limit of a list.

        Args:
            rows: Rows in order.
            reference: The index of the value that identifies the list.
            most: The limit of one list.
        """
        if len(rows) <= most:
            return rows
        counts, kept = Counter[Any](), []
        for row in rows:
            counts[row[reference]] += 1
            if counts[row[reference]] <= most:
                kept.append(row)
        if len(kept) < len(rows):
            self.tell(most)
        return kept

    def first(self, items: Any, most: int) -> Any:
        """The first items of one list; all of them if there are few enough, or if it is not a list.

        Args:
            items: The value, usually a list.
            most: The limit.
        """
        if not hasattr(items, "__len__") or len(items) <= most:
            return items
        self.tell(most)
        return [*islice(items, most)]

    def tell(self, most: int) -> None:
        """Log that a list was truncated, once for each of its schemas."""
        if not self.is_told:
            self.is_told = True
            log.warning(
                "%s has more than %d items; only the first %d are returned (NESTED_LIMIT). Paginate them with a route "
                "of their own: listing=Listing().",
                self.relation, most, most,
            )  # fmt: skip
