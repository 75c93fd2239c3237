"""Answers: statuses and media types."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    MediaSchemaAdded,
    MediaSchemaRemoved,
    MediaTypeAdded,
    MediaTypeRemoved,
    StatusAdded,
    StatusRemoved,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("response-status-removed", Verdict.DANGEROUS, StatusRemoved)
def response_status_removed(change: StatusRemoved) -> Iterator[Found]:
    """A success is no longer answered as it was."""
    if not change.site.is_request and change.is_success:
        yield found(
            change,
            f"{change.site.operation} no longer answers {change.status}: clients "
            "that wait for it take a success for a failure",
            f"Go on answering {change.status} in this version.",
        )


@rule("response-error-removed", Verdict.SAFE, StatusRemoved)
def response_error_removed(change: StatusRemoved) -> Iterator[Found]:
    """An error is no longer answered, or no longer described."""
    if not change.site.is_request and not change.is_success:
        yield found(change, f"{change.site.operation} no longer answers {change.status}")


@rule("response-status-added", Verdict.SAFE, StatusAdded)
def response_status_added(change: StatusAdded) -> Iterator[Found]:
    """One more status may be answered."""
    if not change.site.is_request:
        yield found(change, f"{change.site.operation} may now answer {change.status}")


@rule("response-media-type-removed", Verdict.DANGEROUS, MediaTypeRemoved)
def response_media_type_removed(change: MediaTypeRemoved) -> Iterator[Found]:
    """A media type is no longer sent."""
    if not change.site.is_request:
        yield found(
            change,
            f"{change.site.name} no longer comes as {change.media_type}: clients that "
            "ask for it get 406, or what they cannot read",
            "Go on offering it in this version.",
            f"{change.media_type}",
        )


@rule("response-media-type-added", Verdict.SAFE, MediaTypeAdded)
def response_media_type_added(change: MediaTypeAdded) -> Iterator[Found]:
    """One more media type is offered."""
    if not change.site.is_request:
        yield found(change, f"{change.site.name} also comes as {change.media_type}", "", f"{change.media_type}")


@rule("response-schema-removed", Verdict.CAUTIOUS, MediaSchemaRemoved)
def response_schema_removed(change: MediaSchemaRemoved) -> Iterator[Found]:
    """What is sent is no longer described."""
    if not change.site.is_request:
        yield found(
            change,
            f"{change.site.name} is no longer described: clients cannot know what comes",
            "Describe what is sent.",
        )


@rule("response-schema-added", Verdict.SAFE, MediaSchemaAdded)
def response_schema_added(change: MediaSchemaAdded) -> Iterator[Found]:
    """What is sent is described."""
    if not change.site.is_request:
        yield found(change, f"{change.site.name} is described by a schema now")


RULES = (
    response_status_removed,
    response_error_removed,
    response_status_added,
    response_media_type_removed,
    response_media_type_added,
    response_schema_removed,
    response_schema_added,
)
