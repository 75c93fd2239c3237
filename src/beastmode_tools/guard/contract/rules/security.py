"""Who may call, and how security schemes are defined."""

from typing import Any

from beastmode_tools.guard.contract.compare.structure_changes import (
    AlternativeAdded,
    AlternativeRemoved,
    OptionalSecurityChanged,
    SchemeChanged,
    ScopeAdded,
    ScopeRemoved,
    SecurityDropped,
    SecurityRequired,
)
from beastmode_tools.guard.contract.rules.row import harmless, row

__all__ = ["RULES"]

REDEFINED = ("kind", "flow removed")
MOVED = ("address", "scope removed")


def has_schemes(change: Any) -> bool:
    """Whether there is a scheme to name."""
    return bool(change.schemes)


RULES = (
    row("security-required", SecurityRequired, has_schemes),
    row("security-dropped", SecurityDropped, has_schemes),
    row("security-way-added", AlternativeAdded, has_schemes, detail="{schemes}"),
    row("security-way-removed", AlternativeRemoved, has_schemes, detail="{schemes}"),
    row("security-scope-added", ScopeAdded, lambda c: bool(c.scope), detail="{scheme} {scope}"),
    row("security-scope-removed", ScopeRemoved, lambda c: bool(c.scope), detail="{scheme} {scope}"),
    row("security-optional-changed", OptionalSecurityChanged, lambda c: c.old != c.new, detail="{old} → {new}"),
    row(
        "security-scheme-redefined",
        SchemeChanged,
        lambda c: c.is_used and c.what in REDEFINED,
        detail="{scheme} {detail}",
    ),
    row("security-scheme-moved", SchemeChanged, lambda c: c.is_used and c.what in MOVED, detail="{scheme} {detail}"),
    harmless(
        "security-scheme-changed",
        SchemeChanged,
        lambda c: not c.is_used or c.what not in {*REDEFINED, *MOVED},
        detail="{scheme} {what} {detail}",
    ),
)
