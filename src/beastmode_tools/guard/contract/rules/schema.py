"""Schemas made of schemas: allOf, alternatives, discriminators, conditions; and fields that nobody sends."""

from typing import Any

from beastmode_tools.guard.contract.compare.schema_changes import (
    KINDS,
    AccessChanged,
    AllOfAdded,
    AllOfRemoved,
    BranchAdded,
    BranchRemoved,
    ConstraintChanged,
    DiscriminatorChanged,
    FieldDeprecated,
    NotUnderstood,
    PatternChanged,
    ReferenceNotFollowed,
    TextChanged,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import (
    from_api,
    from_client,
    narrows,
    of_request,
    of_response,
    widens,
)

__all__ = ["RULES"]


def is_covered(change: Any) -> bool:
    """Whether other alternatives accept all that one accepts that was added or removed."""
    if isinstance(change, BranchRemoved):
        return from_client(change) and not narrows(change)
    return from_api(change) and not widens(change)


COMPOSITION = (
    row(
        "request-condition-added",
        AllOfAdded,
        lambda c: from_client(c) and not c.is_annotation,
        message="schema",
        detail="{branch}",
    ),
    row("request-all-of-removed", AllOfRemoved, lambda c: from_client(c) and not c.is_annotation, detail="{branch}"),
    harmless(
        "response-all-of-changed",
        (AllOfAdded, AllOfRemoved),
        lambda c: from_api(c) and not c.is_annotation,
        detail="{branch}",
    ),
    harmless(
        "all-of-annotation-changed",
        (AllOfAdded, AllOfRemoved),
        lambda c: c.is_annotation and not c.site.is_hidden,
    ),
    row(
        "request-alternative-removed",
        BranchRemoved,
        lambda c: from_client(c) and narrows(c),
        message="schema",
        detail="{branch}",
    ),
    harmless("request-alternative-added", BranchAdded, from_client, detail="{branch}"),
    row("response-alternative-added", BranchAdded, lambda c: from_api(c) and widens(c), detail="{branch}"),
    harmless("response-alternative-removed", BranchRemoved, from_api, detail="{branch}"),
    harmless("alternative-covered", (BranchAdded, BranchRemoved), is_covered, detail="{branch}"),
)

DISCRIMINATORS = (
    harmless("discriminator-added", DiscriminatorChanged, lambda c: c.action == "added"),
    row("discriminator-removed", DiscriminatorChanged, lambda c: c.action == "removed"),
    row("discriminator-renamed", DiscriminatorChanged, lambda c: c.action == "renamed", detail="{detail}"),
    row(
        "request-alternative-removed",
        DiscriminatorChanged,
        lambda c: c.action == "mapping-removed" and of_request(c),
        message="mapping",
        detail="{detail}",
    ),
    harmless(
        "response-mapping-removed",
        DiscriminatorChanged,
        lambda c: c.action == "mapping-removed" and of_response(c),
        detail="{detail}",
    ),
    harmless(
        "request-mapping-added",
        DiscriminatorChanged,
        lambda c: c.action == "mapping-added" and of_request(c),
        detail="{detail}",
    ),
    row(
        "response-mapping-added",
        DiscriminatorChanged,
        lambda c: c.action == "mapping-added" and of_response(c),
        detail="{detail}",
    ),
    row("mapping-changed", DiscriminatorChanged, lambda c: c.action == "mapping-changed", detail="{detail}"),
)

CONDITIONS = (
    row(
        "request-condition-added",
        ConstraintChanged,
        lambda c: from_client(c) and c.action == "added" and narrows(c),
        message="keyword",
        detail="{keyword}",
    ),
    row(
        "request-condition-changed",
        ConstraintChanged,
        lambda c: from_client(c) and c.action != "added" and narrows(c),
        detail="{keyword}",
    ),
    harmless(
        "request-condition-relaxed",
        ConstraintChanged,
        lambda c: from_client(c) and not narrows(c),
        detail="{keyword}",
    ),
    row(
        "response-condition-changed",
        ConstraintChanged,
        lambda c: from_api(c) and c.action == "removed" and widens(c),
        message="removed",
        detail="{keyword}",
    ),
    row(
        "response-condition-changed",
        ConstraintChanged,
        lambda c: from_api(c) and c.action != "removed" and widens(c),
        message="changed",
        detail="{keyword}",
    ),
    harmless(
        "response-condition-tightened",
        ConstraintChanged,
        lambda c: from_api(c) and not widens(c),
        detail="{keyword}",
    ),
)

# These have rules of their own that do not ask who sends the field.
OTHERS = (AccessChanged, DiscriminatorChanged, FieldDeprecated, NotUnderstood, ReferenceNotFollowed, TextChanged)


def is_unsent(change: Any) -> bool:
    """Whether nobody sends the field in this direction, and no other rule judges it all the same."""
    is_judged = isinstance(change, PatternChanged) and change.site.is_request and change.old and change.new
    return change.site.is_hidden and not is_judged


UNSENT = (
    harmless(
        "field-not-sent-changed",
        tuple(kind for kind in KINDS if kind not in OTHERS),
        is_unsent,
        detail=lambda c: type(c).__name__,
    ),
)

RULES = (*COMPOSITION, *DISCRIMINATORS, *CONDITIONS, *UNSENT)
