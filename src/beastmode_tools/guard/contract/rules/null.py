"""null: whether it may be sent."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import NullabilityChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


@rule("request-null-refused", Verdict.DANGEROUS, NullabilityChanged)
def request_null_refused(change: NullabilityChanged) -> Iterator[Found]:
    """Clients that send null are refused."""
    if from_client(change) and not change.is_nullable:
        yield found(
            change,
            f"{change.site.name} took null and no longer does: calls that send it are refused",
            "Go on accepting null and treat it as the default; refuse it in the next version only.",
        )


@rule("request-null-accepted", Verdict.SAFE, NullabilityChanged)
def request_null_accepted(change: NullabilityChanged) -> Iterator[Found]:
    """Null may be sent."""
    if from_client(change) and change.is_nullable:
        yield found(change, f"{change.site.name} now takes null too")


@rule("response-null-possible", Verdict.DANGEROUS, NullabilityChanged)
def response_null_possible(change: NullabilityChanged) -> Iterator[Found]:
    """Clients that never saw null get it."""
    if from_api(change) and change.is_nullable:
        yield found(
            change,
            f"{change.site.name} may now be null: clients that read it without looking break",
            "Send an empty value of the same type, or leave null to a new field or version.",
        )


@rule("response-null-excluded", Verdict.SAFE, NullabilityChanged)
def response_null_excluded(change: NullabilityChanged) -> Iterator[Found]:
    """Null is no longer sent."""
    if from_api(change) and not change.is_nullable:
        yield found(change, f"{change.site.name} is never null any more")


RULES = (
    request_null_refused,
    request_null_accepted,
    response_null_possible,
    response_null_excluded,
)
