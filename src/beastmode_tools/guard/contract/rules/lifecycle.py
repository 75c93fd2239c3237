"""Deprecation, sunset dates, levels of stability."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import DeprecationChanged, StabilityChanged, SunsetChanged
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("operation-deprecated", Verdict.SAFE, DeprecationChanged)
def operation_deprecated(change: DeprecationChanged) -> Iterator[Found]:
    """An operation is marked as deprecated, with its last day."""
    if change.is_deprecated and change.sunset is not None:
        yield found(change, f"{change.site.operation} is deprecated and goes on {change.sunset}")


@rule("operation-deprecated-without-sunset", Verdict.SAFE, DeprecationChanged)
def operation_deprecated_without_sunset(change: DeprecationChanged) -> Iterator[Found]:
    """An operation is marked as deprecated, without its last day."""
    if change.is_deprecated and change.sunset is None:
        yield found(
            change,
            f"{change.site.operation} is deprecated, and no date says until when it stays",
            "Say until when it stays: x-sunset: 2031-01-31, and the Sunset header in its answers.",
        )


@rule("operation-reactivated", Verdict.SAFE, DeprecationChanged)
def operation_reactivated(change: DeprecationChanged) -> Iterator[Found]:
    """An operation is no longer deprecated."""
    if not change.is_deprecated:
        yield found(change, f"{change.site.operation} is no longer deprecated")


@rule("sunset-unreadable", Verdict.DANGEROUS, SunsetChanged)
def sunset_unreadable(change: SunsetChanged) -> Iterator[Found]:
    """A sunset date that nobody can read."""
    if change.action == "unreadable":
        yield found(
            change,
            f"the sunset of {change.site.name} is {change.new}, which is no date: nobody knows until when it stays",
            "Write it as an ISO date: 2031-01-31.",
            f"{change.new}",
        )


@rule("sunset-past", Verdict.DANGEROUS, SunsetChanged)
def sunset_past(change: SunsetChanged) -> Iterator[Found]:
    """A sunset date that has passed when it is announced."""
    if change.action == "past":
        yield found(
            change,
            f"the sunset of {change.site.name} is {change.new}, which has passed: clients have no time to move",
            "Choose a day that leaves clients the time that you promise.",
            f"{change.new}",
        )


@rule("sunset-brought-forward", Verdict.DANGEROUS, SunsetChanged)
def sunset_brought_forward(change: SunsetChanged) -> Iterator[Found]:
    """An earlier sunset date than announced."""
    if change.action == "brought-forward":
        yield found(
            change,
            f"the sunset of {change.site.name} was {change.old} and is now "
            f"{change.new}: clients were promised more time",
            "Keep the date, or choose a later one.",
            f"{change.old} → {change.new}",
        )


@rule("sunset-removed", Verdict.DANGEROUS, SunsetChanged)
def sunset_removed(change: SunsetChanged) -> Iterator[Found]:
    """A sunset date is taken back while the deprecation stays."""
    if change.action == "removed":
        yield found(
            change,
            f"the sunset {change.old} of {change.site.name} is gone while it stays "
            "deprecated: nobody knows until when it stays",
            "Keep the date, or say a later one.",
            f"{change.old}",
        )


@rule("sunset-set", Verdict.SAFE, SunsetChanged)
def sunset_set(change: SunsetChanged) -> Iterator[Found]:
    """A sunset date is given, or a later one."""
    if change.action in ("set", "postponed"):
        yield found(change, f"the sunset of {change.site.name} is {change.new} now", "", f"{change.new}")


@rule("stability-lowered", Verdict.DANGEROUS, StabilityChanged)
def stability_lowered(change: StabilityChanged) -> Iterator[Found]:
    """Less is promised than before."""
    if change.action == "lowered":
        yield found(
            change,
            f"{change.site.operation} was {change.old} and is now {change.new}: "
            "what clients rely on may change at any time",
            "Keep the level; a new version may start lower.",
            f"{change.old} → {change.new}",
        )


@rule("stability-raised", Verdict.SAFE, StabilityChanged)
def stability_raised(change: StabilityChanged) -> Iterator[Found]:
    """More is promised than before."""
    if change.action == "raised":
        yield found(
            change,
            f"{change.site.operation} was {change.old} and is now {change.new}",
            "",
            f"{change.old} → {change.new}",
        )


@rule("stability-unknown", Verdict.CAUTIOUS, StabilityChanged)
def stability_unknown(change: StabilityChanged) -> Iterator[Found]:
    """A level of stability that nobody knows."""
    if change.action == "unknown":
        yield found(
            change,
            f"the stability of {change.site.operation} went from {change.old} to "
            f"{change.new}, which is none of draft, alpha, beta, stable",
            "Write one of draft, alpha, beta, stable.",
            f"{change.old} → {change.new}",
        )


RULES = (
    operation_deprecated,
    operation_deprecated_without_sunset,
    operation_reactivated,
    sunset_unreadable,
    sunset_past,
    sunset_brought_forward,
    sunset_removed,
    sunset_set,
    stability_lowered,
    stability_raised,
    stability_unknown,
)
