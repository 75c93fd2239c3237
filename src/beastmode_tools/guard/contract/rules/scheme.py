"""How security schemes are defined."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.structure_changes import SchemeChanged
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("security-scheme-redefined", Verdict.DANGEROUS, SchemeChanged)
def security_scheme_redefined(change: SchemeChanged) -> Iterator[Found]:
    """Credentials must be sent in another way."""
    if change.is_used and change.what in ("kind", "flow removed"):
        yield found(
            change,
            f"{change.scheme} is defined in another way ({change.detail}): what clients send is no longer understood",
            "Define the new way under a new name, and let operations take both.",
            f"{change.scheme} {change.detail}",
        )


@rule("security-scheme-moved", Verdict.CAUTIOUS, SchemeChanged)
def security_scheme_moved(change: SchemeChanged) -> Iterator[Found]:
    """Tokens come from another address, or a permission is no longer offered."""
    if change.is_used and change.what in ("address", "scope removed"):
        yield found(
            change,
            f"{change.scheme} changed ({change.detail}): clients that have it configured must change it",
            "Keep the old address working.",
            f"{change.scheme} {change.detail}",
        )


@rule("security-scheme-changed", Verdict.SAFE, SchemeChanged)
def security_scheme_changed(change: SchemeChanged) -> Iterator[Found]:
    """A scheme that nothing needs, or one that changed in words only."""
    if not change.is_used or change.what not in ("kind", "flow removed", "address", "scope removed"):
        yield found(
            change,
            f"the security scheme {change.scheme} changed: {change.what} {change.detail}",
            "",
            f"{change.scheme} {change.what} {change.detail}",
        )


RULES = (
    security_scheme_redefined,
    security_scheme_moved,
    security_scheme_changed,
)
