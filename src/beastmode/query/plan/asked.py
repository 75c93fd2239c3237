"""Parameters that are asked for their value each time a statement is run: `bindparam(name, callable_=...)`."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, bindparam
from sqlalchemy.sql import visitors

__all__ = ["NAME", "callables_in", "replaced", "with_names"]

NAME = re.compile(r"\w+")
"""What a name looks like that somebody gave; SQLAlchemy makes up others, with signs in them."""
replaced: Any = visitors.replacement_traverse  # typed for functions that always give something


def callables_in(criteria: Iterable[Any]) -> Iterator[BindParameter[Any]]:
    """The parameters in some criteria that are asked for their value."""
    for each in criteria:
        for part in visitors.iterate(each) if isinstance(each, ClauseElement) else ():
            if isinstance(part, BindParameter) and part.callable is not None:
                yield part


def with_names(criteria: Iterable[Any], prefix: str) -> list[Any]:
    """Criteria in which each parameter that is asked for its value has a name to be asked by.

    Args:
        criteria: What `where` was given.
        prefix: What the names of those begin with that had none.
    """
    known: dict[int, BindParameter[Any]] = {}  # by identity: == between parameters is SQL

    def named(part: Any, **_: Any) -> Any:
        if not isinstance(part, BindParameter) or part.callable is None or NAME.fullmatch(part.key):
            return None
        if id(part) not in known:
            options = {"expanding": part.expanding, "literal_execute": part.literal_execute}
            name = f"{prefix}_{len(known)}"
            known[id(part)] = bindparam(name, type_=part.type, callable_=part.callable, **options)
        return known[id(part)]

    found: list[Any] = []
    for each in criteria:
        is_asked = next(callables_in([each]), None) is not None
        found.append(replaced(each, {}, named) if is_asked else each)
    return found
