from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from marshmallow import ValidationError, fields
from sqlalchemy.orm import InstrumentedAttribute

from beastmode.api.filters import Filter, filter_fields, named
from beastmode.core.errors import ConfigurationError
from beastmode.query.lists.page import Condition, Ordering

MOST_PER_PAGE = 100
MOST_SORTS = 3
Column = InstrumentedAttribute[Any]


class Listing:
    """How clients can paginate, sort and filter a list; anything that is not declared returns 422.

    `?page=&per_page=` paginates by number, at most 100 items per page. `?cursor=` paginates by keyset: start with an
    empty cursor, continue with `pagination.next_cursor`. Each page costs the same, however deep, and concurrent writes
    cause no skipped or repeated rows.

    Args:
        sorts: The columns that `?sort=name,-other` accepts: a list, or a mapping from names to columns.
        filters: The columns that can be filtered: a mapping from names to `Filter`s, or a list of columns for
            `?name=value`.
        default_sort: The default sort order, in the syntax of `sort`; "" sorts by primary key.
        per_page: The default number of items per page, 1 to 100.
        count: Whether pages by number have a `total`; it is exact up to the setting COUNT_LIMIT, and null beyond.
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
        """The condition and the field of each filter parameter; created on first use, when mappers are configured."""
        return filter_fields(self.filters)

    def orderings(self, sort: str) -> tuple[Ordering, ...]:
        """The columns that a `sort` parameter names.

        Raises:
            ValidationError: A column is not declared.
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
