"""Two moments of a scratch database compared: the schema part by part, the rows value by value."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from beastmode_tools.guard.migrations.compare.proved.facts import Difference

__all__ = ["Look", "TableRows", "ValueChange", "changed_rows", "changed_values", "differences", "is_additive"]

OWNED = re.compile(r" OWNED BY (.+)\.[^.]+$")
NOT_VALID = " NOT VALID"
Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class TableRows:
    """What stands in a table.

    Args:
        key: The columns of its primary key; () where it has none.
        columns: All of them.
        rows: Each as column -> text; None for NULL.
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Look:
    """A scratch database at one moment.

    Args:
        schema: What there is -> how it is: "column orders.total" -> "NUMERIC(10, 2)".
        rows: Table -> its rows.
    """

    schema: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, TableRows] = field(default_factory=dict)

    @staticmethod
    def of(answer: Mapping[str, Any]) -> "Look":
        """A look from what the probe answers."""
        rows = {
            table: TableRows(tuple(found["key"]), tuple(found["columns"]), tuple(found["rows"]))
            for table, found in answer.get("rows", {}).items()
        }
        return Look(answer.get("schema", {}), rows)

    @property
    def tables(self) -> frozenset[str]:
        """The names of the tables."""
        return frozenset(part.removeprefix("table ") for part in self.schema if part.startswith("table "))

    @property
    def count(self) -> int:
        """How many rows there are in all."""
        return sum(len(table.rows) for table in self.rows.values())


@dataclass(frozen=True, slots=True)
class ValueChange:
    """Values of one column that differ between two moments.

    Args:
        table: The table.
        column: The column.
        lost: How many values, NULL aside, are not what they were.
        filled: How many NULLs have become values.
        of: How many rows there were.
        example: One of them: "1.50 -> 2".
    """

    table: str
    column: str
    lost: int
    filled: int
    of: int
    example: str


def differences(before: Look, after: Look) -> tuple[Difference, ...]:
    """The parts of the schema that differ; whether a constraint was validated in between is no difference."""
    parts = sorted({*before.schema, *after.schema})
    found = (Difference(part, before.schema.get(part), after.schema.get(part)) for part in parts)
    return tuple(
        one for one in found if one.before != one.after and not is_validated(one) and not follows(one, before, after)
    )


def is_validated(difference: Difference) -> bool:
    """Whether only the mark that old rows were not looked at came or went: what is written is refused all the same."""
    sides = [(side or "").removesuffix(NOT_VALID) for side in (difference.before, difference.after)]
    return None not in (difference.before, difference.after) and sides[0] == sides[1]


def follows(difference: Difference, before: Look, after: Look) -> bool:
    """Whether a part is only gone, or there, because its table is: the table alone says enough."""
    kind, _, name = difference.part.partition(" ")
    if kind == "table":
        return False
    owner = OWNED.search(difference.before or difference.after or "") if kind == "sequence" else None
    words = name.split(".")
    tables = [owner[1]] if owner else [".".join(words[:end]) for end in range(1, len(words))]
    return any((table in before.tables) != (table in after.tables) for table in tables)


def is_additive(left: tuple[Difference, ...]) -> bool:
    """Whether everything that differs was added, and none of it binds those who do not know it."""
    return all(one.before is None and not binds(one) for one in left)


def binds(difference: Difference) -> bool:
    """Whether an addition can refuse what old code writes: a constraint, or a column that must be given."""
    kind = difference.part.split(" ", 1)[0]
    text = difference.after or ""
    if kind == "column":
        return "NOT NULL" in text and "DEFAULT" not in text and "GENERATED" not in text and "IDENTITY" not in text
    return kind == "constraint" or (kind == "index" and "UNIQUE" in text)


def changed_values(before: Look, after: Look) -> Iterator[ValueChange]:
    """For each column that both moments have, the values that differ; rows that are gone are not counted here."""
    for table, old in before.rows.items():
        new = after.rows.get(table)
        if new is None:
            continue
        pairs = paired(old, new)
        for column in old.columns:
            if column in new.columns:
                change = value_change(table, column, pairs, len(old.rows))
                if change.lost or change.filled:
                    yield change


def value_change(table: str, column: str, pairs: list[tuple[Row, Row]], of: int) -> ValueChange:
    """What became of one column's values."""
    different = [
        (old.get(column), new.get(column)) for old, new in pairs if not is_same(old.get(column), new.get(column))
    ]
    lost = [pair for pair in different if pair[0] is not None]
    first = (lost or different or [(None, None)])[0]
    example = " -> ".join("NULL" if value is None else repr(value) for value in first)
    return ValueChange(table, column, len(lost), len(different) - len(lost), of, example)


def changed_rows(before: Look, after: Look) -> Iterator[tuple[str, int, int]]:
    """For each table that both moments have: its name, how many rows are gone, how many are new."""
    for table, old in before.rows.items():
        new = after.rows.get(table)
        if new is None:
            continue
        gone, added = gone_and_added(old, new)
        if gone or added:
            yield table, gone, added


def gone_and_added(old: TableRows, new: TableRows) -> tuple[int, int]:
    """How many rows are in one only, by their key where both have the same one."""
    if has_same_key(old, new):
        keys = Counter(key_of(row, old.key) for row in old.rows), Counter(key_of(row, old.key) for row in new.rows)
        return (keys[0] - keys[1]).total(), (keys[1] - keys[0]).total()
    return max(len(old.rows) - len(new.rows), 0), max(len(new.rows) - len(old.rows), 0)


def paired(old: TableRows, new: TableRows) -> list[tuple[Row, Row]]:
    """Each row of before with what it is now: by its key, or in an order of the values where there is no key."""
    if has_same_key(old, new):
        now = {key_of(row, old.key): row for row in new.rows}
        return [(row, now[key_of(row, old.key)]) for row in old.rows if key_of(row, old.key) in now]
    shared = [column for column in old.columns if column in new.columns]
    return list(zip(in_order(old, shared), in_order(new, shared), strict=False))


def has_same_key(old: TableRows, new: TableRows) -> bool:
    """Whether rows can be told by the key of before: its columns are still there, with values that are still known."""
    if not old.key or not set(old.key) <= set(new.columns):
        return False
    now = {key_of(row, old.key) for row in new.rows}
    return not old.rows or not now or any(key_of(row, old.key) in now for row in old.rows)


def key_of(row: Row, key: tuple[str, ...]) -> tuple[str | None, ...]:
    """The values of a row's key."""
    return tuple(row.get(column) for column in key)


def in_order(table: TableRows, columns: list[str]) -> list[Row]:
    """The rows in an order that depends on their values alone."""
    return sorted(table.rows, key=lambda row: [row.get(column) or "" for column in columns])


def is_same(old: str | None, new: str | None) -> bool:
    """Whether two texts are one value, written by two types: with a zone, padded, or as JSON."""
    if old == new:
        return True
    if old is None or new is None:
        return False
    if old.rstrip() == new.rstrip() or old.removesuffix("+00:00") == new.removesuffix("+00:00"):
        return True
    if old[:1] in "{[" and new[:1] in "{[":
        try:
            return bool(json.loads(old) == json.loads(new))
        except ValueError:
            return False
    return False
