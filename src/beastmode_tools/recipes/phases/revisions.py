"""The migrations of two columns that are kept in step: expand, fill, contract."""

import re
from textwrap import indent

from beastmode_tools.recipes.code.text import ROOM, fit, quoted
from beastmode_tools.recipes.field.columns import created, dropped
from beastmode_tools.recipes.migrations import Revision, add_revision, next_revision
from beastmode_tools.recipes.phases.fills import LOCK, fill, forbid_null
from beastmode_tools.recipes.phases.pair import Pair, Side, quoted_name
from beastmode_tools.recipes.phases.triggers import drop_on_postgresql, drop_on_sqlite, on_postgresql, on_sqlite
from beastmode_tools.recipes.workspace import Workspace

__all__ = [
    "INSIDE",
    "added_in_batch",
    "contract",
    "execute",
    "expand",
    "fitted",
    "indented",
    "indexed_column",
    "lock",
    "online",
    "only_postgresql",
    "two_ways",
    "without_index",
]

BODY = 8
"""Columns before the code of one database: that of a function, and of its `if`."""
INSIDE = 4
"""Columns more inside of a `with`."""
BIND = re.compile(r"(?<![:\w\\]):(?=\w)")


def expand(workspace: Workspace, pair: Pair) -> tuple[Revision, Revision]:
    """Add the revision of the new column and its triggers, and the one that fills it."""
    what = f"{pair.new.column} beside {pair.table}.{pair.old.column}"
    first = next_revision(workspace, f"add {what}")
    add_revision(
        workspace,
        first,
        f"add {what}",
        two_ways(
            [lock(), *added(pair.table, pair.new), *execute(*on_postgresql(pair))],
            [
                *copied(pair, adds=True),
                *execute(filled_at_once(pair), *on_sqlite(pair)),
            ],
        ),
        two_ways(
            [lock(), *execute(*drop_on_postgresql(pair)), f'op.drop_column("{pair.table}", "{pair.new.column}")'],
            [*execute(*drop_on_sqlite(pair)), *copied(pair, adds=False)],
        ),
    )
    message = f"fill {pair.table}.{pair.new.column}"
    second = next_revision(workspace, message, first.id)
    add_revision(workspace, second, message, *filling(pair))
    return first, second


def contract(workspace: Workspace, pair: Pair) -> Revision:
    """Add the revision that drops the old column; its downgrade fills it again."""
    message = f"drop {pair.table}.{pair.old.column}, which {pair.new.column} replaces"
    revision = next_revision(workspace, message)
    back = pair.reversed
    up = two_ways(
        [lock(), *execute(*drop_on_postgresql(pair)), f'op.drop_column("{pair.table}", "{pair.old.column}")'],
        [*execute(*drop_on_sqlite(pair)), *without_index(pair.table, pair.old), *copied(back, adds=False)],
    )
    down = two_ways(
        [lock(), *added(pair.table, pair.old), *execute(*on_postgresql(pair)), *online(*filled(back))],
        [
            *copied(back, adds=True),
            *execute(filled_at_once(back), *on_sqlite(pair)),
        ],
    )
    add_revision(workspace, revision, message, up, down + indexed_column(pair.table, pair.old))
    return revision


def filling(pair: Pair) -> tuple[str, str]:
    """The bodies of the revision that fills the new column."""
    up = only_postgresql(online(*filled(pair))) + indexed_column(pair.table, pair.new)
    down = ""
    if pair.new.field.is_indexed:
        name = f"ix_{pair.table}_{pair.new.column}"
        down += f"    with op.get_context().autocommit_block():\n{dropped(name, pair.table)}\n"
    if not pair.new.field.is_optional:
        column = f'op.alter_column("{pair.table}", "{pair.new.column}", existing_type={pair.new.type}, nullable=True)'
        down += only_postgresql([lock(), column])
    return up, down or "    pass\n"


def filled(pair: Pair) -> list[str]:
    """The statements that fill the new column and make it required, if it is."""
    required = [] if pair.new.field.is_optional else forbid_null(pair.table, pair.new.column)
    return [fill(pair), *required]


def indexed_column(table: str, side: Side) -> str:
    """The code that builds the index of a column beside reads and writes; "" if it has none."""
    if not side.field.is_indexed:
        return ""
    name = f"ix_{table}_{side.column}"
    block = f"{dropped(name, table)}\n{created(name, table, side.column)}\n"
    return f"    with op.get_context().autocommit_block():\n{block}"


def without_index(table: str, side: Side) -> list[str]:
    """The code that drops the index of a column which goes; SQLite copies a table with all of its indexes."""
    return [f'op.drop_index("ix_{table}_{side.column}", table_name="{table}")'] if side.field.is_indexed else []


def filled_at_once(pair: Pair) -> str:
    """The statement that fills the new column in every row; SQLite has one writer, who keeps others waiting anyway."""
    change = f"{pair.new.sql} = {pair.forth(pair.old.sql)}"
    return f"UPDATE {quoted_name(pair.table)} SET {change}"  # noqa: S608 - a migration, of names that were read from the models


def added(table: str, side: Side) -> list[str]:
    """The code that adds a column on PostgreSQL: no row is written, because the default comes after it."""
    lines = [fitted("op.add_column(", [f'"{table}"', f'sa.Column("{side.column}", {side.type}, nullable=True)'])]
    if default := side.declared_default():
        lines.append(fitted("op.alter_column(", [f'"{table}"', f'"{side.column}"', f"server_default={default}"]))
    return lines


def copied(pair: Pair, *, adds: bool) -> list[str]:
    """The code that adds or drops the new column on SQLite, which copies the table."""
    side = pair.new
    lines = [f'with op.batch_alter_table("{pair.table}") as batch_op:']
    if pair.old.needs_neutral:
        default = neutral(pair.old) if adds else "None"
        items = [f'"{pair.old.column}"', f"existing_type={pair.old.type}", "existing_nullable=False"]
        lines.append(fitted("batch_op.alter_column(", [*items, f"server_default={default}"], level=INSIDE))
    if not adds:
        return [*lines, f'    batch_op.drop_column("{side.column}")']
    default = neutral(side) if side.needs_neutral else side.declared_default()
    items = [f'"{side.column}"', side.type, *([f"server_default={default}"] if default else [])]
    return [*lines, added_in_batch([*items, f"nullable={side.field.is_optional}"], BODY)]


def added_in_batch(items: list[str], before: int = 0) -> str:
    """`batch_op.add_column(sa.Column(...))` inside of its `with`, on one line if it fits.

    Args:
        items: The arguments of the column.
        before: Columns that are put before all of it.
    """
    line = f"    batch_op.add_column(sa.Column({', '.join(items)}))"
    if before + len(line) <= ROOM:
        return line
    column = fit("sa.Column(", items, ")", indent=before + 2 * INSIDE)
    return f"    batch_op.add_column(\n{without_indent(column, before)}\n    )"


def fitted(head: str, items: list[str], *, level: int = 0) -> str:
    """A call that fits where `two_ways` puts it, or one that stands deeper there."""
    return without_indent(fit(head, items, ")", indent=BODY + level), BODY)


def without_indent(text: str, columns: int) -> str:
    """The lines without their first columns."""
    return "\n".join(line[columns:] for line in text.split("\n"))


def neutral(side: Side) -> str:
    """The default that a required column has on SQLite for the time being."""
    # `flask db migrate` passes over a default with this remark: beastmode/db/migrations/autogenerate/defaults.py.
    return f'sa.text("({side.default_on_sqlite} /* beast change */)")'


def lock() -> str:
    """The code that bounds the wait for a lock."""
    return f"""op.execute("SET LOCAL lock_timeout = '{LOCK}'")"""


def execute(*statements: str) -> list[str]:
    """The code that runs SQL."""
    return [
        f'op.execute(\n    """\n{in_source(each)}\n"""\n)' if "\n" in each else f"op.execute({quoted(bindless(each))})"
        for each in statements
    ]


def bindless(sql: str) -> str:
    """SQL for `text()`, which takes a colon before a word for a parameter."""
    return BIND.sub(r"\\:", sql)


def in_source(sql: str) -> str:
    """SQL between three double quotes."""
    return bindless(sql).replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def online(*statements: str) -> list[str]:
    """The code that runs SQL outside a transaction."""
    block = "\n".join(execute(*statements))
    return (
        ["with op.get_context().autocommit_block():", *(indented(each) for each in execute(*statements))]
        if block
        else []
    )


def two_ways(postgresql: list[str], sqlite: list[str]) -> str:
    """A body that does one thing on PostgreSQL and another on SQLite."""
    head = '    if op.get_context().dialect.name == "postgresql":\n'
    return head + body(postgresql) + "    else:\n" + body(sqlite)


def only_postgresql(lines: list[str]) -> str:
    """A body that does something on PostgreSQL alone."""
    return '    if op.get_context().dialect.name == "postgresql":\n' + body(lines)


def body(lines: list[str]) -> str:
    """The lines inside an `if` of a function."""
    return "".join(indented(each, "        ") + "\n" for each in lines)


def indented(code: str, space: str = "    ") -> str:
    """The code further right, with the lines of its SQL."""
    return indent(code, space)
