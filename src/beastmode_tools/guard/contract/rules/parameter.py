"""Parameters in path, query, headers and cookies."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    ParameterAdded,
    ParameterMoved,
    ParameterRemoved,
    ParameterRequirednessChanged,
    SerializationChanged,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("parameter-required", Verdict.DANGEROUS, ParameterAdded)
def parameter_required(change: ParameterAdded) -> Iterator[Found]:
    """A new parameter must be sent."""
    if change.is_required and change.location != "path":
        yield found(
            change,
            f"{change.site.name} is new and must be sent: every call of today is refused",
            "Make it optional, and let calls without it mean what they meant.",
        )


@rule("parameter-offered", Verdict.SAFE, ParameterAdded)
def parameter_offered(change: ParameterAdded) -> Iterator[Found]:
    """A new parameter may be sent."""
    if not change.is_required and change.location != "path":
        yield found(change, f"{change.site.name} is new and may be left out")


@rule("path-parameter-described", Verdict.CAUTIOUS, ParameterAdded)
def path_parameter_described(change: ParameterAdded) -> Iterator[Found]:
    """A placeholder of the path has a description now, which may restrict it."""
    if change.location == "path":
        yield found(
            change,
            f"{change.site.name} was not described and is now: addresses that were valid may no longer be",
            "Describe it as what the route takes, no narrower.",
        )


@rule("parameter-removed", Verdict.CAUTIOUS, ParameterRemoved)
def parameter_removed(change: ParameterRemoved) -> Iterator[Found]:
    """A parameter is ignored that clients send."""
    if not change.is_past:
        yield found(
            change,
            f"{change.site.name} is no longer read: what clients send there is ignored in silence",
            "Go on reading it; mark it as deprecated with a sunset date first.",
        )


@rule("parameter-removed-after-sunset", Verdict.SAFE, ParameterRemoved)
def parameter_removed_after_sunset(change: ParameterRemoved) -> Iterator[Found]:
    """A parameter is gone that was announced to go."""
    if bool(change.is_past):
        yield found(change, f"{change.site.name} is gone, as announced for {change.sunset}")


@rule("parameter-moved", Verdict.DANGEROUS, ParameterMoved)
def parameter_moved(change: ParameterMoved) -> Iterator[Found]:
    """A parameter must be sent elsewhere."""
    if change.old != change.new:
        yield found(
            change,
            f"{change.site.name} was read from the {change.old} and is now read from the "
            f"{change.new}: calls of today no longer reach it",
            "Read it from both places in this version.",
            f"{change.old} → {change.new}",
        )


@rule("parameter-became-required", Verdict.DANGEROUS, ParameterRequirednessChanged)
def parameter_became_required(change: ParameterRequirednessChanged) -> Iterator[Found]:
    """A parameter that could be left out must be sent."""
    if change.is_required:
        yield found(
            change,
            f"{change.site.name} must now be sent: calls that leave it out are refused",
            "Keep it optional, with a default.",
        )


@rule("parameter-became-optional", Verdict.SAFE, ParameterRequirednessChanged)
def parameter_became_optional(change: ParameterRequirednessChanged) -> Iterator[Found]:
    """A parameter may be left out."""
    if not change.is_required:
        yield found(change, f"{change.site.name} may now be left out")


@rule("parameter-written-otherwise", Verdict.DANGEROUS, SerializationChanged)
def parameter_written_otherwise(change: SerializationChanged) -> Iterator[Found]:
    """A list or object must be written in another way."""
    if change.keyword in ("style", "explode", "content"):
        yield found(
            change,
            f"{change.site.name} must be written in another way ({change.keyword}: "
            f"{change.old} → {change.new}): calls of today are misread",
            "Read both ways in this version, or give the new one another name.",
            f"{change.keyword} {change.old} → {change.new}",
        )


@rule("parameter-characters-changed", Verdict.CAUTIOUS, SerializationChanged)
def parameter_characters_changed(change: SerializationChanged) -> Iterator[Found]:
    """Whether empty values or reserved characters are accepted."""
    if change.keyword in ("allowEmptyValue", "allowReserved"):
        yield found(
            change,
            f"{change.keyword} of {change.site.name} was {change.old} and is now {change.new}",
            "Go on accepting what was accepted.",
            f"{change.keyword}",
        )


RULES = (
    parameter_required,
    parameter_offered,
    path_parameter_described,
    parameter_removed,
    parameter_removed_after_sunset,
    parameter_moved,
    parameter_became_required,
    parameter_became_optional,
    parameter_written_otherwise,
    parameter_characters_changed,
)
