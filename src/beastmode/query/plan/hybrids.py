"""Hybrids with plain Python values in their SQL, such as the current time: they are evaluated on each execution."""

import dis
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from sqlalchemy import BindParameter, ClauseElement, bindparam, inspect
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapper
from sqlalchemy.sql import ColumnElement, coercions, roles, visitors

from beastmode.core.errors import ConfigurationError
from beastmode.db.private_sqlalchemy import cache_key_of
from beastmode.query.plan.asked import NAME, replaced

_NUMBERS = count()
"""A counter for the hybrids of all plans: combined statements must not share a parameter."""

_OUTSIDE = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT", "IMPORT_", "MAKE_FUNCTION")
"""Prefixes of Python instructions that read something other than a function's arguments."""


class Hybrid:
    """A hybrid that a plan shows, and the parameters for its values.

    Args:
        model: The mapped class.
        attribute: The hybrid's name.
    """

    def __init__(self, model: type[Any], attribute: str) -> None:
        self.model = model
        self.attribute = attribute
        self.number = next(_NUMBERS)
        self.function = _function_of(inspect(model).all_orm_descriptors[attribute])
        self.text = _text_of(self.now())

    def expression(self, entity: Any) -> ColumnElement[Any]:
        """Its SQL, with named parameters in place of its values.

        Args:
            entity: The model, or an alias of it.
        """
        expression = _expression_of(entity, self.attribute)
        binds = {id(bind): self.named(number, bind) for number, bind in enumerate(_binds_in(expression))}
        named: ColumnElement[Any] = replaced(expression, {}, lambda part, **_: binds.get(id(part)))
        return named

    def named(self, number: int, bind: BindParameter[Any]) -> BindParameter[Any] | None:
        """The parameter for a value; None if it already has an explicit name."""
        name = self.name(number, bind)
        if name == bind.key:
            return None
        return bindparam(name, type_=bind.type, expanding=bind.expanding, literal_execute=bind.literal_execute)

    def name(self, number: int, bind: BindParameter[Any]) -> str:
        """The name of a value: the explicit one, or a unique one."""
        return bind.key if NAME.fullmatch(bind.key) else f"_shown{self.number}_{number}"

    def values(self) -> dict[str, Any]:
        """Its current values, by the names of the parameters.

        Raises:
            ConfigurationError: It returns different SQL than before.
        """
        expression = self.now()
        if _text_of(expression) != self.text:
            raise ConfigurationError(
                f"{self.model.__name__}.{self.attribute} returned different SQL than when the statement was built; "
                "only its values may change from one execution to the next. Write a single expression, for example "
                "with case()."
            )
        return {self.name(number, bind): bind.effective_value for number, bind in enumerate(_binds_in(expression))}

    def now(self) -> ClauseElement:
        """Its SQL with its current values; from the function itself, which takes a third of the time."""
        current = None if self.function is None else self.function(self.model)
        return current if isinstance(current, ClauseElement) else _expression_of(self.model, self.attribute)


def hybrid_of(model: type[Any], attribute: str) -> Hybrid | None:
    """A hybrid whose SQL has values that may change; None if it has none, or is not a hybrid.

    Args:
        model: A mapped class.
        attribute: The attribute's name.
    """
    mapper = inspect(model)
    descriptor = mapper.all_orm_descriptors.get(attribute)
    if not isinstance(descriptor, hybrid_property) or _is_constant(descriptor, mapper):
        return None
    return Hybrid(model, attribute) if _binds_in(_expression_of(model, attribute)) else None


def _expression_of(entity: Any, attribute: str) -> ColumnElement[Any]:
    """The SQL of a hybrid."""
    expression: ColumnElement[Any] = coercions.expect(roles.ColumnsClauseRole, getattr(entity, attribute))
    return expression


def _function_of(hybrid: Any) -> Callable[[Any], Any] | None:
    """The function that returns a hybrid's SQL for a class; None if the project has its own comparator."""
    function: Callable[[Any], Any] = hybrid.expr or hybrid.fget
    return function if hybrid.custom_comparator is None else None


def _binds_in(expression: ClauseElement) -> list[BindParameter[Any]]:
    """The parameters with a value, each once, in the order of the SQL."""
    binds = (part for part in visitors.iterate(expression) if isinstance(part, BindParameter))
    return list({id(bind): bind for bind in binds if not bind.required}.values())


def _text_of(expression: ClauseElement) -> Any:
    """A string that is the same for expressions that differ only in their values."""
    key = cache_key_of(expression)
    return str(expression) if key is None else key.key


def _is_constant(hybrid: hybrid_property[Any], mapper: Mapper[Any]) -> bool:
    """Whether the values of a hybrid are certainly constant: it uses only columns and literals.

    Args:
        hybrid: The hybrid.
        mapper: The mapper of its model.
    """
    code = getattr(_function_of(hybrid), "__code__", None)
    if code is None or any(each.opname.startswith(_OUTSIDE) for each in dis.get_instructions(code)):
        return False
    # No global names are loaded, so all names are attributes.
    return _are_columns(code.co_names, mapper)


def _are_columns(names: Iterable[str], mapper: Mapper[Any]) -> bool:
    """Whether the attributes of a model with these names are columns; other names are attributes of columns."""
    columns = mapper.column_attrs
    return all(name in columns or not hasattr(mapper.class_, name) for name in names)
