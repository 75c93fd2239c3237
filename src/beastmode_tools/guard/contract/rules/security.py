"""Who may call."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import (
    AlternativeAdded,
    AlternativeRemoved,
    OptionalSecurityChanged,
    ScopeAdded,
    ScopeRemoved,
    SecurityDropped,
    SecurityRequired,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("security-required", Verdict.DANGEROUS, SecurityRequired)
def security_required(change: SecurityRequired) -> Iterator[Found]:
    """What anybody could call needs credentials."""
    if bool(change.schemes):
        yield found(
            change,
            f"{change.site.operation} could be called by anybody and now needs "
            f"{change.schemes}: calls without it get 401",
            "Protect it in a new version, or give clients time to send credentials first.",
        )


@rule("security-dropped", Verdict.DANGEROUS, SecurityDropped)
def security_dropped(change: SecurityDropped) -> Iterator[Found]:
    """What needed credentials can be called by anybody."""
    if bool(change.schemes):
        yield found(
            change,
            f"{change.site.operation} needed {change.schemes} and can now be called by anybody",
            "If it is meant to be public, accept this finding with the reason; else put the requirement back.",
        )


@rule("security-way-added", Verdict.DANGEROUS, AlternativeAdded)
def security_way_added(change: AlternativeAdded) -> Iterator[Found]:
    """One more way in: more callers get through."""
    if bool(change.schemes):
        yield found(
            change,
            f"{change.site.operation} can now be called with {change.schemes} alone: callers get in who did not",
            "Make sure that whoever holds it may do all that the operation does; "
            "then accept this finding with the reason.",
            f"{change.schemes}",
        )


@rule("security-way-removed", Verdict.DANGEROUS, AlternativeRemoved)
def security_way_removed(change: AlternativeRemoved) -> Iterator[Found]:
    """One way in less: callers are refused."""
    if bool(change.schemes):
        yield found(
            change,
            f"{change.site.operation} can no longer be called with {change.schemes} alone: clients that do get 401",
            "Keep it beside the new way in this version.",
            f"{change.schemes}",
        )


@rule("security-scope-added", Verdict.DANGEROUS, ScopeAdded)
def security_scope_added(change: ScopeAdded) -> Iterator[Found]:
    """One more permission is needed."""
    if bool(change.scope):
        yield found(
            change,
            f"{change.site.operation} now needs the scope {change.scope} of {change.scheme}: tokens without it get 403",
            "Give the scope to those who call it before it is asked for.",
            f"{change.scheme} {change.scope}",
        )


@rule("security-scope-removed", Verdict.DANGEROUS, ScopeRemoved)
def security_scope_removed(change: ScopeRemoved) -> Iterator[Found]:
    """One permission less is needed."""
    if bool(change.scope):
        yield found(
            change,
            f"{change.site.operation} no longer needs the scope {change.scope} of "
            f"{change.scheme}: more callers get through",
            "Make sure that this is meant; then accept this finding with the reason.",
            f"{change.scheme} {change.scope}",
        )


@rule("security-optional-changed", Verdict.CAUTIOUS, OptionalSecurityChanged)
def security_optional_changed(change: OptionalSecurityChanged) -> Iterator[Found]:
    """Credentials that may be left out are other ones."""
    if change.old != change.new:
        yield found(
            change,
            f"{change.site.operation} can be called by anybody, and takes {change.new} "
            f"instead of {change.old} from those who say who they are",
            "Go on taking the old ones too.",
            f"{change.old} → {change.new}",
        )


RULES = (
    security_required,
    security_dropped,
    security_way_added,
    security_way_removed,
    security_scope_added,
    security_scope_removed,
    security_optional_changed,
)
