"""Which rows of a model are shown, and every statement that was built for them."""

from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from weakref import WeakSet

from flask import has_request_context
from sqlalchemy import BigInteger, BindParameter, Select, bindparam, inspect

from beastmode.query.definition import Definition
from beastmode.query.keys import Key
from beastmode.query.lists.pages import Pages
from beastmode.query.plan.asked import callables_in
from beastmode.query.plan.own_tables import refuse_other_tables
from beastmode.query.read.union import getter
from beastmode.query.sources import Criteria, Getter, Source
from beastmode.query.write.writes import Writes

__all__ = ["Query", "kept"]


@dataclass(frozen=True, eq=False)
class Query:
    """Which rows of a definition are meant, with every statement that was built for them.

    Args:
        definition: What is shown.
        criteria: What must be true of each row.
        order: What `order_by` was given; () is by primary key.
        owner: The column that says whose a row is.

    Attributes:
        is_kept: Whether its statements are run again: not if it is made for one request.
    """

    definition: Definition
    criteria: Criteria = ()
    order: tuple[Any, ...] = ()
    owner: Any = None
    is_kept: bool = field(init=False, default_factory=lambda: not has_request_context())

    def __post_init__(self) -> None:
        """Be listed, for those who want to know which way each loading takes."""
        if self.is_kept:
            kept.add(self)

    def __str__(self) -> str:
        """What is shown, and of which rows, as a list of loadings shows it."""
        shown = f"{type(self.definition.schema).__name__} of {self.definition.model.__name__}"
        return f"{shown} where {' and '.join(map(str, self.criteria))}" if self.criteria else shown

    @cached_property
    def source(self) -> Source:
        """What selects and shows the items."""
        source = self.definition.source
        if not self.is_kept:
            source = copy(source)
            source.is_kept = False
        return source

    @cached_property
    def key(self) -> Key:
        """The model's primary key."""
        return Key(inspect(self.definition.model))

    @cached_property
    def conditions(self) -> Criteria:
        """The criteria, once it is known that they and the order are about the model's own tables.

        Not looked at by `where` itself: it is called while modules are imported, before all mappers are configured.
        """
        refuse_other_tables(self.definition.model, "where", self.criteria)
        refuse_other_tables(self.definition.model, "order_by", self.order)
        refuse_other_tables(self.definition.model, "owned_by", [] if self.owner is None else [self.owner])
        return self.criteria

    @cached_property
    def asked(self) -> tuple[BindParameter[Any], ...]:
        """The parameters of the criteria that are asked for their value, each by its name."""
        return tuple(callables_in(self.criteria))

    @cached_property
    def get(self) -> Getter:
        """Gets one item."""
        return getter(self.source, self.conditions)

    @cached_property
    def every(self) -> Select[Any]:
        """All items in order."""
        order = self.order or [getattr(self.definition.model, name) for name in self.key.attributes]
        return self.source.statement().where(*self.conditions).order_by(*order)

    @cached_property
    def some(self) -> Select[Any]:
        """The first items in order, as many as the parameter `_limit` says."""
        return self.every.limit(bindparam("_limit", type_=BigInteger()))

    @cached_property
    def pages(self) -> Pages:
        """Gives slices."""
        return Pages(self.source, self.definition.model, self.conditions, self.order)

    @cached_property
    def writes(self) -> Writes:
        """Changes rows."""
        return Writes(self.source, self.definition.model, self.conditions, self.owner)


kept: WeakSet[Query] = WeakSet()
"""Those that are made at import, as long as somebody has them."""
