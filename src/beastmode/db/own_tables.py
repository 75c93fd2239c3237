"""That a loading's conditions are about its own model: a table that nothing joins is combined with every row."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ClauseElement, FromClause, inspect, select
from sqlalchemy.orm import Mapper

from beastmode.core.errors import ConfigurationError

__all__ = ["refuse_other_tables"]


def refuse_other_tables(model: type[Any], method: str, expressions: Iterable[Any]) -> None:
    """Do nothing if no expression reads another table than the model's, outside of a subquery.

    Args:
        model: The loading's model.
        method: What they were given to, for the message.
        expressions: Conditions or columns.

    Raises:
        ConfigurationError: One does.
    """
    mapper = inspect(model)
    known = set(names_in(select(1).select_from(model).get_final_froms()))
    for each in expressions:
        clause = each.__clause_element__() if hasattr(each, "__clause_element__") else each
        if not isinstance(clause, ClauseElement):
            continue  # the name of a column, which can only be one of the model's
        froms = select(clause).select_from(model).get_final_froms()  # type: ignore[call-overload]  # any clause is a column here
        for other in froms:
            if not known.issuperset(names_in([other])):
                raise ConfigurationError(refusal(mapper, method, other))


def names_in(froms: Iterable[Any]) -> list[Any]:
    """What a list of FROMs reads, a join by its parts."""
    parts: list[Any] = []
    for each in froms:
        parts += names_in([each.left, each.right]) if hasattr(each, "left") else [each]
    return parts


def refusal(mapper: Mapper[Any], method: str, other: FromClause) -> str:
    """What is wrong, and what to write."""
    name = mapper.class_.__name__
    table = other.description
    to_other = [relation for relation in mapper.relationships if relation.mapper.local_table is other]
    ways = [f"{name}.{relation.key}.{'any' if relation.uselist else 'has'}(...)" for relation in to_other]
    ways.append(f"{name}.<column>.in_(select(...))")
    instead = "write the condition as " + " or ".join(ways) if method == "where" else "order by columns of the model"
    return (
        f"A loading of {name}, {method}(): nothing joins {table}, so each of its rows would be combined with every row "
        f"of {mapper.local_table.description}; {instead}."
    )
