"""Fills a column on PostgreSQL while others read and write, and forbids NULL in it without a long lock."""

from beastmode_tools.recipes.phases.pair import Pair, quoted_name

__all__ = ["LOCK", "fill", "forbid_null"]

ROWS = 1000
"""Of a batch: a commit after each lets vacuum and replicas keep up, and takes well below a second."""
PATIENCE = "400ms"
"""For a row that somebody else holds: less than PostgreSQL's deadlock_timeout of a second, so that of two who wait for
each other it is never the request that is refused."""
LOCK = "2s"
"""For the lock on a table: everybody else queues behind the one who waits for it. After that the migration fails, and
can be run again."""


def fill(pair: Pair) -> str:
    """A statement that fills the new column from the old one in batches, each committed; it can be repeated.

    Rows that are written meanwhile are filled by the trigger.
    """
    return filled(
        pair.table,
        pair.key,
        f"{pair.new.sql} = {pair.forth(pair.old.sql)}",
        f"{pair.new.sql} IS NULL AND {pair.old.sql} IS NOT NULL",
    )


def filled(table: str, key: str, change: str, where: str) -> str:
    """An UPDATE in batches by the primary key.

    Args:
        table: The table.
        key: Its primary key.
        change: What is set.
        where: Which rows still need it.
    """
    table, key = quoted_name(table), quoted_name(key)
    return f"""DO $$
DECLARE
    low {table}.{key}%TYPE;
    next {table}.{key}%TYPE;
BEGIN
    SELECT {key} INTO low FROM {table} ORDER BY {key} LIMIT 1;
    WHILE low IS NOT NULL LOOP
        PERFORM set_config('lock_timeout', '{PATIENCE}', true);
        SELECT {key} INTO next FROM {table} WHERE {key} >= low ORDER BY {key} OFFSET {ROWS} LIMIT 1;
        BEGIN
            IF next IS NULL THEN
                UPDATE {table} SET {change}
                WHERE {key} >= low AND {where};
            ELSE
                UPDATE {table} SET {change}
                WHERE {key} >= low AND {key} < next AND {where};
            END IF;
            low := next;
        EXCEPTION WHEN lock_not_available THEN
            PERFORM pg_sleep(0.1);
        END;
        COMMIT;
    END LOOP;
END
$$"""  # noqa: S608 - a migration, of names that were read from the models


def forbid_null(table: str, column: str) -> list[str]:
    """The statements that make a filled column required: the rows are checked beside reads and writes.

    Each can be repeated, so that a migration that failed in between can run again.
    """
    altered, name = f"ALTER TABLE {quoted_name(table)}", quoted_name(f"{table}_{column}_not_null_yet")
    check = f"{quoted_name(column)} IS NOT NULL"
    return [
        f"SET lock_timeout = '{LOCK}'",
        f"{altered} DROP CONSTRAINT IF EXISTS {name}",
        f"{altered}\nADD CONSTRAINT {name} CHECK ({check}) NOT VALID",
        f"{altered} VALIDATE CONSTRAINT {name}",
        f"{altered} ALTER COLUMN {quoted_name(column)} SET NOT NULL",
        f"{altered} DROP CONSTRAINT {name}",
        "RESET lock_timeout",
    ]
