"""How long a nested list may be: the first items are shown, and that there are more is logged."""

import logging
from collections import Counter
from collections.abc import Sequence
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
    """The bound of one relation's lists.

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

    def tell(self, most: int) -> None:
        """Log that a list was cut to so many, once for each loading."""
        if not self.is_told:
            self.is_told = True
            log.warning(
                "%s has more than %d items; the first %d are shown (NESTED_LIMIT). Give them a route of their own with "
                "listing=.",
                self.relation, most, most,
            )  # fmt: skip
