"""Bodies of requests, and media types on both sides."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    BodyAdded,
    BodyRemoved,
    BodyRequirednessChanged,
    MediaSchemaAdded,
    MediaSchemaRemoved,
    MediaTypeAdded,
    MediaTypeRemoved,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-body-required", Verdict.DANGEROUS, BodyAdded)
def request_body_required(change: BodyAdded) -> Iterator[Found]:
    """A body must be sent."""
    if change.site.is_request and change.is_required:
        yield found(
            change,
            f"{change.site.operation} now needs a body: every call of today is refused",
            "Make the body optional.",
        )


@rule("request-body-offered", Verdict.SAFE, BodyAdded)
def request_body_offered(change: BodyAdded) -> Iterator[Found]:
    """A body may be sent."""
    if change.site.is_request and not change.is_required:
        yield found(change, f"{change.site.operation} now takes a body")


@rule("request-body-removed", Verdict.DANGEROUS, BodyRemoved)
def request_body_removed(change: BodyRemoved) -> Iterator[Found]:
    """A body is no longer read."""
    if change.site.is_request:
        yield found(
            change,
            f"{change.site.operation} takes no body any more: what clients send there is refused or lost",
            "Go on reading it in this version.",
        )


@rule("request-body-became-required", Verdict.DANGEROUS, BodyRequirednessChanged)
def request_body_became_required(change: BodyRequirednessChanged) -> Iterator[Found]:
    """A body that could be left out must be sent."""
    if change.site.is_request and change.is_required:
        yield found(
            change,
            f"the body of {change.site.operation} must now be sent: calls without it are refused",
            "Keep it optional.",
        )


@rule("request-body-became-optional", Verdict.SAFE, BodyRequirednessChanged)
def request_body_became_optional(change: BodyRequirednessChanged) -> Iterator[Found]:
    """A body may be left out."""
    if change.site.is_request and not change.is_required:
        yield found(change, f"the body of {change.site.operation} may now be left out")


@rule("request-media-type-removed", Verdict.DANGEROUS, MediaTypeRemoved)
def request_media_type_removed(change: MediaTypeRemoved) -> Iterator[Found]:
    """A media type is refused that clients send."""
    if change.site.is_request:
        yield found(
            change,
            f"{change.site.operation} no longer takes {change.media_type}: calls that send it get 415",
            "Go on accepting it in this version.",
            f"{change.media_type}",
        )


@rule("request-media-type-added", Verdict.SAFE, MediaTypeAdded)
def request_media_type_added(change: MediaTypeAdded) -> Iterator[Found]:
    """One more media type is accepted."""
    if change.site.is_request:
        yield found(change, f"{change.site.operation} now takes {change.media_type} too", "", f"{change.media_type}")


@rule("request-schema-added", Verdict.DANGEROUS, MediaSchemaAdded)
def request_schema_added(change: MediaSchemaAdded) -> Iterator[Found]:
    """What was free must now satisfy a schema."""
    if change.site.is_request:
        yield found(
            change,
            f"{change.site.name} took anything and must now satisfy a schema",
            "Describe no more than what is accepted today.",
        )


@rule("request-schema-removed", Verdict.SAFE, MediaSchemaRemoved)
def request_schema_removed(change: MediaSchemaRemoved) -> Iterator[Found]:
    """What had to satisfy a schema is free."""
    if change.site.is_request:
        yield found(change, f"{change.site.name} takes anything now")


RULES = (
    request_body_required,
    request_body_offered,
    request_body_removed,
    request_body_became_required,
    request_body_became_optional,
    request_media_type_removed,
    request_media_type_added,
    request_schema_added,
    request_schema_removed,
)
