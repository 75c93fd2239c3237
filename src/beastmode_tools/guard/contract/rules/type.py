"""Types and formats of what is sent."""

from collections.abc import Iterator

from beastmode_tools.guard.contract.compare.schema_changes import FormatChanged, TypeChanged
from beastmode_tools.guard.contract.rules.weighing import found, from_api, from_client, narrows, widens
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

NEW_FIELD = "Add a field of the new type beside it, and keep this one until a new version."


def types(change: TypeChanged) -> str:
    """From which types to which."""
    return f"{change.old} → {change.new}"


def formats(change: FormatChanged) -> str:
    """From which format to which."""
    return f"{change.old or 'no format'} → {change.new or 'no format'}"


@rule("request-type-changed", Verdict.DANGEROUS, TypeChanged)
def request_type_changed(change: TypeChanged) -> Iterator[Found]:
    """What clients send is no longer of a valid type."""
    if from_client(change) and narrows(change):
        text = f"{change.site.name} took {change.old} and now takes {change.new}: what clients send today is refused"
        yield found(change, text, f"Go on accepting {change.old}. {NEW_FIELD}", types(change))


@rule("request-type-widened", Verdict.SAFE, TypeChanged)
def request_type_widened(change: TypeChanged) -> Iterator[Found]:
    """More types are accepted."""
    if from_client(change) and not narrows(change):
        yield found(change, f"{change.site.name} took {change.old} and now takes {change.new}", "", types(change))


@rule("response-type-changed", Verdict.DANGEROUS, TypeChanged)
def response_type_changed(change: TypeChanged) -> Iterator[Found]:
    """Clients get a type that they do not expect."""
    if from_api(change) and widens(change):
        text = f"{change.site.name} was {change.old} and may now be {change.new}: clients that read it break"
        yield found(change, text, NEW_FIELD, types(change))


@rule("response-type-narrowed", Verdict.SAFE, TypeChanged)
def response_type_narrowed(change: TypeChanged) -> Iterator[Found]:
    """Fewer types are sent."""
    if from_api(change) and not widens(change):
        yield found(change, f"{change.site.name} was {change.old} and is now {change.new}", "", types(change))


@rule("request-format-changed", Verdict.DANGEROUS, FormatChanged)
def request_format_changed(change: FormatChanged) -> Iterator[Found]:
    """What clients send no longer has the right form."""
    if from_client(change) and narrows(change):
        text = f"the format of {change.site.name} changed ({formats(change)}): values in the old form are refused"
        yield found(
            change, text, "Go on accepting the old form, and prefer the new one in the documentation.", formats(change)
        )


@rule("request-format-widened", Verdict.SAFE, FormatChanged)
def request_format_widened(change: FormatChanged) -> Iterator[Found]:
    """More forms are accepted."""
    if from_client(change) and not narrows(change):
        yield found(
            change, f"the format of {change.site.name} takes more than before ({formats(change)})", "", formats(change)
        )


@rule("response-format-changed", Verdict.DANGEROUS, FormatChanged)
def response_format_changed(change: FormatChanged) -> Iterator[Found]:
    """Clients get values in a form that they do not expect."""
    if from_api(change) and widens(change):
        text = f"the format of {change.site.name} changed ({formats(change)}): clients that parse it break"
        yield found(change, text, NEW_FIELD, formats(change))


@rule("response-format-narrowed", Verdict.SAFE, FormatChanged)
def response_format_narrowed(change: FormatChanged) -> Iterator[Found]:
    """Values come in a narrower form."""
    if from_api(change) and not widens(change):
        yield found(change, f"the format of {change.site.name} is narrower ({formats(change)})", "", formats(change))


RULES = (
    request_type_changed,
    request_type_widened,
    response_type_changed,
    response_type_narrowed,
    request_format_changed,
    request_format_widened,
    response_format_changed,
    response_format_narrowed,
)
