"""Who sends a field, and whether it is on its way out."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import AccessChanged, FieldDeprecated
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-field-became-read-only", Verdict.CAUTIOUS, AccessChanged)
def request_field_became_read_only(change: AccessChanged) -> Iterator[Found]:
    """Clients may no longer send a field."""
    if change.site.is_request and change.keyword == "readOnly" and change.is_on:
        yield found(
            change,
            f"{change.site.name} is read-only now: what clients send there is ignored or refused",
            "Go on accepting it.",
        )


@rule("request-field-became-writable", Verdict.SAFE, AccessChanged)
def request_field_became_writable(change: AccessChanged) -> Iterator[Found]:
    """Clients may send a field."""
    if change.site.is_request and change.keyword == "readOnly" and not change.is_on:
        yield found(change, f"{change.site.name} may now be sent")


@rule("response-field-became-write-only", Verdict.CAUTIOUS, AccessChanged)
def response_field_became_write_only(change: AccessChanged) -> Iterator[Found]:
    """A field is no longer sent."""
    if not change.site.is_request and change.keyword == "writeOnly" and change.is_on:
        yield found(
            change,
            f"{change.site.name} is write-only now: clients that read it no longer get it",
            "Go on sending it in this version, unless it was a secret.",
        )


@rule("response-field-became-readable", Verdict.SAFE, AccessChanged)
def response_field_became_readable(change: AccessChanged) -> Iterator[Found]:
    """A field is sent that was not."""
    if not change.site.is_request and change.keyword == "writeOnly" and not change.is_on:
        yield found(change, f"{change.site.name} is now sent too; make sure that it is no secret")


@rule("field-access-noted", Verdict.SAFE, AccessChanged)
def field_access_noted(change: AccessChanged) -> Iterator[Found]:
    """The other direction of a field that only one side sends."""
    if change.site.is_request is (change.keyword == "writeOnly"):
        yield found(
            change,
            f"{change.keyword} of {change.site.name} changed, which means nothing in this direction",
            "",
            f"{change.keyword}",
        )


@rule("field-deprecated", Verdict.SAFE, FieldDeprecated)
def field_deprecated(change: FieldDeprecated) -> Iterator[Found]:
    """A field or parameter is marked as deprecated."""
    if change.is_deprecated:
        yield found(
            change,
            f"{change.site.name} is deprecated now",
            "Say in its description what to use instead, and until when it stays.",
        )


@rule("field-reactivated", Verdict.SAFE, FieldDeprecated)
def field_reactivated(change: FieldDeprecated) -> Iterator[Found]:
    """A field or parameter is no longer deprecated."""
    if not change.is_deprecated:
        yield found(change, f"{change.site.name} is no longer deprecated")


RULES = (
    request_field_became_read_only,
    request_field_became_writable,
    response_field_became_write_only,
    response_field_became_readable,
    field_access_noted,
    field_deprecated,
    field_reactivated,
)
