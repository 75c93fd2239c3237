"""Two columns that hold the same values while old and new code run at the same time."""

from dataclasses import dataclass, replace
from textwrap import indent

from sqlalchemy.dialects import postgresql, sqlite

from beastmode_tools.recipes.fields.field import Field
from beastmode_tools.recipes.fields.kinds import kind_of
from beastmode_tools.recipes.fields.writing import server_default
from beastmode_tools.recipes.phases.conversion import Conversion

__all__ = ["Pair", "Side", "quoted_name"]

PREPARERS = (
    postgresql.dialect().identifier_preparer,  # type: ignore[no-untyped-call]  # SQLAlchemy's own
    sqlite.dialect().identifier_preparer,
)
"""They know the words that each database keeps for itself."""
NEUTRAL = {"str": "''", "email": "''", "url": "''", "text": "''"}
"""What SQLite writes into a required column that a statement leaves out; for numbers 0."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two columns.

    Args:
        column: Its name.
        field: Its type, default and so on.
    """

    column: str
    field: Field

    @property
    def sql(self) -> str:
        """The name as SQL."""
        return quoted_name(self.column)

    @property
    def type(self) -> str:
        """The type as a migration writes it."""
        return kind_of(self.field).revision(self.field)

    @property
    def default(self) -> str:
        """What a statement that leaves the column out stores, as SQL."""
        default = self.field.default
        if default is None:
            return "NULL"
        is_number = self.field.kind in ("int", "bigint", "float", "decimal")
        return default if is_number else "'" + default.replace("'", "''") + "'"

    @property
    def default_on_sqlite(self) -> str:
        """The same on SQLite, where a required column needs a default while its trigger runs after the statement."""
        if self.field.kind == "bool" and self.field.default is not None:
            return str(int(self.field.default == "true"))  # SQLite has no type of its own for it
        if self.field.default is not None or self.field.is_optional:
            return self.default
        return NEUTRAL.get(self.field.kind, "0")

    @property
    def needs_neutral(self) -> bool:
        """Whether SQLite gives it a default for the time being."""
        return self.field.default is None and not self.field.is_optional

    def declared_default(self) -> str:
        """The default as a migration's column takes it; "" for none."""
        return server_default(self.field)[0] if self.field.default is not None else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """The old column and the one that takes over.

    Args:
        table: Their table.
        key: Its primary key.
        old: The column that leaves.
        new: The column that stays.
        conversion: How values pass between them.
    """

    table: str
    key: str
    old: Side
    new: Side
    conversion: Conversion

    @property
    def reversed(self) -> "Pair":
        """The same with the columns exchanged, for the way back."""
        back = replace(self.conversion, forth=self.conversion.back, back=self.conversion.forth)
        return replace(self, old=self.new, new=self.old, conversion=back)

    @property
    def trigger(self) -> str:
        """The name of the trigger and of its function."""
        return f"beast_{self.table}_{self.old.column}"

    def forth(self, value: str) -> str:
        """The new column's value for one of the old."""
        return indent(self.conversion.forth.replace("{}", value), " " * 16).strip()

    def back(self, value: str) -> str:
        """The old column's value for one of the new."""
        return indent(self.conversion.back.replace("{}", value), " " * 16).strip()


def quoted_name(name: str) -> str:
    """A name of the database as SQL; quoted if it has to be."""
    needs = any(preparer.quote(name) != name for preparer in PREPARERS)
    return f'"{name}"' if needs else name
