"""Conditions on values: contains, if and then, dependent fields, names of fields, encodings, not."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import ConstraintChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client, narrows, widens
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-condition-added", Verdict.DANGEROUS, ConstraintChanged)
def request_condition_added(change: ConstraintChanged) -> Iterator[Found]:
    """One more condition on what clients send."""
    if from_client(change) and change.action == "added" and narrows(change):
        yield found(
            change,
            f"{change.site.name} must now satisfy {change.keyword}: values that do not are refused",
            "Check the condition on the server and warn, until clients keep to it.",
            f"{change.keyword}",
        )


@rule("request-condition-changed", Verdict.DANGEROUS, ConstraintChanged)
def request_condition_changed(change: ConstraintChanged) -> Iterator[Found]:
    """Another condition on what clients send."""
    if from_client(change) and change.action != "added" and narrows(change):
        yield found(
            change,
            f"a condition on {change.site.name} changed ({change.keyword}): values "
            "that satisfied the old one may be refused",
            "Keep the old condition in this version.",
            f"{change.keyword}",
        )


@rule("request-condition-relaxed", Verdict.SAFE, ConstraintChanged)
def request_condition_relaxed(change: ConstraintChanged) -> Iterator[Found]:
    """A condition on what clients send is gone or weaker."""
    if from_client(change) and not narrows(change):
        yield found(
            change, f"a condition on {change.site.name} is gone or weaker ({change.keyword})", "", f"{change.keyword}"
        )


@rule("response-condition-removed", Verdict.DANGEROUS, ConstraintChanged)
def response_condition_removed(change: ConstraintChanged) -> Iterator[Found]:
    """A condition that what is sent kept to is gone."""
    if from_api(change) and change.action == "removed" and widens(change):
        yield found(
            change,
            f"{change.site.name} no longer keeps to {change.keyword}: clients that rely on it break",
            "Keep to the condition in this version.",
            f"{change.keyword}",
        )


@rule("response-condition-changed", Verdict.DANGEROUS, ConstraintChanged)
def response_condition_changed(change: ConstraintChanged) -> Iterator[Found]:
    """What is sent keeps to another condition."""
    if from_api(change) and change.action != "removed" and widens(change):
        yield found(
            change,
            f"what is sent as {change.site.name} keeps to another condition ({change.keyword})",
            "Keep to the old condition too in this version.",
            f"{change.keyword}",
        )


@rule("response-condition-tightened", Verdict.SAFE, ConstraintChanged)
def response_condition_tightened(change: ConstraintChanged) -> Iterator[Found]:
    """What is sent keeps to one more condition."""
    if from_api(change) and not widens(change):
        yield found(
            change, f"{change.site.name} keeps to one more condition ({change.keyword})", "", f"{change.keyword}"
        )


RULES = (
    request_condition_added,
    request_condition_changed,
    request_condition_relaxed,
    response_condition_removed,
    response_condition_changed,
    response_condition_tightened,
)
