"""Whether a statement reads or writes, as far as it can be told from the statement."""

import re
from typing import Any, TypeAlias

from sqlalchemy import CompoundSelect, Select, TextClause
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.dml import UpdateBase

__all__ = ["Statement", "is_read", "is_write"]

Statement: TypeAlias = Select[Any] | CompoundSelect[Any]
"""What gives rows."""

WRITING = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"(?:insert|update|delete|merge|replace|truncate|copy|call|create|alter|drop"
    r"|with\b.*\b(?:insert\s+into|update\s+\w|delete\s+from|merge\s+into))\b",
    re.IGNORECASE | re.DOTALL,
)
"""How text begins that surely writes; SELECT may call a function that does, which only its author knows."""


def is_read(clause: Any) -> bool:
    """Whether a statement surely changes and locks nothing; text might do anything."""
    return isinstance(clause, Select | CompoundSelect) and clause._for_update_arg is None  # noqa: SLF001 - no public name


def is_write(clause: Any) -> bool:
    """Whether a statement surely changes something that only a commit keeps."""
    text = getattr(clause, "element", clause)  # of text that was told its columns
    if isinstance(text, TextClause):
        return WRITING.match(text.text) is not None
    return isinstance(text, UpdateBase | ExecutableDDLElement)
