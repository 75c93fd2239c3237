"""What a value is where it is left out."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import DefaultChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]


def is_parameter(change: DefaultChanged) -> bool:
    """Whether it is the whole value of a parameter."""
    return change.site.kind == "parameter" and not change.site.field


@rule("parameter-default-added", Verdict.CAUTIOUS, DefaultChanged)
def parameter_default_added(change: DefaultChanged) -> Iterator[Found]:
    """A call without the parameter may now mean something else."""
    if from_client(change) and is_parameter(change) and change.old is None:
        yield found(
            change,
            f"{change.site.name} has a default now ({change.new}): calls "
            "without it may mean something else than before",
            "Let calls without it mean what they meant.",
            f"{change.new}",
        )


@rule("parameter-default-changed", Verdict.DANGEROUS, DefaultChanged)
def parameter_default_changed(change: DefaultChanged) -> Iterator[Found]:
    """A call without the parameter means something else."""
    if from_client(change) and is_parameter(change) and change.old is not None and change.new is not None:
        yield found(
            change,
            f"the default of {change.site.name} was {change.old} and is now "
            f"{change.new}: calls without it mean something else",
            "Keep the default in this version.",
            f"{change.old} → {change.new}",
        )


@rule("parameter-default-removed", Verdict.DANGEROUS, DefaultChanged)
def parameter_default_removed(change: DefaultChanged) -> Iterator[Found]:
    """A call without the parameter no longer means what was promised."""
    if from_client(change) and is_parameter(change) and change.new is None:
        yield found(
            change,
            f"the default {change.old} of {change.site.name} is gone: calls without it mean something else",
            "Keep the default in this version.",
            f"{change.old}",
        )


@rule("request-default-changed", Verdict.CAUTIOUS, DefaultChanged)
def request_default_changed(change: DefaultChanged) -> Iterator[Found]:
    """A body without the field means something else."""
    if from_client(change) and not is_parameter(change) and change.old is not None:
        yield found(
            change,
            f"the default of {change.site.name} was {change.old} and is now "
            f"{change.new or 'gone'}: bodies without it may mean something else",
            "Keep the default in this version.",
            f"{change.old} → {change.new}",
        )


@rule("request-default-added", Verdict.SAFE, DefaultChanged)
def request_default_added(change: DefaultChanged) -> Iterator[Found]:
    """The documentation says what a missing field means."""
    if from_client(change) and not is_parameter(change) and change.old is None:
        yield found(change, f"{change.site.name} has a default now: {change.new}", "", f"{change.new}")


@rule("response-default-changed", Verdict.SAFE, DefaultChanged)
def response_default_changed(change: DefaultChanged) -> Iterator[Found]:
    """Defaults of what is sent: clients do not fill them in."""
    if from_api(change):
        yield found(
            change,
            f"the default of {change.site.name} changed ({change.old} → {change.new})",
            "",
            f"{change.old} → {change.new}",
        )


RULES = (
    parameter_default_added,
    parameter_default_changed,
    parameter_default_removed,
    request_default_changed,
    request_default_added,
    response_default_changed,
)
