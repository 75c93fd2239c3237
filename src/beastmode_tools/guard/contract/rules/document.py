"""The document as a whole, and changes that cannot be weighed."""

from beastmode_tools.guard.contract.compare.schema_changes import NotUnderstood, ReferenceNotFollowed, TextChanged
from beastmode_tools.guard.contract.compare.structure_changes import (
    ServerChanged,
    UnpromisedChanged,
    VersionAdded,
    VersionRemoved,
)
from beastmode_tools.guard.contract.rules.row import harmless, row
from beastmode_tools.guard.contract.rules.weighing import always

__all__ = ["RULES"]

FROM_TO = "{old} → {new}"

RULES = (
    row("contract-version-removed", VersionRemoved, lambda c: bool(c.name), version=lambda c: c.name),
    harmless("contract-version-added", VersionAdded, lambda c: bool(c.name), version=lambda c: c.name),
    row("contract-change-not-understood", NotUnderstood, lambda c: bool(c.what), detail="{what}"),
    row(
        "contract-reference-not-followed",
        ReferenceNotFollowed,
        lambda c: c.old != c.new,
        detail=FROM_TO,
        old=lambda c: c.old or "none",
        new=lambda c: c.new or "none",
    ),
    harmless("contract-text-changed", TextChanged, always),
    harmless("contract-draft-changed", UnpromisedChanged, lambda c: c.count > 0, detail="{level}"),
    row("server-base-path-changed", ServerChanged, lambda c: c.is_base_path, detail=FROM_TO),
    harmless("server-changed", ServerChanged, lambda c: not c.is_base_path, detail=FROM_TO),
)
