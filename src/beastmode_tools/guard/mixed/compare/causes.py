"""What an error of a database is about, whichever database says it: the missing column, the constraint, the type."""

import re
from dataclasses import dataclass

__all__ = ["Cause", "cause_of"]

NAME = r"[\"'`\[]?([\w.$]+)[\"'`\]]?"
PATTERNS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    # kind, pattern, what its groups are
    ("column", rf"table {NAME} has no column named {NAME}", ("table", "column")),
    ("column", rf"no such column: {NAME}", ("column",)),
    ("column", rf"column {NAME} of relation {NAME} does not exist", ("column", "table")),
    ("column", rf"column {NAME} does not exist", ("column",)),
    ("column", rf"Unknown column {NAME}", ("column",)),
    ("table", rf"no such table: {NAME}", ("table",)),
    ("table", rf"relation {NAME} does not exist", ("table",)),
    ("table", rf"Table {NAME} doesn't exist", ("table",)),
    ("null", rf"NOT NULL constraint failed: {NAME}", ("column",)),
    ("null", rf"null value in column {NAME} of relation {NAME} violates", ("column", "table")),
    ("null", rf"null value in column {NAME} violates", ("column",)),
    ("null", rf"Field {NAME} doesn't have a default value", ("column",)),
    ("null", rf"Column {NAME} cannot be null", ("column",)),
    ("unique", r"UNIQUE constraint failed: ([\w., ]+)", ("name",)),
    ("unique", rf"duplicate key value violates unique constraint {NAME}", ("name",)),
    ("unique", rf"Duplicate entry .* for key {NAME}", ("name",)),
    ("check", rf"CHECK constraint failed: {NAME}", ("name",)),
    ("check", rf"violates check constraint {NAME}", ("name",)),
    ("foreign", rf"violates foreign key constraint {NAME}", ("name",)),
    ("foreign", r"FOREIGN KEY constraint failed|foreign key constraint fails", ()),
    ("length", r"value too long for type ([\w ]+(?:\(\d+\))?)", ("name",)),
    ("length", rf"Data too long for column {NAME}", ("column",)),
    ("enum", rf"invalid input value for enum {NAME}", ("name",)),
    ("range", r"(\w+) out of range|numeric field overflow", ("name",)),
    ("type", rf"column {NAME} is of type (.+?) but expression is of type (.+)", ("column",)),
    ("type", r"operator does not exist: (.+)", ("name",)),
    ("type", r"could not identify an? ((?:equality|ordering) operator for type [\w ]+)", ("name",)),
    ("type", r"function (.+?) does not exist", ("name",)),
    ("type", r"invalid input syntax for type (\w+)", ("name",)),
    ("type", rf"type {NAME} does not exist", ("name",)),
)
COMPILED = tuple((kind, re.compile(pattern, re.IGNORECASE), groups) for kind, pattern, groups in PATTERNS)
TABLE_OF_SQL = re.compile(r"\b(?:INTO|UPDATE|FROM|JOIN)\s+[\"`\[]?([\w.$]+)", re.IGNORECASE)
NUMBER = re.compile(r"\d+")
ALIAS = re.compile(r"_\d+$")
KEYWORDS = ("FROM", "JOIN", "UPDATE", "INTO", "ON", "AND", "OR", "WHERE", "SELECT", "BY", "DISTINCT")
SCHEMAS = ("public.", "main.", "dbo.")


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """What an error is about.

    Args:
        kind: "column", "table": it is not there. "null", "unique", "check", "foreign", "length", "enum", "range",
            "type": the database refuses the row. "error": anything else.
        what: "users.nick", "users", a constraint's name; for anything else the error without its numbers.
    """

    kind: str
    what: str

    @property
    def is_missing(self) -> bool:
        """Whether something that the code names is not there: no row of the scratch database can be the reason."""
        return self.kind in ("column", "table")

    @property
    def is_of_schema(self) -> bool:
        """Whether the schema refuses the statement itself, or a value that stands in the code."""
        return self.is_missing or self.kind in ("enum", "type")

    def __str__(self) -> str:
        words = {
            "column": f"there is no column {self.what}",
            "table": f"there is no table {self.what}",
            "null": f"{self.what} must not be NULL",
            "unique": f"{self.what} must be unique",
            "check": f"the check {self.what} refuses the row",
            "foreign": f"the foreign key {self.what} refuses the row".replace("  ", " "),
            "length": f"the text is too long for {self.what}",
            "enum": f"the enum {self.what} does not have the value",
            "range": f"the number does not fit into {self.what}",
            "type": f"the types do not match: {self.what}",
        }
        return words.get(self.kind, self.what)


def cause_of(error: str, sql: str = "") -> Cause:
    """What an error of SQLite, PostgreSQL or MySQL is about.

    Args:
        error: The driver's first line.
        sql: The statement, which tells the table where the error does not.
    """
    for kind, pattern, groups in COMPILED:
        match = pattern.search(error)
        if match is not None:
            found = dict(zip(groups, match.groups(), strict=False))
            return Cause(kind, about(found, sql) or table_of(sql))
    return Cause("error", NUMBER.sub("#", error)[:160])


def about(found: dict[str, str], sql: str) -> str:
    """Table and column, the table, or the constraint."""
    table, column = found.get("table", ""), found.get("column", "")
    if not column:
        return plain(table or found.get("name") or "")
    if "." in column:
        owner, _, column = plain(column).rpartition(".")
        table = aliased(owner, sql)
    return f"{plain(table or table_of(sql))}.{column}".lstrip(".")


def plain(name: str) -> str:
    """A name without the default schema."""
    for schema in SCHEMAS:
        name = name.removeprefix(schema)
    return name.strip()


def aliased(owner: str, sql: str) -> str:
    """The table that an alias of the statement stands for: `users` for `users_1` in `FROM users AS users_1`."""
    for match in re.finditer(rf"([\w.$]+)[\"`]?\s+(?:AS\s+)?[\"`]?{re.escape(owner)}\b", sql, re.IGNORECASE):
        if match.group(1).upper() not in KEYWORDS:
            return plain(match.group(1))
    bare = ALIAS.sub("", owner)
    return bare if re.search(rf"\b{re.escape(bare)}\b", sql) else owner


def table_of(sql: str) -> str:
    """The first table that a statement names."""
    match = TABLE_OF_SQL.search(sql)
    return plain(match.group(1)) if match else ""
