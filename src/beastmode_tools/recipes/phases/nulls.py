"""The migrations of a column that is about to be required: no NULL is stored any longer, and then none is allowed."""

from dataclasses import dataclass

from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.phases.fills import filled, forbid_null
from beastmode_tools.recipes.phases.pair import Side, quoted_name
from beastmode_tools.recipes.phases.revisions import INSIDE, execute, fitted, lock, online, two_ways
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Filled", "expand", "require"]


@dataclass(frozen=True, slots=True)
class Filled:
    """A column, and the value that takes the place of NULL.

    Args:
        table: Its table.
        key: The table's primary key.
        side: The column; its default is the value.
    """

    table: str
    key: str
    side: Side

    @property
    def trigger(self) -> str:
        """The name of the trigger and of its function."""
        return f"beast_{self.table}_{self.side.column}_required"

    def on_postgresql(self) -> list[str]:
        """The statements that create a trigger which runs before a row is stored."""
        name, column = quoted_name(self.trigger), self.side.sql
        function = f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.{column} := {self.side.default};
    RETURN NEW;
END
$$"""
        trigger = (
            f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {column}\nON {quoted_name(self.table)} "
            f"FOR EACH ROW WHEN (NEW.{column} IS NULL)\nEXECUTE FUNCTION {name}()"
        )
        return [function, trigger]

    def drop_on_postgresql(self) -> list[str]:
        """The statements that remove both."""
        name = quoted_name(self.trigger)
        return [f"DROP TRIGGER {name} ON {quoted_name(self.table)}", f"DROP FUNCTION {name}()"]

    def on_sqlite(self) -> list[str]:
        """The statements that create triggers which run after a row is stored; SQLite has no others that change it."""
        table, key, column = quoted_name(self.table), quoted_name(self.key), self.side.sql
        return [
            f"""CREATE TRIGGER {quoted_name(f"{self.trigger}_{when}")} AFTER {what}
ON {table} FOR EACH ROW WHEN NEW.{column} IS NULL BEGIN
    UPDATE {table} SET {column} = {self.side.default_on_sqlite} WHERE {key} = NEW.{key};
END"""  # noqa: S608 - a migration, of names that were read from the models
            for when, what in (("insert", "INSERT"), ("update", f"UPDATE OF {column}"))
        ]

    def drop_on_sqlite(self) -> list[str]:
        """The statements that remove them."""
        return [f"DROP TRIGGER {quoted_name(f'{self.trigger}_{when}')}" for when in ("insert", "update")]

    def fill_on_sqlite(self) -> str:
        """The statement that fills every row at once; SQLite has one writer, who keeps others waiting anyway."""
        change = f"{self.side.sql} = {self.side.default_on_sqlite} WHERE {self.side.sql} IS NULL"
        return f"UPDATE {quoted_name(self.table)} SET {change}"  # noqa: S608 - as above


def expand(workspace: Workspace, column: Filled) -> tuple[Revision, Revision]:
    """Add the revision after which no NULL is stored, and the one that fills the rows which have it."""
    name = f"{column.table}.{column.side.column}"
    message = f"store a value for NULL in {name}"
    first = next_revision(workspace, message)
    add_revision(
        workspace,
        first,
        message,
        two_ways([lock(), *execute(*column.on_postgresql())], execute(*column.on_sqlite())),
        two_ways([lock(), *execute(*column.drop_on_postgresql())], execute(*column.drop_on_sqlite())),
    )
    message = f"fill {name}"
    second = next_revision(workspace, message, first.id)
    batches = filled(
        column.table, column.key, f"{column.side.sql} = {column.side.default}", f"{column.side.sql} IS NULL"
    )
    # The values stay when this is taken back: nobody can tell which rows had none.
    add_revision(workspace, second, message, two_ways(online(batches), execute(column.fill_on_sqlite())), "    pass\n")
    return first, second


def require(workspace: Workspace, column: Filled) -> Revision:
    """Add the revision that allows NULL no longer, and removes the triggers."""
    table, side = column.table, column.side
    message = f"require {table}.{side.column}"
    revision = next_revision(workspace, message)
    nullable = [f'"{side.column}"', f"existing_type={side.type}"]
    loose = fitted("op.alter_column(", [f'"{table}"', *nullable, "nullable=True"])
    up = two_ways(
        [*online(*forbid_null(table, side.column)), lock(), *execute(*column.drop_on_postgresql())],
        [*execute(*column.drop_on_sqlite()), *copied(table, nullable, allows=False)],
    )
    down = two_ways(
        [lock(), loose, *execute(*column.on_postgresql())],
        [*copied(table, nullable, allows=True), *execute(*column.on_sqlite())],
    )
    add_revision(workspace, revision, message, up, down)
    return revision


def copied(table: str, items: list[str], *, allows: bool) -> list[str]:
    """The code that allows or forbids NULL on SQLite, which copies the table."""
    call = fitted("batch_op.alter_column(", [*items, f"nullable={allows}"], level=INSIDE)
    return [f'with op.batch_alter_table("{table}") as batch_op:', call]
