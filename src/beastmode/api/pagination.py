"""Pagination of a listing: by number for people, by cursor for machines."""

from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from beastmode.api.cursors import Cursor, CursorSigner, unknown_cursor
from beastmode.api.filters import field_of
from beastmode.api.listing import MOST_PER_PAGE, Listing
from beastmode.api.lists import Items
from beastmode.core.errors import Problem
from beastmode.query.lists.page import Condition, Ordering, PageOutOfRangeError, Slice, Window
from beastmode.query.loading import Loading

_FURTHEST_PAGE = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Ask:
    """The page that a query string requests."""

    sort: str
    orderings: tuple[Ordering, ...]
    conditions: tuple[Condition, ...]
    values: tuple[Any, ...]
    cursor: Cursor | None
    page: int
    per_page: int

    def window(self, **where: Any) -> Window:
        """The requested rows, for the database."""
        return Window(
            orderings=self.orderings, conditions=self.conditions, values=self.values, limit=self.per_page, **where
        )


class Pager:
    """Returns the pages of one route's listing in one application.

    Args:
        listing: The declaration.
        signer: Signs the list's cursors.
        count_limit: The maximum number of rows to count, and to skip before a page by number.
    """

    def __init__(self, listing: Listing, signer: CursorSigner, count_limit: int) -> None:
        for column in listing.sorts.values():
            field_of(column)  # refuses, at start, what has no form in a cursor
        self.listing = listing
        self.signer = signer
        self.reach = count_limit
        self.count_limit = count_limit if listing.count else None

    def read(self, args: MultiDict[str, str]) -> Ask:
        """The page that a query string requests.

        Raises:
            Problem: 422 with all invalid parameters, 404 for a cursor that does not belong to this list.
        """
        problems: dict[str, list[str]] = {}
        conditions, values = [], []
        for name, (condition, field) in self.listing.readers.items():
            if name in args:
                try:
                    values.append(field.deserialize(args[name]))
                    conditions.append(condition)
                except ValidationError as error:
                    problems[name] = [str(message) for message in error.messages]
        cursor = self.signer.read(args["cursor"]) if args.get("cursor") else None
        sort = args.get("sort", cursor.sort if cursor else self.listing.default_sort)
        orderings: tuple[Ordering, ...] = ()
        try:
            orderings = self.listing.orderings(sort) if sort or "sort" in args else ()
        except ValidationError as error:
            problems["sort"] = [str(message) for message in error.messages]
        if cursor is not None and cursor.sort != sort and "sort" not in problems:
            problems["sort"] = ["Must be the sort order that the cursor was created with; leave it out."]
        if problems:
            raise Problem(422, "Validation failed", details=problems)
        return Ask(sort, orderings, tuple(conditions), tuple(values), cursor, *_page_of(args, self.listing.per_page))

    def answer(self, loading: Loading | Items, args: MultiDict[str, str]) -> dict[str, Any]:
        """The page that a query string requests.

        Args:
            loading: The rows to paginate, or a list that a view returned.
            args: The query string's parameters.

        Raises:
            Problem: As for `read`.
        """
        ask = self.read(args)
        return self._by_cursor(loading, ask) if "cursor" in args else self._by_number(loading, ask)

    def _by_number(self, loading: Loading | Items, ask: Ask) -> dict[str, Any]:
        offset = (ask.page - 1) * ask.per_page
        try:
            page = loading.part(ask.window(offset=offset, count_limit=self.count_limit, reach=self.reach))
        except PageOutOfRangeError as error:
            message = f"Page numbers reach only the first {self.reach} items; use cursor= to go further."
            raise Problem(422, "Validation failed", details={"page": [message]}) from error
        pages = None if page.total is None else -(-page.total // ask.per_page)
        has_next = page.has_more if pages is None else ask.page < pages
        has_prev = ask.page > 1
        pagination = {
            "page": ask.page,
            "per_page": ask.per_page,
            "total": page.total,
            "pages": pages,
            "has_next": has_next,
            "has_prev": has_prev,
            "next_page": ask.page + 1 if has_next else None,
            "prev_page": ask.page - 1 if has_prev else None,
        }
        return {"items": page.items, "pagination": pagination | self._cursors(ask, page, pagination)}

    def _by_cursor(self, loading: Loading | Items, ask: Ask) -> dict[str, Any]:
        cursor = ask.cursor
        backwards = cursor is not None and cursor.direction == "before"
        position = None if cursor is None else cursor.values
        try:
            page = loading.part(ask.window(before=position) if backwards else ask.window(after=position))
        except ValueError as error:
            # Our own cursor, for a sort order that the list no longer has.
            raise unknown_cursor() from error
        # A client that has a cursor came from a row on the other side of it.
        has_next = True if backwards else page.has_more
        has_prev = page.has_more if backwards else cursor is not None
        pagination = {
            "page": None,
            "per_page": ask.per_page,
            "total": None,
            "pages": None,
            "has_next": has_next,
            "has_prev": has_prev,
            "next_page": None,
            "prev_page": None,
        }
        return {"items": page.items, "pagination": pagination | self._cursors(ask, page, pagination)}

    def _cursors(self, ask: Ask, page: Slice, pagination: dict[str, Any]) -> dict[str, str | None]:
        def at(key: tuple[Any, ...] | None, direction: Any) -> str | None:
            return None if key is None else self.signer.write(Cursor(ask.sort, direction, key))

        return {
            "next_cursor": at(page.last_key, "after") if pagination["has_next"] else None,
            "prev_cursor": at(page.first_key, "before") if pagination["has_prev"] else None,
        }


def _page_of(args: MultiDict[str, str], per_page: int) -> tuple[int, int]:
    """The page number and the items per page; clients rely on invalid values meaning the first page.

    Args:
        args: The query string's parameters.
        per_page: The default number of items per page.
    """
    try:
        page, rows = int(args.get("page", 1)), int(args.get("per_page", per_page))
    except ValueError:
        return 1, per_page
    return min(max(page, 1), _FURTHEST_PAGE), min(rows, MOST_PER_PAGE) if rows > 0 else per_page
