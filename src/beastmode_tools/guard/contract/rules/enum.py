"""Lists of values."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import (
    EnumAdded,
    EnumDropped,
    FixedValueChanged,
    ValueAdded,
    ValueRemoved,
)
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-enum-introduced", Verdict.DANGEROUS, EnumAdded)
def request_enum_introduced(change: EnumAdded) -> Iterator[Found]:
    """What was free is now a list."""
    if from_client(change):
        yield found(
            change,
            f"{change.site.name} took any value and now only {', '.join(change.values[:5])}: other values are refused",
            "Go on accepting other values, and map them to one of the list.",
        )


@rule("request-enum-lifted", Verdict.SAFE, EnumDropped)
def request_enum_lifted(change: EnumDropped) -> Iterator[Found]:
    """What was a list is now free."""
    if from_client(change):
        yield found(change, f"{change.site.name} takes any value now, not only {', '.join(change.values[:5])}")


@rule("request-value-refused", Verdict.DANGEROUS, ValueRemoved)
def request_value_refused(change: ValueRemoved) -> Iterator[Found]:
    """A value is no longer accepted."""
    if from_client(change):
        yield found(
            change,
            f"{change.site.name} no longer takes {change.value}: calls that send it are refused",
            f"Go on accepting {change.value} and treat it as the value that took its place.",
            f"{change.value}",
        )


@rule("request-value-accepted", Verdict.SAFE, ValueAdded)
def request_value_accepted(change: ValueAdded) -> Iterator[Found]:
    """One more value is accepted."""
    if from_client(change):
        yield found(change, f"{change.site.name} now takes {change.value} too", "", f"{change.value}")


@rule("response-value-added", Verdict.CAUTIOUS, ValueAdded)
def response_value_added(change: ValueAdded) -> Iterator[Found]:
    """A value is sent that clients do not know."""
    if from_api(change) and not change.is_extensible:
        yield found(
            change,
            f"{change.site.name} may now be {change.value}, which clients of today do not know",
            "Tell clients beforehand that the list grows (x-extensible-enum), or send the value in a new version only.",
            f"{change.value}",
        )


@rule("response-value-announced", Verdict.SAFE, ValueAdded)
def response_value_announced(change: ValueAdded) -> Iterator[Found]:
    """A value is sent of a list that was announced to grow."""
    if from_api(change) and change.is_extensible:
        yield found(
            change,
            f"{change.site.name} may now be {change.value}; its list was announced to grow",
            "",
            f"{change.value}",
        )


@rule("response-value-gone", Verdict.SAFE, ValueRemoved)
def response_value_gone(change: ValueRemoved) -> Iterator[Found]:
    """A value is no longer sent."""
    if from_api(change):
        yield found(change, f"{change.site.name} is never {change.value} any more", "", f"{change.value}")


@rule("response-enum-introduced", Verdict.SAFE, EnumAdded)
def response_enum_introduced(change: EnumAdded) -> Iterator[Found]:
    """What was free is now a list."""
    if from_api(change):
        yield found(change, f"{change.site.name} is now one of {', '.join(change.values[:5])}")


@rule("response-enum-lifted", Verdict.CAUTIOUS, EnumDropped)
def response_enum_lifted(change: EnumDropped) -> Iterator[Found]:
    """Values are sent that clients do not know."""
    if from_api(change):
        yield found(
            change,
            f"{change.site.name} was one of {', '.join(change.values[:5])} and may now be anything",
            "Keep the list, and let it grow value by value.",
        )


@rule("fixed-value-changed", Verdict.DANGEROUS, FixedValueChanged)
def fixed_value_changed(change: FixedValueChanged) -> Iterator[Found]:
    """The only valid value is another one."""
    if from_client(change) or from_api(change):
        yield found(
            change,
            f"the only value of {change.site.name} was {change.old} and is now {change.new}",
            "Keep the value; a marker that clients compare with belongs to a version.",
            f"{change.old} → {change.new}",
        )


RULES = (
    request_enum_introduced,
    request_enum_lifted,
    request_value_refused,
    request_value_accepted,
    response_value_added,
    response_value_announced,
    response_value_gone,
    response_enum_introduced,
    response_enum_lifted,
    fixed_value_changed,
)
