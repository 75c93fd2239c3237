"""How alternatives are told apart."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import DiscriminatorChanged
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("discriminator-added", Verdict.SAFE, DiscriminatorChanged)
def discriminator_added(change: DiscriminatorChanged) -> Iterator[Found]:
    """Alternatives can be told apart by a field."""
    if change.action == "added":
        yield found(change, f"the alternatives of {change.site.name} are told apart by {change.detail} now")


@rule("discriminator-removed", Verdict.CAUTIOUS, DiscriminatorChanged)
def discriminator_removed(change: DiscriminatorChanged) -> Iterator[Found]:
    """Generated clients no longer know which alternative they have."""
    if change.action == "removed":
        yield found(
            change,
            f"the alternatives of {change.site.name} are no longer told apart by "
            f"{change.detail}: generated clients pick the wrong one",
            "Keep the discriminator.",
        )


@rule("discriminator-renamed", Verdict.DANGEROUS, DiscriminatorChanged)
def discriminator_renamed(change: DiscriminatorChanged) -> Iterator[Found]:
    """Another field tells alternatives apart."""
    if change.action == "renamed":
        yield found(
            change,
            f"another field tells the alternatives of {change.site.name} apart "
            f"({change.detail}): clients look at the old one",
            "Keep the old field beside the new one, and the discriminator on the old.",
            f"{change.detail}",
        )


@rule("request-mapping-removed", Verdict.DANGEROUS, DiscriminatorChanged)
def request_mapping_removed(change: DiscriminatorChanged) -> Iterator[Found]:
    """A kind is refused that clients send."""
    if change.action == "mapping-removed" and change.site.is_request:
        yield found(
            change,
            f"{change.site.name} no longer knows the kind {change.detail}: calls that send it are refused",
            "Go on accepting it.",
            f"{change.detail}",
        )


@rule("response-mapping-removed", Verdict.SAFE, DiscriminatorChanged)
def response_mapping_removed(change: DiscriminatorChanged) -> Iterator[Found]:
    """A kind is no longer sent."""
    if change.action == "mapping-removed" and not change.site.is_request:
        yield found(change, f"{change.site.name} is never of the kind {change.detail} any more", "", f"{change.detail}")


@rule("request-mapping-added", Verdict.SAFE, DiscriminatorChanged)
def request_mapping_added(change: DiscriminatorChanged) -> Iterator[Found]:
    """One more kind is accepted."""
    if change.action == "mapping-added" and change.site.is_request:
        yield found(change, f"{change.site.name} now takes the kind {change.detail}", "", f"{change.detail}")


@rule("response-mapping-added", Verdict.CAUTIOUS, DiscriminatorChanged)
def response_mapping_added(change: DiscriminatorChanged) -> Iterator[Found]:
    """A kind is sent that clients do not know."""
    if change.action == "mapping-added" and not change.site.is_request:
        yield found(
            change,
            f"{change.site.name} may now be of the kind {change.detail}, which clients of today do not know",
            "Send it in a new version only.",
            f"{change.detail}",
        )


@rule("mapping-changed", Verdict.CAUTIOUS, DiscriminatorChanged)
def mapping_changed(change: DiscriminatorChanged) -> Iterator[Found]:
    """A kind means another schema."""
    if change.action == "mapping-changed":
        yield found(
            change,
            f"a kind of {change.site.name} means another schema ({change.detail})",
            "Keep what each kind means; give the new schema a kind of its own.",
            f"{change.detail}",
        )


RULES = (
    discriminator_added,
    discriminator_removed,
    discriminator_renamed,
    request_mapping_removed,
    response_mapping_removed,
    request_mapping_added,
    response_mapping_added,
    mapping_changed,
)
