"""Headers of answers."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    HeaderAdded,
    HeaderRemoved,
    HeaderRequirednessChanged,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("response-header-removed", Verdict.DANGEROUS, HeaderRemoved)
def response_header_removed(change: HeaderRemoved) -> Iterator[Found]:
    """A header is gone that always came."""
    if change.was_required:
        yield found(
            change,
            f"{change.site.name} always came and is gone: clients that read it break",
            "Go on sending it in this version.",
        )


@rule("response-optional-header-removed", Verdict.CAUTIOUS, HeaderRemoved)
def response_optional_header_removed(change: HeaderRemoved) -> Iterator[Found]:
    """A header is gone that came at times."""
    if not change.was_required:
        yield found(change, f"{change.site.name} is no longer sent", "Go on sending it in this version.")


@rule("response-header-became-optional", Verdict.DANGEROUS, HeaderRequirednessChanged)
def response_header_became_optional(change: HeaderRequirednessChanged) -> Iterator[Found]:
    """A header that always came may be missing."""
    if not change.is_required:
        yield found(change, f"{change.site.name} always came and may now be missing", "Go on sending it always.")


@rule("response-header-became-required", Verdict.SAFE, HeaderRequirednessChanged)
def response_header_became_required(change: HeaderRequirednessChanged) -> Iterator[Found]:
    """A header always comes."""
    if change.is_required:
        yield found(change, f"{change.site.name} always comes now")


@rule("response-header-added", Verdict.SAFE, HeaderAdded)
def response_header_added(change: HeaderAdded) -> Iterator[Found]:
    """One more header is sent."""
    if bool(change.site.part):
        yield found(change, f"{change.site.name} is sent in addition")


RULES = (
    response_header_removed,
    response_optional_header_removed,
    response_header_became_optional,
    response_header_became_required,
    response_header_added,
)
