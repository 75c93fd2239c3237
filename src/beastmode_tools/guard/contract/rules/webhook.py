"""Requests that the API sends: webhooks and callbacks."""

from beastmode_tools.guard.contract.compare.structure_changes import (
    BodyAdded,
    BodyRemoved,
    BodyRequirednessChanged,
    OutgoingAdded,
    OutgoingRemoved,
    StatusAdded,
    StatusRemoved,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import of_request, of_response

__all__ = ["RULES"]

RULES = (
    row("webhook-removed", OutgoingRemoved, lambda c: c.kind == "webhook", message="webhook"),
    row("webhook-removed", OutgoingRemoved, lambda c: c.kind == "callback", message="callback"),
    harmless("webhook-added", OutgoingAdded, lambda c: c.kind == "webhook"),
    row("callback-added", OutgoingAdded, lambda c: c.kind == "callback"),
    row("webhook-body-removed", BodyRemoved, of_response),
    harmless(
        "webhook-body-changed",
        (BodyAdded, BodyRequirednessChanged),
        lambda c: of_response(c) and (isinstance(c, BodyAdded) or c.is_required),
    ),
    row(
        "response-field-became-optional",
        BodyRequirednessChanged,
        lambda c: of_response(c) and not c.is_required,
        message="webhook",
    ),
    row("webhook-response-refused", StatusRemoved, of_request),
    harmless("webhook-answer-accepted", StatusAdded, of_request),
)
