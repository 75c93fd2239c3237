"""Schemas made of schemas."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import AllOfAdded, AllOfRemoved, BranchAdded, BranchRemoved
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client, narrows, widens
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-all-of-added", Verdict.DANGEROUS, AllOfAdded)
def request_all_of_added(change: AllOfAdded) -> Iterator[Found]:
    """Values must satisfy one more schema."""
    if from_client(change) and not change.is_annotation:
        yield found(
            change,
            f"{change.site.name} must now satisfy {change.branch} as well: values that do not are refused",
            "Put what is new into optional fields of the schema itself.",
            f"{change.branch}",
        )


@rule("request-all-of-removed", Verdict.CAUTIOUS, AllOfRemoved)
def request_all_of_removed(change: AllOfRemoved) -> Iterator[Found]:
    """What one of the schemas described is no longer read."""
    if from_client(change) and not change.is_annotation:
        yield found(
            change,
            f"{change.site.name} is no longer described by {change.branch}: what clients send of it may be ignored",
            "Keep its fields, or make sure that nobody sends them.",
            f"{change.branch}",
        )


@rule("response-all-of-changed", Verdict.SAFE, AllOfAdded, AllOfRemoved)
def response_all_of_changed(change: AllOfAdded | AllOfRemoved) -> Iterator[Found]:
    """What is sent is put together in another way; what really differs is reported field by field."""
    if from_api(change) and not change.is_annotation:
        yield found(
            change, f"{change.site.name} is put together with or without {change.branch}", "", f"{change.branch}"
        )


@rule("all-of-annotation-changed", Verdict.SAFE, AllOfAdded, AllOfRemoved)
def all_of_annotation_changed(change: AllOfAdded | AllOfRemoved) -> Iterator[Found]:
    """A part of an allOf that restricts nothing."""
    if change.is_annotation and not change.site.is_hidden:
        yield found(change, f"a part of {change.site.name} that restricts nothing came or went")


@rule("request-alternative-removed", Verdict.DANGEROUS, BranchRemoved)
def request_alternative_removed(change: BranchRemoved) -> Iterator[Found]:
    """A form is refused that clients send."""
    if from_client(change) and narrows(change):
        yield found(
            change,
            f"{change.site.name} no longer takes {change.branch}: calls that send it are refused",
            f"Go on accepting {change.branch} in this version.",
            f"{change.branch}",
        )


@rule("request-alternative-added", Verdict.SAFE, BranchAdded)
def request_alternative_added(change: BranchAdded) -> Iterator[Found]:
    """One more form is accepted."""
    if from_client(change):
        yield found(change, f"{change.site.name} now takes {change.branch} too", "", f"{change.branch}")


@rule("response-alternative-added", Verdict.DANGEROUS, BranchAdded)
def response_alternative_added(change: BranchAdded) -> Iterator[Found]:
    """Clients get a form that they do not know."""
    if from_api(change) and widens(change):
        yield found(
            change,
            f"{change.site.name} may now be {change.branch}, which clients of today cannot read",
            "Send the new form in a new version, or in a field of its own.",
            f"{change.branch}",
        )


@rule("response-alternative-removed", Verdict.SAFE, BranchRemoved)
def response_alternative_removed(change: BranchRemoved) -> Iterator[Found]:
    """A form is no longer sent."""
    if from_api(change):
        yield found(change, f"{change.site.name} is never {change.branch} any more", "", f"{change.branch}")


@rule("alternative-covered", Verdict.SAFE, BranchAdded, BranchRemoved)
def alternative_covered(change: BranchAdded | BranchRemoved) -> Iterator[Found]:
    """An alternative that others cover came or went."""
    if (from_client(change) and isinstance(change, BranchRemoved) and not narrows(change)) or (
        from_api(change) and isinstance(change, BranchAdded) and not widens(change)
    ):
        yield found(
            change,
            f"{change.branch} came or went in {change.site.name}, and other alternatives cover all of it",
            "",
            f"{change.branch}",
        )


RULES = (
    request_all_of_added,
    request_all_of_removed,
    response_all_of_changed,
    all_of_annotation_changed,
    request_alternative_removed,
    request_alternative_added,
    response_alternative_added,
    response_alternative_removed,
    alternative_covered,
)
