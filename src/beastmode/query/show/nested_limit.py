"""How long a nested list may be: the first items are shown, and that there are more is logged."""

import logging
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, bindparam

from beastmode.db.session import current_work

__all__ = ["MOST", "TOGETHER", "NestedLimit", "most_nested"]

log = logging.getLogger("beastmode")

MOST = bindparam("_most", type_=BigInteger())
"""The most rows of a statement, or of each list in it."""
TOGETHER = 10
"""How many full lists are read at once before the database is asked to count the rows of each."""


def most_nested() -> int:
    """The most items of one list, as the current application's setting NESTED_LIMIT says."""
    return current_work().installed.nested_limit


class NestedLimit:
    """The bound of the lists of one relation or field.

    Args:
        relation: What the log calls it.
    """

    def __init__(self, relation: Any) -> None:
        self.relation = relation
        self.is_told = False

    def cut(self, rows: Sequence[Any], reference: int, most: int) -> Sequence[Any]:
        """The rows without those that are too many of a list.

        Args:
            rows: Rows in their order.
            reference: Where each says which list it belongs to.
            most: The most of one list.
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
        """The first items of one list; all where they are no more than may be, or are no list.

        Args:
            items: What should be a list.
            most: How many it may have.
        """
        if not hasattr(items, "__len__") or len(items) <= most:
            return items
        self.tell(most)
        return [*islice(items, most)]

    def tell(self, most: int) -> None:
        """Log that a list was cut to so many, once for each of its schemas."""
        if not self.is_told:
            self.is_told = True
            log.warning(
                "%s has more than %d items; only the first %d are returned (NESTED_LIMIT). Paginate them with a route "
                "of their own: listing=Listing().",
                self.relation, most, most,
            )  # fmt: skip
