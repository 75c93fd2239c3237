"""Where the models and the schema that the migrations make differ, and which of that is new."""

from collections.abc import Iterable, Mapping
from typing import Any

from beastmode_tools.guard.migrations.compare.proved.facts import Drift, merged
from beastmode_tools.guard.migrations.proof.states import State

__all__ = ["drift_of", "new_drift"]


def drift_of(state: State) -> list[Drift]:
    """What Alembic's comparison says about a database at the head of a side."""
    return [drift(one, state.database.dialect) for one in state.drift]


def new_drift(states: Iterable[tuple[State, State]]) -> list[Drift]:
    """What differs at the work side's head and did not at the base side's.

    Args:
        states: For each kind of database, the one at the base's head and the one at the work's.
    """
    found: list[Drift] = []
    for old, new in states:
        if "failed" in (old.how, new.how) or old.how == "created and stamped":
            continue
        known = {(one.kind, one.table, one.name, one.detail) for one in drift_of(old)}
        found += [one for one in drift_of(new) if (one.kind, one.table, one.name, one.detail) not in known]
    return merged(found)


def drift(told: Mapping[str, Any], dialect: str) -> Drift:
    """One difference as the probe tells it."""
    return Drift(kind=told["kind"], table=told["table"], name=told["name"], detail=told["detail"], dialects=(dialect,))
