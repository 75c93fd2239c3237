"""Fields that clients send."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import (
    AdditionalPropertiesChanged,
    PropertyAdded,
    PropertyRemoved,
    RequirednessChanged,
)
from beastmode_tools.guard.contract.rules.weighing import found, from_client, narrows
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-field-required", Verdict.DANGEROUS, PropertyAdded)
def request_field_required(change: PropertyAdded) -> Iterator[Found]:
    """A new field must be sent."""
    if from_client(change) and change.is_required:
        yield found(
            change,
            f"{change.site.name} is new and must be sent: every call of today is refused",
            "Make it optional with a default that means what calls without it mean today.",
        )


@rule("request-field-offered", Verdict.SAFE, PropertyAdded)
def request_field_offered(change: PropertyAdded) -> Iterator[Found]:
    """A new field may be sent."""
    if from_client(change) and not change.is_required:
        yield found(change, f"{change.site.name} is new and may be left out")


@rule("request-field-removed", Verdict.CAUTIOUS, PropertyRemoved)
def request_field_removed(change: PropertyRemoved) -> Iterator[Found]:
    """A field is ignored that clients send."""
    if from_client(change) and not change.is_closed:
        yield found(
            change,
            f"{change.site.name} is no longer read: what clients send there is lost in silence",
            "Go on reading it; mark it as deprecated first.",
        )


@rule("request-field-refused", Verdict.DANGEROUS, PropertyRemoved)
def request_field_refused(change: PropertyRemoved) -> Iterator[Found]:
    """A field is refused that clients send."""
    if from_client(change) and change.is_closed:
        yield found(
            change,
            f"{change.site.name} is no longer described, and the object refuses "
            "unknown fields: calls that send it are refused",
            "Go on accepting it, and ignore it.",
        )


@rule("request-field-became-required", Verdict.DANGEROUS, RequirednessChanged)
def request_field_became_required(change: RequirednessChanged) -> Iterator[Found]:
    """A field that could be left out must be sent."""
    if from_client(change) and change.is_required and not change.has_default:
        yield found(
            change,
            f"{change.site.name} must now be sent: calls that leave it out are refused",
            "Keep it optional, with a default.",
        )


@rule("request-field-became-required-with-default", Verdict.SAFE, RequirednessChanged)
def request_field_became_required_with_default(change: RequirednessChanged) -> Iterator[Found]:
    """A field is required and has a default that stands in for it."""
    if from_client(change) and change.is_required and change.has_default:
        yield found(change, f"{change.site.name} is now required; its default stands in where it is left out")


@rule("request-field-became-optional", Verdict.SAFE, RequirednessChanged)
def request_field_became_optional(change: RequirednessChanged) -> Iterator[Found]:
    """A field may be left out."""
    if from_client(change) and not change.is_required:
        yield found(change, f"{change.site.name} may now be left out")


@rule("request-unknown-fields-refused", Verdict.DANGEROUS, AdditionalPropertiesChanged)
def request_unknown_fields_refused(change: AdditionalPropertiesChanged) -> Iterator[Found]:
    """Fields that are not described are refused, or restricted."""
    if from_client(change) and narrows(change):
        yield found(
            change,
            f"fields that are not described were {change.old} in {change.site.name} and are "
            f"now {change.new}: calls with such fields are refused",
            "Ignore unknown fields instead of refusing them.",
            f"{change.old} → {change.new}",
        )


@rule("request-unknown-fields-allowed", Verdict.SAFE, AdditionalPropertiesChanged)
def request_unknown_fields_allowed(change: AdditionalPropertiesChanged) -> Iterator[Found]:
    """Fields that are not described are accepted."""
    if from_client(change) and not narrows(change):
        yield found(
            change,
            f"fields that are not described were {change.old} in {change.site.name} and are now {change.new}",
            "",
            f"{change.old} → {change.new}",
        )


RULES = (
    request_field_required,
    request_field_offered,
    request_field_removed,
    request_field_refused,
    request_field_became_required,
    request_field_became_required_with_default,
    request_field_became_optional,
    request_unknown_fields_refused,
    request_unknown_fields_allowed,
)
