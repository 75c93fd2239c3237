"""Fields that the API sends."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import (
    AdditionalPropertiesChanged,
    PropertyAdded,
    PropertyRemoved,
    RequirednessChanged,
)
from beastmode_tools.guard.contract.rules.weighing import found, from_api, widens
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("response-field-removed", Verdict.DANGEROUS, PropertyRemoved)
def response_field_removed(change: PropertyRemoved) -> Iterator[Found]:
    """A field is gone that clients read."""
    if from_api(change) and (change.was_required or not change.tells_required):
        yield found(
            change,
            f"{change.site.name} is no longer sent: clients that read it break",
            "Keep it in this version; leave it out from the next one on.",
        )


@rule("response-optional-field-removed", Verdict.CAUTIOUS, PropertyRemoved)
def response_optional_field_removed(change: PropertyRemoved) -> Iterator[Found]:
    """A field is gone that clients had to expect to be missing."""
    if from_api(change) and not change.was_required and change.tells_required:
        yield found(
            change,
            f"{change.site.name} was optional and is no longer sent: clients that need it when it is there lose it",
            "Keep it in this version, or mark it as deprecated first.",
        )


@rule("response-field-added", Verdict.SAFE, PropertyAdded)
def response_field_added(change: PropertyAdded) -> Iterator[Found]:
    """One more field is sent."""
    if from_api(change):
        yield found(change, f"{change.site.name} is sent in addition")


@rule("response-field-became-optional", Verdict.DANGEROUS, RequirednessChanged)
def response_field_became_optional(change: RequirednessChanged) -> Iterator[Found]:
    """A field that was always there may be missing."""
    if from_api(change) and not change.is_required:
        yield found(
            change,
            f"{change.site.name} was always there and may now be missing: clients that read it without looking break",
            "Go on sending it always, with an empty value where there is none.",
        )


@rule("response-field-became-required", Verdict.SAFE, RequirednessChanged)
def response_field_became_required(change: RequirednessChanged) -> Iterator[Found]:
    """A field is always there."""
    if from_api(change) and change.is_required:
        yield found(change, f"{change.site.name} is always there now")


@rule("response-unknown-fields-untyped", Verdict.CAUTIOUS, AdditionalPropertiesChanged)
def response_unknown_fields_untyped(change: AdditionalPropertiesChanged) -> Iterator[Found]:
    """The values of a map had a schema and have none."""
    if from_api(change) and widens(change) and change.old == "described":
        yield found(
            change,
            f"the values of {change.site.name} had a schema and may now be anything",
            "Keep the schema of the values.",
            f"{change.old} → {change.new}",
        )


@rule("response-unknown-fields-changed", Verdict.SAFE, AdditionalPropertiesChanged)
def response_unknown_fields_changed(change: AdditionalPropertiesChanged) -> Iterator[Found]:
    """Fields that are not described may come, or no longer do."""
    if from_api(change) and not (widens(change) and change.old == "described"):
        yield found(
            change,
            f"fields that are not described were {change.old} in {change.site.name} and are now {change.new}",
            "",
            f"{change.old} → {change.new}",
        )


RULES = (
    response_field_removed,
    response_optional_field_removed,
    response_field_added,
    response_field_became_optional,
    response_field_became_required,
    response_unknown_fields_untyped,
    response_unknown_fields_changed,
)
