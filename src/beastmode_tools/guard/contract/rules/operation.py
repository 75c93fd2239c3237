"""Operations: added, removed, renamed, deprecated; their sunset dates and levels of stability."""

from typing import Any

from beastmode_tools.guard.contract.compare.structure_changes import (
    DeprecationChanged,
    OperationAdded,
    OperationIdChanged,
    OperationRemoved,
    PathRespelled,
    StabilityChanged,
    SunsetChanged,
)
from beastmode_tools.guard.contract.rules.row import harmless, row

__all__ = ["RULES"]

FROM_TO = "{old} → {new}"


def is_announced(change: Any) -> bool:
    """Whether the contract said when it would be removed."""
    return change.is_deprecated and change.sunset is not None


RULES = (
    row("operation-removed", OperationRemoved, lambda c: not is_announced(c), message="unannounced"),
    row(
        "operation-removed",
        OperationRemoved,
        lambda c: is_announced(c) and not c.is_past,
        message="before-sunset",
    ),
    row("operation-removed-after-sunset", OperationRemoved, lambda c: is_announced(c) and bool(c.is_past)),
    harmless("operation-added", OperationAdded, lambda c: bool(c.site.operation)),
    harmless("operation-respelled", PathRespelled, lambda c: not c.is_slash, detail=FROM_TO),
    row("operation-slash-changed", PathRespelled, lambda c: c.is_slash, detail=FROM_TO),
    harmless("operation-id-added", OperationIdChanged, lambda c: c.old is None),
    row(
        "operation-id-changed",
        OperationIdChanged,
        lambda c: c.old is not None,
        detail=FROM_TO,
        new=lambda c: c.new or "missing",
    ),
    harmless("operation-deprecated", DeprecationChanged, is_announced),
    row("operation-deprecated-without-sunset", DeprecationChanged, lambda c: c.is_deprecated and c.sunset is None),
    harmless("operation-reactivated", DeprecationChanged, lambda c: not c.is_deprecated),
    row(
        "sunset-date-unusable",
        SunsetChanged,
        lambda c: c.action == "unreadable",
        message="unreadable",
        detail="{new}",
    ),
    row("sunset-date-unusable", SunsetChanged, lambda c: c.action == "past", message="past", detail="{new}"),
    row("sunset-brought-forward", SunsetChanged, lambda c: c.action == "brought-forward", detail=FROM_TO),
    row("sunset-removed", SunsetChanged, lambda c: c.action == "removed", detail="{old}"),
    harmless("sunset-set", SunsetChanged, lambda c: c.action in {"set", "postponed"}, detail="{new}"),
    row("stability-lowered", StabilityChanged, lambda c: c.action == "lowered", detail=FROM_TO),
    harmless("stability-raised", StabilityChanged, lambda c: c.action == "raised", detail=FROM_TO),
    row("stability-unknown", StabilityChanged, lambda c: c.action == "unknown", detail=FROM_TO),
)
