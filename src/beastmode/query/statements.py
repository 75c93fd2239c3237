"""The rows of a loading, and every statement that was built for them."""

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


@dataclass(frozen=True, eq=False)
class Query:
    """The rows of a definition, with every statement that was built for them.

    Args:
        definition: The schema and the model.
        criteria: The conditions on each row.
        order: The arguments of `order_by`; () is by primary key.
        owner: The column with the ID of the owner.
        or_permission: The permission with which others may change a row; None if only the owner may.

    Attributes:
        is_kept: Whether its statements are cached: not if it is created for one request.
    """

    definition: Definition
    criteria: Criteria = ()
    order: tuple[Any, ...] = ()
    owner: Any = None
    or_permission: str | None = None
    is_kept: bool = field(init=False, default_factory=lambda: not has_request_context())

    def __post_init__(self) -> None:
        """Register it, for the list of how each loading reads and writes."""
        if self.is_kept:
            kept.add(self)

    def __str__(self) -> str:
        """The schema, the model and the conditions, for the list of loadings."""
        shown = f"{type(self.definition.schema).__name__} of {self.definition.model.__name__}"
        return f"{shown} where {' and '.join(map(str, self.criteria))}" if self.criteria else shown

    @cached_property
    def source(self) -> Source:
        """Selects and serializes the items."""
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
        """The criteria, after checking that they and the order use only the model's own tables.

        Not checked by `where` itself, which is called during import, before all mappers are configured.
        """
        refuse_other_tables(self.definition.model, "where", self.criteria)
        refuse_other_tables(self.definition.model, "order_by", self.order)
        refuse_other_tables(self.definition.model, "owned_by", [] if self.owner is None else [self.owner])
        return self.criteria

    @cached_property
    def asked(self) -> tuple[BindParameter[Any], ...]:
        """The parameters of the criteria that are evaluated on each execution, by name."""
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
        """Returns slices."""
        return Pages(self.source, self.definition.model, self.conditions, self.order)

    @cached_property
    def writes(self) -> Writes:
        """Writes rows."""
        return Writes(self.source, self.definition.model, self.conditions, self.owner, self.or_permission)


kept: WeakSet[Query] = WeakSet()
"""The loadings that were created during import, as long as they are referenced."""
