"""Whether a statement reads or writes, as far as the statement shows it."""

import re
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Select, TextClause
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase

from beastmode.db.private_sqlalchemy import locks_rows

Statement: TypeAlias = Select[Any] | CompoundSelect[Any]
"""A statement that returns rows."""

_WRITING = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:insert|update|delete|merge|replace|truncate|copy|call|create|alter|drop"
    r"|with\b.*\b(?:insert\s+into|update\s+\w|delete\s+from|merge\s+into))\b",
    re.IGNORECASE | re.DOTALL,
)
"""The first words of textual SQL that certainly writes; a SELECT may call a function that writes."""


def is_read(clause: Any) -> bool:
    """Whether a statement certainly changes and locks nothing; text could do anything."""
    return isinstance(clause, Select | CompoundSelect) and not locks_rows(clause)


def is_write(clause: Any) -> bool:
    """Whether a statement certainly changes something that must be committed."""
    text = getattr(clause, "element", clause)  # of text that was told its columns
    if isinstance(text, TextClause):
        return _WRITING.match(text.text) is not None
    return isinstance(text, UpdateBase | ExecutableDDLElement)
