"""Which form values have: types, formats, limits, patterns, and whether items may repeat."""

from beastmode_tools.guard.contract.compare.schema_changes import (
    BoundChanged,
    FormatChanged,
    PatternChanged,
    TypeChanged,
    UniquenessChanged,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import from_api, from_client, narrows, of_request, widens

__all__ = ["RULES"]

FROM_TO = "{old} → {new}"


def formats(change: FormatChanged) -> str:
    """From which format to which."""
    return f"{change.old or 'no format'} → {change.new or 'no format'}"


def move_of(change: BoundChanged) -> str:
    """Which limit went from what to what."""
    old, new = ("none" if each is None else f"{each:g}" for each in (change.old, change.new))
    return f"{change.keyword} {old} → {new}"


FORMS = (
    row(
        "request-type-changed",
        TypeChanged,
        lambda c: from_client(c) and narrows(c),
        message="type",
        detail=FROM_TO,
    ),
    harmless("request-type-widened", TypeChanged, lambda c: from_client(c) and not narrows(c), detail=FROM_TO),
    row("response-type-changed", TypeChanged, lambda c: from_api(c) and widens(c), message="type", detail=FROM_TO),
    harmless("response-type-narrowed", TypeChanged, lambda c: from_api(c) and not widens(c), detail=FROM_TO),
    row(
        "request-type-changed",
        FormatChanged,
        lambda c: from_client(c) and narrows(c),
        message="format",
        detail=formats,
        formats=formats,
    ),
    harmless(
        "request-format-widened",
        FormatChanged,
        lambda c: from_client(c) and not narrows(c),
        detail=formats,
        formats=formats,
    ),
    row(
        "response-type-changed",
        FormatChanged,
        lambda c: from_api(c) and widens(c),
        message="format",
        detail=formats,
        formats=formats,
    ),
    harmless(
        "response-format-narrowed",
        FormatChanged,
        lambda c: from_api(c) and not widens(c),
        detail=formats,
        formats=formats,
    ),
)

LIMITS = (
    row(
        "request-limit-added",
        BoundChanged,
        lambda c: from_client(c) and c.old is None,
        detail=move_of,
        move=move_of,
    ),
    row(
        "request-limit-tightened",
        BoundChanged,
        lambda c: from_client(c) and narrows(c) and c.old is not None,
        detail=move_of,
        move=move_of,
    ),
    harmless(
        "request-limit-relaxed",
        BoundChanged,
        lambda c: from_client(c) and not narrows(c),
        detail=move_of,
        move=move_of,
    ),
    row(
        "response-limit-relaxed",
        BoundChanged,
        lambda c: from_api(c) and widens(c),
        detail=move_of,
        move=move_of,
    ),
    harmless(
        "response-limit-tightened",
        BoundChanged,
        lambda c: from_api(c) and not widens(c),
        detail=move_of,
        move=move_of,
    ),
)

PATTERNS = (
    row(
        "request-condition-added",
        PatternChanged,
        lambda c: from_client(c) and c.old is None,
        message="pattern",
        detail="{new}",
    ),
    # Also of read-only fields: some clients send back what they got.
    row(
        "request-pattern-changed",
        PatternChanged,
        lambda c: of_request(c) and c.old is not None and c.new is not None,
        detail=FROM_TO,
    ),
    harmless("request-pattern-removed", PatternChanged, lambda c: from_client(c) and c.new is None, detail="{old}"),
    harmless("response-pattern-changed", PatternChanged, from_api, detail=FROM_TO),
    row("request-items-must-differ", UniquenessChanged, lambda c: from_client(c) and c.is_unique),
    harmless("request-items-may-repeat", UniquenessChanged, lambda c: from_client(c) and not c.is_unique),
    row("response-items-may-repeat", UniquenessChanged, lambda c: from_api(c) and not c.is_unique),
    harmless("response-items-differ", UniquenessChanged, lambda c: from_api(c) and c.is_unique),
)

RULES = (*FORMS, *LIMITS, *PATTERNS)
