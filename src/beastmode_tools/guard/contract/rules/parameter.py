"""Parameters in path, query, headers and cookies."""

from typing import Any

from beastmode_tools.guard.contract.compare.schema_changes import DefaultChanged
from beastmode_tools.guard.contract.compare.structure_changes import (
    ParameterAdded,
    ParameterMoved,
    ParameterRemoved,
    ParameterRequirednessChanged,
    SerializationChanged,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import from_client

__all__ = ["RULES", "is_parameter"]


def is_parameter(change: DefaultChanged) -> bool:
    """Whether it is the whole value of a parameter."""
    return change.site.kind == "parameter" and not change.site.field


def of_parameter(change: Any) -> bool:
    """Whether it is the default of a parameter that clients may leave out."""
    return from_client(change) and is_parameter(change)


RULES = (
    row(
        "required-input-added",
        ParameterAdded,
        lambda c: c.is_required and c.location != "path",
        message="parameter",
    ),
    harmless("parameter-offered", ParameterAdded, lambda c: not c.is_required and c.location != "path"),
    row("path-parameter-described", ParameterAdded, lambda c: c.location == "path"),
    row("parameter-removed", ParameterRemoved, lambda c: not c.is_past),
    harmless("parameter-removed-after-sunset", ParameterRemoved, lambda c: bool(c.is_past)),
    row("parameter-moved", ParameterMoved, lambda c: c.old != c.new, detail="{old} → {new}"),
    row("input-became-required", ParameterRequirednessChanged, lambda c: c.is_required, message="parameter"),
    harmless("parameter-became-optional", ParameterRequirednessChanged, lambda c: not c.is_required),
    row(
        "parameter-serialization-changed",
        SerializationChanged,
        lambda c: c.keyword in {"style", "explode", "content"},
        detail="{keyword} {old} → {new}",
    ),
    row(
        "parameter-characters-changed",
        SerializationChanged,
        lambda c: c.keyword in {"allowEmptyValue", "allowReserved"},
        detail="{keyword}",
    ),
    row("parameter-default-added", DefaultChanged, lambda c: of_parameter(c) and c.old is None, detail="{new}"),
    row(
        "parameter-default-changed",
        DefaultChanged,
        lambda c: of_parameter(c) and c.old is not None and c.new is not None,
        message="changed",
        detail="{old} → {new}",
    ),
    row(
        "parameter-default-changed",
        DefaultChanged,
        lambda c: of_parameter(c) and c.new is None,
        message="removed",
        detail="{old}",
    ),
)
