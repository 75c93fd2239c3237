"""What a finding about migrations has without its words: where, under which condition, and where it was seen to run."""

from collections.abc import Sequence
from typing import Any

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Operation, Place
from beastmode_tools.guard.rule import Match

__all__ = ["at", "cascade_of", "found", "locks_matter", "where_seen"]


def found(op: Operation, message: str = "", *, verdict: Verdict | None = None, **fields: object) -> Match:
    """A finding about one operation.

    Args:
        op: What it is about.
        message: The label of the message on the page; "" where it has one only.
        verdict: Where it differs from the rule's own.
        fields: For the `{fields}` of the message, besides the attributes of the operation.
    """
    return Match(
        where=str(op.place),
        subject=subject_of(op),
        fields=fields,
        message=message,
        evidence=f"{op}{condition_of(op.place)}{ran_where(op)}",
        proved=bool(op.ran_on),
        verdict=verdict,
    )


def at(
    place: Place,
    subject: str,
    message: str = "",
    *,
    of: Sequence[Operation] = (),
    verdict: Verdict | None = None,
    **fields: object,
) -> Match:
    """A finding about what several operations do together; proved where all of them, `of`, were seen to run."""
    ran = ran_where(*of) if of else ""
    evidence = f"{subject}{condition_of(place)}{ran}"
    return Match(str(place), subject, fields, message, evidence, proved=bool(ran), verdict=verdict)


def ran_where(*operations: Operation) -> str:
    """Where operations were seen to run, to go behind them; "" where one of them was only read."""
    where = set.intersection(*(set(op.ran_on) for op in operations))
    return f", seen to run{where_seen(sorted(where))}" if where else ""


def where_seen(dialects: Sequence[str]) -> str:
    """The databases, to go into a sentence."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    return f" on {' and '.join(names.get(dialect, dialect) for dialect in dialects)}" if dialects else ""


def subject_of(op: Operation) -> str:
    """What tells an operation from every other one; two UPDATEs of a column may write different values."""
    values = getattr(op, "values", ()) if isinstance(op, ExecuteSql) else ()
    return f"{op}{' to ' + ', '.join(values) if values else ''}"


def condition_of(place: Place) -> str:
    """Under which condition an operation runs, in words; "" where it always does."""
    parts = [f"only on {', '.join(place.dialects)}"] if place.dialects else []
    parts += [f"only if {place.condition}"] if place.condition else []
    parts += ["errors are caught"] if place.guarded else []
    return f" ({'; '.join(parts)})" if parts else ""


def locks_matter(op: Operation) -> bool:
    """Whether others may be using the table meanwhile: not one of this change, not on SQLite only."""
    return not op.known.new_table and set(op.place.dialects) != {"sqlite"}


def cascade_of(op: Any) -> str:
    """What else is dropped, to go behind what is dropped."""
    return " and everything that depends on it (CASCADE)" if op.cascade else ""
