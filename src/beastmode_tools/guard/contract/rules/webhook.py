"""Requests that the API sends: webhooks and callbacks."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    BodyAdded,
    BodyRemoved,
    BodyRequirednessChanged,
    OutgoingAdded,
    OutgoingRemoved,
    StatusAdded,
    StatusRemoved,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("webhook-removed", Verdict.DANGEROUS, OutgoingRemoved)
def webhook_removed(change: OutgoingRemoved) -> Iterator[Found]:
    """Clients wait for a call that never comes."""
    if change.kind == "webhook":
        yield found(
            change,
            f"{change.site.operation} is no longer sent: clients wait for it in vain",
            "Go on sending it, and announce its end.",
        )


@rule("webhook-added", Verdict.SAFE, OutgoingAdded)
def webhook_added(change: OutgoingAdded) -> Iterator[Found]:
    """One more call that clients may ask for."""
    if change.kind == "webhook":
        yield found(change, f"{change.site.operation} is new")


@rule("callback-removed", Verdict.DANGEROUS, OutgoingRemoved)
def callback_removed(change: OutgoingRemoved) -> Iterator[Found]:
    """Clients wait for a call that never comes."""
    if change.kind == "callback":
        yield found(
            change,
            f"{change.site.operation} is no longer called: clients wait for it in vain",
            "Go on calling it in this version.",
        )


@rule("callback-added", Verdict.CAUTIOUS, OutgoingAdded)
def callback_added(change: OutgoingAdded) -> Iterator[Found]:
    """Clients are called that did not expect it."""
    if change.kind == "callback":
        yield found(
            change,
            f"{change.site.operation} is new: clients are called that may not answer it",
            "Call only those who asked for it.",
        )


@rule("webhook-body-removed", Verdict.DANGEROUS, BodyRemoved)
def webhook_body_removed(change: BodyRemoved) -> Iterator[Found]:
    """A call to clients has no body any more."""
    if not change.site.is_request:
        yield found(
            change, f"{change.site.operation} has no body any more: clients that read it break", "Go on sending it."
        )


@rule("webhook-body-changed", Verdict.SAFE, BodyAdded, BodyRequirednessChanged)
def webhook_body_changed(change: BodyAdded | BodyRequirednessChanged) -> Iterator[Found]:
    """A call to clients has a body now, or always or not always."""
    if not change.site.is_request and (isinstance(change, BodyAdded) or change.is_required):
        yield found(change, f"{change.site.operation} comes with a body now")


@rule("webhook-body-became-optional", Verdict.DANGEROUS, BodyRequirednessChanged)
def webhook_body_became_optional(change: BodyRequirednessChanged) -> Iterator[Found]:
    """A call to clients may come without its body."""
    if not change.site.is_request and not change.is_required:
        yield found(
            change,
            f"{change.site.operation} may now come without a body: clients that read it break",
            "Go on sending it always.",
        )


@rule("webhook-answer-refused", Verdict.CAUTIOUS, StatusRemoved)
def webhook_answer_refused(change: StatusRemoved) -> Iterator[Found]:
    """An answer of clients is no longer described."""
    if change.site.is_request:
        yield found(
            change,
            f"{change.site.operation} no longer says what it makes of the answer {change.status}",
            f"Go on accepting {change.status}.",
        )


@rule("webhook-answer-accepted", Verdict.SAFE, StatusAdded)
def webhook_answer_accepted(change: StatusAdded) -> Iterator[Found]:
    """One more answer of clients is described."""
    if change.site.is_request:
        yield found(change, f"{change.site.operation} now takes the answer {change.status}")


RULES = (
    webhook_removed,
    webhook_added,
    callback_removed,
    callback_added,
    webhook_body_removed,
    webhook_body_changed,
    webhook_body_became_optional,
    webhook_answer_refused,
    webhook_answer_accepted,
)
