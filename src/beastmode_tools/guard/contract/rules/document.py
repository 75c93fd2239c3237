"""The document as a whole, and what cannot be weighed."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood, ReferenceNotFollowed, TextChanged
from beastmode_tools.guard.contract.compare.structure_changes import (
    ServerChanged,
    UnpromisedChanged,
    VersionAdded,
    VersionRemoved,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("contract-version-removed", Verdict.DANGEROUS, VersionRemoved)
def contract_version_removed(change: VersionRemoved) -> Iterator[Found]:
    """A version of the API is no longer served."""
    if bool(change.name):
        yield found(
            change,
            f"version {change.name} of the API is gone: every client of it breaks",
            "Keep serving it until nobody calls it; announce its end with Deprecation and Sunset headers.",
        )


@rule("contract-version-added", Verdict.SAFE, VersionAdded)
def contract_version_added(change: VersionAdded) -> Iterator[Found]:
    """A version of the API is new."""
    if bool(change.name):
        yield found(change, f"version {change.name} of the API is new")


@rule("contract-change-not-understood", Verdict.CAUTIOUS, NotUnderstood)
def contract_change_not_understood(change: NotUnderstood) -> Iterator[Found]:
    """Something changed, and what it means is not known."""
    if bool(change.what):
        yield found(
            change,
            f"{change.what}: what that means to clients is not known",
            "Look at it yourself, and accept this finding with the reason.",
            f"{change.what}",
        )


@rule("contract-reference-not-followed", Verdict.CAUTIOUS, ReferenceNotFollowed)
def contract_reference_not_followed(change: ReferenceNotFollowed) -> Iterator[Found]:
    """A reference that leads out of the document, or nowhere, is another one."""
    if change.old != change.new:
        yield found(
            change,
            f"the reference {change.old or 'none'} is now {change.new or 'none'}, and neither was followed",
            "Put what it refers to into the document, so that it can be compared.",
            f"{change.old} → {change.new}",
        )


@rule("contract-text-changed", Verdict.SAFE, TextChanged)
def contract_text_changed(change: TextChanged) -> Iterator[Found]:
    """Words for people: descriptions, examples, tags."""
    if bool(change.site):
        yield found(change, "words for people changed: descriptions, examples, tags or extensions")


@rule("contract-draft-changed", Verdict.SAFE, UnpromisedChanged)
def contract_draft_changed(change: UnpromisedChanged) -> Iterator[Found]:
    """An operation that is a draft or alpha promises nothing."""
    if change.count > 0:
        yield found(
            change,
            f"{change.site.operation} changed; it is {change.level}, and promises nothing yet",
            "",
            f"{change.level}",
        )


@rule("server-base-path-changed", Verdict.CAUTIOUS, ServerChanged)
def server_base_path_changed(change: ServerChanged) -> Iterator[Found]:
    """All operations move to another path."""
    if change.is_base_path:
        yield found(
            change,
            f"the path before every operation changed: {change.old} → {change.new}",
            "Serve the old path too, or check that the proxy in front still does.",
            f"{change.old} → {change.new}",
        )


@rule("server-changed", Verdict.SAFE, ServerChanged)
def server_changed(change: ServerChanged) -> Iterator[Found]:
    """The API has other addresses, which is a matter of deployment."""
    if not change.is_base_path:
        yield found(change, f"the servers changed: {change.old} → {change.new}", "", f"{change.old} → {change.new}")


RULES = (
    contract_version_removed,
    contract_version_added,
    contract_change_not_understood,
    contract_reference_not_followed,
    contract_text_changed,
    contract_draft_changed,
    server_base_path_changed,
    server_changed,
)
