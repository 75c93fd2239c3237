"""Fields of requests and responses: which there are, which are required, who sends them, their defaults."""

from typing import Any

from beastmode_tools.guard.contract.compare.schema_changes import (
    AccessChanged,
    AdditionalPropertiesChanged,
    DefaultChanged,
    FieldDeprecated,
    PropertyAdded,
    PropertyRemoved,
    RequirednessChanged,
)
from beastmode_tools.guard.contract.rules.parameter import is_parameter
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import (
    from_api,
    from_client,
    narrows,
    of_request,
    of_response,
    widens,
)

__all__ = ["RULES"]

FROM_TO = "{old} → {new}"


def was_promised(change: PropertyRemoved) -> bool:
    """Whether clients could rely on the field: an object without any required field says nothing about it."""
    return change.was_required or not change.tells_required


def loses_schema(change: Any) -> bool:
    """Whether the values of a map had a schema and have none now."""
    return widens(change) and change.old == "described"


def of_body(change: Any) -> bool:
    """Whether it is the default of a field in what clients send."""
    return from_client(change) and not is_parameter(change)


REQUESTS = (
    row("required-input-added", PropertyAdded, lambda c: from_client(c) and c.is_required, message="field"),
    harmless("request-field-offered", PropertyAdded, lambda c: from_client(c) and not c.is_required),
    row("request-field-removed", PropertyRemoved, lambda c: from_client(c) and not c.is_closed),
    row("request-field-refused", PropertyRemoved, lambda c: from_client(c) and c.is_closed),
    row(
        "input-became-required",
        RequirednessChanged,
        lambda c: from_client(c) and c.is_required and not c.has_default,
        message="field",
    ),
    harmless(
        "request-field-became-required-with-default",
        RequirednessChanged,
        lambda c: from_client(c) and c.is_required and c.has_default,
    ),
    harmless("request-field-became-optional", RequirednessChanged, lambda c: from_client(c) and not c.is_required),
    row(
        "request-unknown-fields-refused",
        AdditionalPropertiesChanged,
        lambda c: from_client(c) and narrows(c),
        detail=FROM_TO,
    ),
    harmless(
        "request-unknown-fields-allowed",
        AdditionalPropertiesChanged,
        lambda c: from_client(c) and not narrows(c),
        detail=FROM_TO,
    ),
    row("request-default-changed", DefaultChanged, lambda c: of_body(c) and c.old is not None, detail=FROM_TO),
    harmless("request-default-added", DefaultChanged, lambda c: of_body(c) and c.old is None, detail="{new}"),
)

RESPONSES = (
    row("response-field-removed", PropertyRemoved, lambda c: from_api(c) and was_promised(c), message="field"),
    row(
        "response-optional-field-removed",
        PropertyRemoved,
        lambda c: from_api(c) and not was_promised(c),
        message="field",
    ),
    harmless("response-field-added", PropertyAdded, from_api),
    row(
        "response-field-became-optional",
        RequirednessChanged,
        lambda c: from_api(c) and not c.is_required,
        message="field",
    ),
    harmless("response-field-became-required", RequirednessChanged, lambda c: from_api(c) and c.is_required),
    row(
        "response-unknown-fields-untyped",
        AdditionalPropertiesChanged,
        lambda c: from_api(c) and loses_schema(c),
        detail=FROM_TO,
    ),
    harmless(
        "response-unknown-fields-changed",
        AdditionalPropertiesChanged,
        lambda c: from_api(c) and not loses_schema(c),
        detail=FROM_TO,
    ),
    harmless("response-default-changed", DefaultChanged, from_api, detail=FROM_TO),
)

ACCESS = (
    row(
        "request-field-became-read-only",
        AccessChanged,
        lambda c: of_request(c) and c.keyword == "readOnly" and c.is_on,
    ),
    harmless(
        "request-field-became-writable",
        AccessChanged,
        lambda c: of_request(c) and c.keyword == "readOnly" and not c.is_on,
    ),
    row(
        "response-field-became-write-only",
        AccessChanged,
        lambda c: of_response(c) and c.keyword == "writeOnly" and c.is_on,
    ),
    row(
        "response-field-became-readable",
        AccessChanged,
        lambda c: of_response(c) and c.keyword == "writeOnly" and not c.is_on,
    ),
    harmless(
        "field-access-noted",
        AccessChanged,
        lambda c: of_request(c) is (c.keyword == "writeOnly"),
        detail="{keyword}",
    ),
    row("field-deprecated", FieldDeprecated, lambda c: c.is_deprecated),
    harmless("field-reactivated", FieldDeprecated, lambda c: not c.is_deprecated),
)

RULES = (*REQUESTS, *RESPONSES, *ACCESS)
