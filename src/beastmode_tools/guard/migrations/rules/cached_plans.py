"""Plans that running processes keep while a migration changes what their statements give."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.plans import PlansKept
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]


@rule("cached-plan-outdated", Verdict.CAUTIOUS, PlansKept)
def cached_plan_outdated(change: PlansKept) -> Iterator[Found]:
    """Requests that fail between the migration and the restart of the old processes."""
    columns = first_few(change.columns, 4)
    which = f"`*` of {change.table}" if change.is_star else f"{change.table}.{columns}"
    how_long = (
        "on connections in AUTOCOMMIT every time until the process restarts, on others once a connection"
        if change.for_ever
        else "once a connection"
    )
    yield Found(
        where=str(change.place),
        problem=f"Running processes keep prepared statements that return {which}; PostgreSQL refuses them after this "
        f'migration ("cached plan must not change result type"): {how_long}.',
        instead="Restart the old processes right behind the migration, or deploy connect_args={'prepare_threshold': "
        "None} before it; without any failed request: add a new column, write both, and move over in the next release.",
        subject=f"plans of {change.table} {' '.join(change.columns)}",
        evidence="psycopg 3 prepares a statement on the server once a connection ran it five times without a ROLLBACK",
        verdict=Verdict.DANGEROUS if change.for_ever else None,
    )


RULES = (cached_plan_outdated,)
