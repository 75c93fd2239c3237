"""Checks that conditions use only the loading's own model: a table that is not joined is combined with every row."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ClauseElement, FromClause, inspect
from sqlalchemy.orm import Mapper

from beastmode.core.errors import ConfigurationError
from beastmode.db.private_sqlalchemy import tables_in


def refuse_other_tables(model: type[Any], method: str, expressions: Iterable[Any]) -> None:
    """Do nothing if no expression reads another table, outside a subquery.

    Args:
        model: The loading's model.
        method: The method that they were passed to, for the message.
        expressions: Conditions or columns.

    Raises:
        ConfigurationError: One does.
    """
    mapper = inspect(model)
    known = set(tables_in(mapper.selectable))
    for each in expressions:
        clause = each.__clause_element__() if hasattr(each, "__clause_element__") else each
        if not isinstance(clause, ClauseElement):
            continue  # the name of a column, which can only be one of the model's
        for other in tables_in(clause):
            if other not in known:
                raise ConfigurationError(_refusal(mapper, method, other))


def _refusal(mapper: Mapper[Any], method: str, other: FromClause) -> str:
    """What is wrong, and what to write."""
    name = mapper.class_.__name__
    table = other.description
    to_other = [relation for relation in mapper.relationships if relation.mapper.local_table is other]
    ways = [f"{name}.{relation.key}.{'any' if relation.uselist else 'has'}(...)" for relation in to_other]
    ways.append(f"{name}.<column>.in_(select(...))")
    instead = "write the condition as " + " or ".join(ways) if method == "where" else "order by columns of the model"
    return (
        f"A loading of {name}, {method}(): {table} is not joined, so each of its rows would be combined with every row "
        f"of {mapper.local_table.description}; {instead}."
    )
