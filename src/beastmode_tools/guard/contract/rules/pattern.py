"""Patterns of texts, and whether items must differ."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import PatternChanged, UniquenessChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-pattern-added", Verdict.DANGEROUS, PatternChanged)
def request_pattern_added(change: PatternChanged) -> Iterator[Found]:
    """A pattern where there was none."""
    if from_client(change) and change.old is None:
        yield found(
            change,
            f"{change.site.name} must now match {change.new}: other texts are refused",
            "Accept what does not match in this version, and warn about it.",
            f"{change.new}",
        )


@rule("request-pattern-changed", Verdict.CAUTIOUS, PatternChanged)
def request_pattern_changed(change: PatternChanged) -> Iterator[Found]:
    """Another pattern, which may not take what the old one took; also for read-only fields, which some send back."""
    if change.site.is_request and change.old is not None and change.new is not None:
        yield found(
            change,
            f"{change.site.name} must now match {change.new} instead of {change.old}",
            "Make sure that the new pattern takes everything that the old one took, or keep the old one.",
            f"{change.old} → {change.new}",
        )


@rule("request-pattern-removed", Verdict.SAFE, PatternChanged)
def request_pattern_removed(change: PatternChanged) -> Iterator[Found]:
    """Any text is accepted."""
    if from_client(change) and change.new is None:
        yield found(change, f"{change.site.name} need not match {change.old} any more", "", f"{change.old}")


@rule("response-pattern-changed", Verdict.SAFE, PatternChanged)
def response_pattern_changed(change: PatternChanged) -> Iterator[Found]:
    """Patterns of what is sent: clients hardly check them."""
    if from_api(change):
        yield found(
            change,
            f"the pattern of {change.site.name} changed ({change.old} → {change.new})",
            "",
            f"{change.old} → {change.new}",
        )


@rule("request-items-must-differ", Verdict.DANGEROUS, UniquenessChanged)
def request_items_must_differ(change: UniquenessChanged) -> Iterator[Found]:
    """Lists with equal items are refused."""
    if from_client(change) and change.is_unique:
        yield found(
            change,
            f"the items of {change.site.name} must now differ: lists that repeat one are refused",
            "Drop what repeats on the server instead.",
        )


@rule("request-items-may-repeat", Verdict.SAFE, UniquenessChanged)
def request_items_may_repeat(change: UniquenessChanged) -> Iterator[Found]:
    """Lists with equal items are accepted."""
    if from_client(change) and not change.is_unique:
        yield found(change, f"the items of {change.site.name} may now repeat")


@rule("response-items-may-repeat", Verdict.CAUTIOUS, UniquenessChanged)
def response_items_may_repeat(change: UniquenessChanged) -> Iterator[Found]:
    """Lists may hold equal items."""
    if from_api(change) and not change.is_unique:
        yield found(
            change,
            f"the items of {change.site.name} may now repeat: clients that use them as keys break",
            "Go on sending each item once.",
        )


@rule("response-items-differ", Verdict.SAFE, UniquenessChanged)
def response_items_differ(change: UniquenessChanged) -> Iterator[Found]:
    """Items never repeat."""
    if from_api(change) and change.is_unique:
        yield found(change, f"the items of {change.site.name} now differ")


RULES = (
    request_pattern_added,
    request_pattern_changed,
    request_pattern_removed,
    response_pattern_changed,
    request_items_must_differ,
    request_items_may_repeat,
    response_items_may_repeat,
    response_items_differ,
)
