"""Operations: there, gone, or called otherwise."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    OperationAdded,
    OperationIdChanged,
    OperationRemoved,
    PathRespelled,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("operation-removed", Verdict.DANGEROUS, OperationRemoved)
def operation_removed(change: OperationRemoved) -> Iterator[Found]:
    """An operation is gone without a warning."""
    if not change.is_deprecated or change.sunset is None:
        yield found(
            change,
            f"{change.site.operation} is gone: every client that calls it breaks",
            "Keep it, mark it as deprecated with a sunset date, and remove it after that.",
        )


@rule("operation-removed-before-sunset", Verdict.DANGEROUS, OperationRemoved)
def operation_removed_before_sunset(change: OperationRemoved) -> Iterator[Found]:
    """An operation is gone before its day."""
    if change.is_deprecated and change.sunset is not None and not change.is_past:
        yield found(
            change,
            f"{change.site.operation} is gone, and its sunset is {change.sunset}: clients were promised that time",
            "Keep it until its sunset date.",
        )


@rule("operation-removed-after-sunset", Verdict.CAUTIOUS, OperationRemoved)
def operation_removed_after_sunset(change: OperationRemoved) -> Iterator[Found]:
    """An operation is gone that was announced to go."""
    if change.is_deprecated and change.sunset is not None and bool(change.is_past):
        yield found(
            change,
            f"{change.site.operation} is gone, as announced for {change.sunset}; who still calls it breaks",
            "Look in the logs whether anybody still calls it.",
        )


@rule("operation-added", Verdict.SAFE, OperationAdded)
def operation_added(change: OperationAdded) -> Iterator[Found]:
    """An operation is new."""
    if bool(change.site.operation):
        yield found(change, f"{change.site.operation} is new")


@rule("operation-respelled", Verdict.SAFE, PathRespelled)
def operation_respelled(change: PathRespelled) -> Iterator[Found]:
    """A path parameter is called otherwise; its address is the same."""
    if not change.is_slash:
        yield found(
            change, f"{change.old} is now written {change.new}; calls are the same", "", f"{change.old} → {change.new}"
        )


@rule("operation-slash-changed", Verdict.CAUTIOUS, PathRespelled)
def operation_slash_changed(change: PathRespelled) -> Iterator[Found]:
    """A path ends with a slash, or no longer does."""
    if change.is_slash:
        yield found(
            change,
            f"{change.old} is now {change.new}: clients get a redirect, which many do not follow with a body, or 404",
            "Serve both, or keep the old one.",
            f"{change.old} → {change.new}",
        )


@rule("operation-id-added", Verdict.SAFE, OperationIdChanged)
def operation_id_added(change: OperationIdChanged) -> Iterator[Found]:
    """An operation has a name for generated clients."""
    if change.old is None:
        yield found(change, f"{change.site.operation} is now called {change.new} in generated clients")


@rule("operation-id-changed", Verdict.CAUTIOUS, OperationIdChanged)
def operation_id_changed(change: OperationIdChanged) -> Iterator[Found]:
    """Generated clients call an operation by another name."""
    if change.old is not None:
        yield found(
            change,
            f"the operationId {change.old} is now {change.new or 'missing'}: code "
            "that calls generated clients no longer compiles",
            "Keep the operationId.",
            f"{change.old} → {change.new}",
        )


RULES = (
    operation_removed,
    operation_removed_before_sunset,
    operation_removed_after_sunset,
    operation_added,
    operation_respelled,
    operation_slash_changed,
    operation_id_added,
    operation_id_changed,
)
