"""How findings about migrations are worded: where, under which condition, on which table."""

from collections.abc import Sequence

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import ExecuteSql, Operation, Place
from beastmode_tools.guard.rule import Found

__all__ = ["at", "condition_of", "evidence_of", "found", "locks_matter", "subject_of", "where_seen"]


def found(op: Operation, problem: str, instead: str = "", *, verdict: Verdict | None = None) -> Found:
    """A finding about one operation.

    Args:
        op: What it is about.
        problem: What changes, for whom.
        instead: What to do instead.
        verdict: Where it differs from the rule's own.
    """
    return Found(
        where=str(op.place),
        problem=problem,
        instead=instead,
        subject=subject_of(op),
        evidence=evidence_of(op),
        proved=bool(op.ran_on),
        verdict=verdict,
    )


def evidence_of(op: Operation) -> str:
    """The operation in words, under which condition it runs, and where it was seen to."""
    return f"{op}{condition_of(op.place)}{ran_where(op)}"


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


def at(  # noqa: PLR0913 - what a finding consists of
    place: Place,
    problem: str,
    instead: str,
    subject: str,
    *,
    of: Sequence[Operation] = (),
    verdict: Verdict | None = None,
) -> Found:
    """A finding about what several operations do together; proved where all of them, `of`, were seen to run."""
    ran = ran_where(*of) if of else ""
    return Found(
        where=str(place),
        problem=problem,
        instead=instead,
        subject=subject,
        evidence=f"{subject}{condition_of(place)}{ran}",
        proved=bool(ran),
        verdict=verdict,
    )


def condition_of(place: Place) -> str:
    """Under which condition an operation runs, in words; "" where it always does."""
    parts = [f"only on {', '.join(place.dialects)}"] if place.dialects else []
    parts += [f"only if {place.condition}"] if place.condition else []
    parts += ["errors are caught"] if place.guarded else []
    return f" ({'; '.join(parts)})" if parts else ""


def locks_matter(op: Operation) -> bool:
    """Whether others may be using the table meanwhile: not one of this change, not on SQLite only."""
    return not op.known.new_table and set(op.place.dialects) != {"sqlite"}
