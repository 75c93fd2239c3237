"""Which values are valid: null, lists of values, constants."""

from typing import Any

from beastmode_tools.guard.contract.compare.schema_changes import (
    EnumAdded,
    EnumDropped,
    FixedValueChanged,
    NullabilityChanged,
    ValueAdded,
    ValueRemoved,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import from_api, from_client

__all__ = ["RULES"]

MOST_VALUES = 5  # more of them make a sentence that nobody reads


def values(change: Any) -> str:
    """The first values of a list."""
    return ", ".join(change.values[:MOST_VALUES])


RULES = (
    row("request-null-refused", NullabilityChanged, lambda c: from_client(c) and not c.is_nullable),
    harmless("request-null-accepted", NullabilityChanged, lambda c: from_client(c) and c.is_nullable),
    row("response-null-possible", NullabilityChanged, lambda c: from_api(c) and c.is_nullable),
    harmless("response-null-excluded", NullabilityChanged, lambda c: from_api(c) and not c.is_nullable),
    row("request-enum-introduced", EnumAdded, from_client, values=values),
    harmless("request-enum-lifted", EnumDropped, from_client, values=values),
    row("request-value-refused", ValueRemoved, from_client, detail="{value}"),
    harmless("request-value-accepted", ValueAdded, from_client, detail="{value}"),
    row("response-value-added", ValueAdded, lambda c: from_api(c) and not c.is_extensible, detail="{value}"),
    harmless("response-value-announced", ValueAdded, lambda c: from_api(c) and c.is_extensible, detail="{value}"),
    harmless("response-value-gone", ValueRemoved, from_api, detail="{value}"),
    harmless("response-enum-introduced", EnumAdded, from_api, values=values),
    row("response-enum-lifted", EnumDropped, from_api, values=values),
    row(
        "fixed-value-changed",
        FixedValueChanged,
        lambda c: from_client(c) or from_api(c),
        detail="{old} → {new}",
    ),
)
