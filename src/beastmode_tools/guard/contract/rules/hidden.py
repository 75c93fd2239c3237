"""Fields that one side never sends: read-only ones in requests, write-only ones in responses."""

from collections.abc import Iterator
from typing import Any

from beastmode_tools.guard.contract.compare import schema_changes
from beastmode_tools.guard.contract.compare.schema_changes import (
    AccessChanged,
    DiscriminatorChanged,
    FieldDeprecated,
    NotUnderstood,
    PatternChanged,
    ReferenceNotFollowed,
    TextChanged,
)
from beastmode_tools.guard.contract.rules.weighing import found
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.rule import Found, rule

__all__ = ["RULES"]

# These have rules of their own that do not ask who sends the field.
OTHERS = (AccessChanged, DiscriminatorChanged, FieldDeprecated, NotUnderstood, ReferenceNotFollowed, TextChanged)
KINDS = tuple(getattr(schema_changes, name) for name in schema_changes.__all__)


@rule("field-not-sent-changed", Verdict.SAFE, *(kind for kind in KINDS if kind not in OTHERS))
def field_not_sent_changed(change: Any) -> Iterator[Found]:
    """A field changed in the direction in which nobody sends it."""
    is_judged = isinstance(change, PatternChanged) and change.site.is_request and change.old and change.new
    if change.site.is_hidden and not is_judged:
        kind = type(change).__name__
        yield found(change, f"{change.site.name} changed, and nobody sends it in this direction", "", kind)


RULES = (field_not_sent_changed,)
