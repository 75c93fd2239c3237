from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy.orm import InstrumentedAttribute

from beastmode.api.filters import Filter, filter_fields, named
from beastmode.core.errors import ConfigurationError
from beastmode.db.windows import Condition, Ordering

__all__ = ["MOST_PER_PAGE", "Listing"]

MOST_PER_PAGE = 100
MOST_SORTS = 3
Column = InstrumentedAttribute[Any]


class Listing:
    """How a list may be asked for; everything that is not declared is refused with 422.

    `?page=&per_page=` gives pages by number, at most 100 rows each. `?cursor=` walks by keyset: the first page for an
    empty cursor, then `pagination.next_cursor`; each page costs the same, however far in, and no row is skipped or
    shown twice while others write.

    Args:
        sorts: The columns that `?sort=name,-other` may name, by name or as they are called.
        filters: The columns that may be filtered by: `Filter`s by name, or columns to compare with `?name=value`.
        default_sort: The order where none is asked for, as `sort` writes it; "" is by primary key.
        per_page: Rows a page where none are asked for, 1 to 100.
        count: Whether pages by number say `total`; up to the setting COUNT_LIMIT it is exact, beyond it is null.
    """

    def __init__(
        self,
        *,
        sorts: Mapping[str, Column] | Iterable[Column] = (),
        filters: Mapping[str, Filter] | Iterable[Column] = (),
        default_sort: str = "",
        per_page: int = 20,
        count: bool = True,
    ) -> None:
        self.sorts = dict(sorts) if isinstance(sorts, Mapping) else named(sorts)
        declared = dict(filters) if isinstance(filters, Mapping) else {n: Filter(c) for n, c in named(filters).items()}
        self.filters = declared
        self.default_sort = default_sort
        self.per_page = per_page
        self.count = count
        if not 1 <= per_page <= MOST_PER_PAGE:
            raise ConfigurationError(f"Listing(per_page={per_page}): expected 1 to {MOST_PER_PAGE}.")
        unknown = {word.removeprefix("-") for word in default_sort.split(",") if word} - set(self.sorts)
        if unknown:
            raise ConfigurationError(f"Listing(default_sort={default_sort!r}): {', '.join(unknown)} is not in sorts.")

    def parameters(self) -> list[str]:
        """The names of the query parameters that it reads."""
        return ["page", "per_page", "cursor", *(["sort"] if self.sorts else []), *self.readers]

    @cached_property
    def readers(self) -> dict[str, tuple[Condition, fields.Field[Any]]]:
        """What each filter parameter means and how it is read; made on first use, since mappers are configured late."""
        return filter_fields(self.filters)

    def orderings(self, sort: str) -> tuple[Ordering, ...]:
        """The columns that a `sort` parameter names.

        Raises:
            ValidationError: For a column that is not declared.
        """
        chosen: dict[str, Ordering] = {}
        words = sort.split(",")
        for word in words:
            name = word.removeprefix("-")
            if name not in self.sorts or len(words) > MOST_SORTS:
                raise ValidationError(
                    f"Must be up to {MOST_SORTS} of {', '.join(self.sorts)}, comma-separated; prefix - for descending."
                )
            chosen.setdefault(name, Ordering(self.sorts[name], descending=word.startswith("-")))
        return tuple(chosen.values())
