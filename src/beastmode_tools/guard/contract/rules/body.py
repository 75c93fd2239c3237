"""Request bodies and responses: media types, status codes, headers."""

from beastmode_tools.guard.contract.compare.structure_changes import (
    BodyAdded,
    BodyRemoved,
    BodyRequirednessChanged,
    HeaderAdded,
    HeaderRemoved,
    HeaderRequirednessChanged,
    MediaSchemaAdded,
    MediaSchemaRemoved,
    MediaTypeAdded,
    MediaTypeRemoved,
    StatusAdded,
    StatusRemoved,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import of_request, of_response

__all__ = ["RULES"]

RULES = (
    row("required-input-added", BodyAdded, lambda c: of_request(c) and c.is_required, message="body"),
    harmless("request-body-offered", BodyAdded, lambda c: of_request(c) and not c.is_required),
    row("request-body-removed", BodyRemoved, of_request),
    row("input-became-required", BodyRequirednessChanged, lambda c: of_request(c) and c.is_required, message="body"),
    harmless("request-body-became-optional", BodyRequirednessChanged, lambda c: of_request(c) and not c.is_required),
    row("request-media-type-removed", MediaTypeRemoved, of_request, detail="{media_type}"),
    harmless("request-media-type-added", MediaTypeAdded, of_request, detail="{media_type}"),
    row("request-schema-added", MediaSchemaAdded, of_request),
    harmless("request-schema-removed", MediaSchemaRemoved, of_request),
    row("response-status-removed", StatusRemoved, lambda c: of_response(c) and c.is_success),
    harmless("response-error-removed", StatusRemoved, lambda c: of_response(c) and not c.is_success),
    harmless("response-status-added", StatusAdded, of_response),
    row("response-media-type-removed", MediaTypeRemoved, of_response, detail="{media_type}"),
    harmless("response-media-type-added", MediaTypeAdded, of_response, detail="{media_type}"),
    row("response-schema-removed", MediaSchemaRemoved, of_response),
    harmless("response-schema-added", MediaSchemaAdded, of_response),
    row("response-field-removed", HeaderRemoved, lambda c: c.was_required, message="header"),
    row("response-optional-field-removed", HeaderRemoved, lambda c: not c.was_required, message="header"),
    row("response-field-became-optional", HeaderRequirednessChanged, lambda c: not c.is_required, message="header"),
    harmless("response-header-became-required", HeaderRequirednessChanged, lambda c: c.is_required),
    harmless("response-header-added", HeaderAdded, lambda c: bool(c.site.part)),
)
