"""The triggers that keep two columns in step: whoever writes one of them, ORM, job or raw SQL, also writes the other.

A statement writes one of the columns; the other keeps its default, or what it was. So the one that differs is the one
that was written. Where both were, the new one counts.
"""

from beastmode_tools.recipes.phases.pair import Pair, quoted_name

__all__ = ["drop_on_postgresql", "drop_on_sqlite", "on_postgresql", "on_sqlite"]


def on_postgresql(pair: Pair) -> list[str]:
    """The statements that create the function and its trigger, which runs before a row is stored."""
    table, name = quoted_name(pair.table), quoted_name(pair.trigger)
    old, new = pair.old.sql, pair.new.sql
    function = f"""CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.{new} IS NOT DISTINCT FROM {pair.new.default} THEN
            NEW.{new} := {pair.forth(f"NEW.{old}")};
        ELSIF NEW.{new} IS DISTINCT FROM {pair.forth(f"NEW.{old}")} THEN
            NEW.{old} := {pair.back(f"NEW.{new}")};
        END IF;
    ELSIF NEW.{new} IS DISTINCT FROM OLD.{new} THEN
        IF NEW.{new} IS DISTINCT FROM {pair.forth(f"NEW.{old}")} THEN
            NEW.{old} := {pair.back(f"NEW.{new}")};
        END IF;
    ELSIF NEW.{old} IS DISTINCT FROM OLD.{old} AND NEW.{old} IS DISTINCT FROM
            {pair.back(f"NEW.{new}")} THEN
        NEW.{new} := {pair.forth(f"NEW.{old}")};
    END IF;
    RETURN NEW;
END
$$"""
    trigger = (
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE OF {old}, {new}\n"
        f"ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    )
    return [function, trigger]


def drop_on_postgresql(pair: Pair) -> list[str]:
    """The statements that remove both."""
    name = quoted_name(pair.trigger)
    return [f"DROP TRIGGER {name} ON {quoted_name(pair.table)}", f"DROP FUNCTION {name}()"]


def on_sqlite(pair: Pair) -> list[str]:
    """The statements that create the triggers, which run after a row is stored; SQLite has no others that change it.

    They fire each other, so that each leaves a row alone whose columns agree, in either direction.
    """
    old, new, default = pair.old.sql, pair.new.sql, pair.new.default_on_sqlite
    forth, back = pair.forth(f"NEW.{old}"), pair.back(f"NEW.{new}")
    key, table = quoted_name(pair.key), quoted_name(pair.table)

    def trigger(when: str, what: str, to_new: str, to_old: str) -> str:
        return f"""CREATE TRIGGER {quoted_name(f"{pair.trigger}_{when}")} AFTER {what}
ON {table} FOR EACH ROW BEGIN
    UPDATE {table} SET {new} = {forth}
        WHERE {key} = NEW.{key} AND {to_new};
    UPDATE {table} SET {old} = {back}
        WHERE {key} = NEW.{key} AND {to_old}
        AND NEW.{new} IS NOT {forth};
END"""  # noqa: S608 - a migration, of names that were read from the models

    unchanged = f"NEW.{new} IS OLD.{new} AND NEW.{old} IS NOT OLD.{old}"
    return [
        trigger("insert", "INSERT", f"NEW.{new} IS {default}", f"NEW.{new} IS NOT {default}"),
        trigger(
            "update",
            f"UPDATE OF {old}, {new}",
            f"{unchanged}\n        AND NEW.{old} IS NOT {back}",
            f"NEW.{new} IS NOT OLD.{new}",
        ),
    ]


def drop_on_sqlite(pair: Pair) -> list[str]:
    """The statements that remove them."""
    return [f"DROP TRIGGER {quoted_name(f'{pair.trigger}_{when}')}" for when in ("insert", "update")]
