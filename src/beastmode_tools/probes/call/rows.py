"""Finds values in the scratch database that make a route's arguments mean something."""

from __future__ import annotations

import re
from typing import Any

__all__ = ["Rows", "gather"]

IDENTIFIERS = ("id", "pk", "ident", "identifier", "key", "uid")
ENDINGS = ("_id", "_pk", "_uuid", "_uid", "_slug", "_name", "id")
MOST = 20
"""Rows of which one is tried in a path; the guard put in 20 a table."""
PLAIN = re.compile(r"[\w.@+-]+", re.ASCII)
WORDS = re.compile(r"[A-Za-z]+")


class Rows:
    """Rows of the models' tables, looked up by the names that routes and bodies use.

    Args:
        engine: Of the scratch database.
        tables: The models' tables.
    """

    def __init__(self, engine: Any, tables: list[Any]) -> None:
        self.engine = engine
        self.tables = tables
        self.known: dict[Any, Any] = {}

    def argument(self, name: str, converter: str, path: str) -> Any:
        """A value for an argument of a route, None where no row has one.

        Args:
            name: The argument's.
            converter: `int`, `string`, `uuid`, ...
            path: The whole rule; what stands before the argument tells which table is meant.
        """
        before = [word.lower() for word in WORDS.findall(re.sub(r"<[^>]*>", " ", path.split(name, maxsplit=1)[0]))]
        stem = stem_of(name)
        words = [each for each in (stem, *reversed(before)) if each]
        # `username` is a name of users; `name` alone, or `xname`, says nothing of whom.
        words += [name[:-4]] if name.endswith("name") and len(name) > 5 else []
        for table in filter(lambda each: each is not None, map(self.named, words)):
            column = self.meant(table, name, stem)
            if column is not None and fits(column, converter):
                value = self.value(column)
                if value is not None:
                    return value
        return self.elsewhere(name, converter)

    def meant(self, table: Any, name: str, stem: str) -> Any:
        """The column of a table that an argument names: the key for an identifier, else the one of that name."""
        if is_identifier(name):
            return key_of(table)
        for wanted in (name, name.rsplit("_", 1)[-1]):
            if wanted in table.columns:
                return table.columns[wanted]
        for column in table.columns:  # `username` for the name of a user
            if name.endswith(column.name) and name[: -len(column.name)] in forms(table.name):
                return column
        return key_of(table) if stem and table is self.named(stem) else None

    def elsewhere(self, name: str, converter: str) -> Any:
        """A value of a column of just that name in any table."""
        for table in self.tables:
            column = table.columns.get(name)
            if column is not None and fits(column, converter) and not column.primary_key:
                value = self.value(column)
                if value is not None:
                    return value
        return None

    def body(self, name: str) -> Any:
        """The key of a row for a property such as `author_id`; None where no table is meant."""
        for table in self.tables:
            column = table.columns.get(name)
            if column is not None and column.foreign_keys:
                try:
                    return self.value(next(iter(column.foreign_keys)).column)
                except Exception:
                    return None
        stem = stem_of(name)
        table = self.named(stem) if stem else None
        return None if table is None else self.value(key_of(table))

    def named(self, word: str) -> Any:
        """The table that a word of a path or an argument means; None for none."""
        wanted = forms(word)
        for table in self.tables:
            if wanted & forms(table.name) or wanted & forms(table.name.rsplit("_", 1)[-1]):
                return table
        return None

    def value(self, column: Any) -> Any:
        """The value of a column in the row that most others point to."""
        if column is None:
            return None
        if column not in self.known:
            self.known[column] = self.look_up(column)
        return self.known[column]

    def look_up(self, column: Any) -> Any:
        """Asks the database; a column or table that this schema lacks has no value."""
        from sqlalchemy import func, select

        full_name = "{}.{}".format(column.table.fullname, column.name)
        children = [child for table in self.tables for child in table.columns if points_to(child, full_name)]
        popular = [
            select(child).where(child.isnot(None)).group_by(child).order_by(func.count().desc()) for child in children
        ]
        for query in [*popular, select(column).where(column.isnot(None)).order_by(column)]:
            try:
                with self.engine.connect() as connection:
                    values = [row[0] for row in connection.execute(query.limit(MOST))]
            except Exception:
                continue
            if values:
                return min(values, key=awkwardness)
        return None


def awkwardness(value: Any) -> int:
    """How badly a value stands in a path: rows hold empty and awkward texts, too."""
    if not isinstance(value, str) or PLAIN.fullmatch(value):
        return 0
    return 1 if value.isprintable() and value.strip() and not set(value) & set("/?#%") else 2


def points_to(column: Any, full_name: str) -> bool:
    """Whether a column is a foreign key to the named one."""
    return any(key.target_fullname == full_name for key in column.foreign_keys)


def key_of(table: Any) -> Any:
    """The primary key's column; None where it has several or none."""
    keys = list(table.primary_key.columns)
    return keys[0] if len(keys) == 1 else None


def fits(column: Any, converter: str) -> bool:
    """Whether a column's values can stand for the converter."""
    try:
        python = column.type.python_type
    except NotImplementedError:
        return True
    if converter.startswith("int"):
        return bool(python is int)
    if converter.startswith("uuid"):
        return python is not int
    return True


def is_identifier(name: str) -> bool:
    """Whether an argument means a primary key."""
    return name in IDENTIFIERS or name.endswith(("_id", "_pk", "_uuid"))


def stem_of(name: str) -> str:
    """`user` of `user_id`; "" where nothing precedes."""
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)].rstrip("_")
    return "" if name in IDENTIFIERS else name


def forms(word: str) -> set[str]:
    """A word, its singular and its plural."""
    plain = word.lower().replace("-", "_").strip("_")
    found = {plain, plain + "s", plain + "es"}
    if plain.endswith("ies"):
        found.add(plain[:-3] + "y")
    if plain.endswith("y"):
        found.add(plain[:-1] + "ies")
    if plain.endswith("es"):
        found.add(plain[:-2])
    if plain.endswith("s"):
        found.add(plain[:-1])
    return {each for each in found if len(each) > 1}


def gather(engine: Any, tables: list[Any]) -> None:
    """Lets half of the rows of every table point to the same row, so that something has many of something.

    What a schema forbids (a unique reference, a part of the key) stays as it was.
    """
    from sqlalchemy import func, select

    for table in tables:
        key = key_of(table)
        for column in table.columns:
            if key is None or column.primary_key or not column.foreign_keys:
                continue
            try:
                target = next(iter(column.foreign_keys)).column
                with engine.begin() as connection:
                    first = connection.execute(select(func.min(target))).scalar()
                    keys = [row[0] for row in connection.execute(select(key).order_by(key))]
                    # With fewer rows there is no half that could be given to one of them.
                    if first is not None and len(keys) > 3:
                        half = key.in_([each for each in keys[1::2] if each != first or target.table is not table])
                        connection.execute(table.update().where(half).values({column.name: first}))
            except Exception:
                continue
