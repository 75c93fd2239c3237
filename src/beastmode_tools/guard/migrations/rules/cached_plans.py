"""Plans that running processes keep while a migration changes what their statements give."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.plans import PlansKept
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]


@rule("cached-plan-outdated", PlansKept)
def cached_plan_outdated(change: PlansKept) -> Iterator[Match]:
    """Requests that fail between the migration and the restart of the old processes."""
    columns = first_few(change.columns, 4)
    yield Match(
        where=str(change.place),
        subject=f"plans of {change.table} {' '.join(change.columns)}",
        fields={"which": f"`*` of {change.table}" if change.is_star else f"{change.table}.{columns}"},
        message="every-request" if change.for_ever else "once",
        evidence="psycopg 3 prepares a statement on the server once a connection ran it five times without a ROLLBACK",
        verdict=Verdict.DANGEROUS if change.for_ever else None,
    )


RULES = (cached_plan_outdated,)
