import logging
from collections.abc import Callable
from typing import Any

from alembic.operations.ops import DowngradeOps, MigrationScript, ModifyTableOps, UpgradeOps
from alembic.runtime.migration import MigrationContext
from alembic.util import rev_id

from beastmode.db.migrations.autogenerate.checks import compare_checks
from beastmode.db.migrations.autogenerate.code import OnlineOp
from beastmode.db.migrations.autogenerate.comparison import Comparison, compared
from beastmode.db.migrations.autogenerate.computed import compare_computed
from beastmode.db.migrations.autogenerate.defaults import compare_defaults
from beastmode.db.migrations.autogenerate.enum_values import compare_enum_values
from beastmode.db.migrations.autogenerate.enums import compare_enums
from beastmode.db.migrations.autogenerate.exclusions import compare_exclusions
from beastmode.db.migrations.autogenerate.identities import compare_identities
from beastmode.db.migrations.autogenerate.indexes import compare_indexes
from beastmode.db.migrations.autogenerate.losses import tell_losses
from beastmode.db.migrations.autogenerate.order import put_in_order
from beastmode.db.migrations.autogenerate.portable import make_portable
from beastmode.db.migrations.autogenerate.references import compare_references
from beastmode.db.migrations.autogenerate.remarks import RemarkOp
from beastmode.db.migrations.autogenerate.requirements import compare_requirements
from beastmode.db.migrations.autogenerate.returns import prepare_returns
from beastmode.db.migrations.autogenerate.retyping import compare_types
from beastmode.db.migrations.autogenerate.rewrites import tell_rewrites
from beastmode.db.migrations.autogenerate.sequences import compare_sequences
from beastmode.db.migrations.autogenerate.uniques import compare_uniques
from beastmode.db.migrations.private_alembic import mark_for_rendering

_STEPS: tuple[Callable[[Comparison], None], ...] = (
    put_in_order,
    tell_rewrites,
    compare_computed,
    compare_defaults,
    compare_identities,
    compare_types,
    compare_requirements,
    compare_references,
    compare_uniques,
    compare_indexes,
    compare_exclusions,
    compare_checks,
    compare_sequences,
    compare_enums,
    compare_enum_values,
    tell_losses,
    prepare_returns,
    make_portable,
)
"""In this order: later steps see the results of earlier ones."""

log = logging.getLogger(__name__)


def is_comparing(context: MigrationContext) -> bool:
    """Whether the models and the database are being compared, for a revision or for a check."""
    environment = context.environment_context
    revising: Any = environment.context_opts.get("revision_context") if environment else None
    return bool(revising and revising.command_args["autogenerate"])


def complete(context: MigrationContext, script: MigrationScript) -> None:
    """Add what Alembic's comparison leaves out to a revision, and report what has to be written by hand.

    Args:
        context: Alembic's context.
        script: The revision about to be written.
    """
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is None or downgrade is None or (comparison := compared(context, upgrade)) is None:
        return
    for step in _STEPS:
        step(comparison)
    upgrade.reverse_into(downgrade)
    for way in (upgrade, downgrade):
        way.ops = [one for one in way.ops if not (isinstance(one, ModifyTableOps) and not one.ops)]
    for remark in comparison.remarks:
        log.warning("%s", remark)
    if comparison.remarks and upgrade.ops:
        upgrade.ops.insert(0, RemarkOp(tuple(comparison.remarks)))


def split(script: MigrationScript) -> list[MigrationScript]:
    """The revision, and a second one for what PostgreSQL does outside a transaction.

    Such a statement may fail long after it started, and is not rolled back. In a separate revision it can be run again.

    Args:
        script: The revision about to be written.
    """
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is None or downgrade is None:
        return [script]
    online = [one for one in upgrade.ops if isinstance(one, OnlineOp)]
    rest = [one for one in upgrade.ops if not isinstance(one, (OnlineOp, RemarkOp))]
    if not online or not rest:
        return [script] if upgrade.ops else []
    upgrade.ops = [one for one in upgrade.ops if not isinstance(one, OnlineOp)]
    later = UpgradeOps(list(online), upgrade_token=upgrade.upgrade_token)
    back = [one for one in downgrade.ops if isinstance(one, OnlineOp)]
    downgrade.ops = [one for one in downgrade.ops if not isinstance(one, OnlineOp)]
    behind = MigrationScript(
        rev_id=rev_id(),
        message=f"{script.message or 'changes'}, outside of a transaction",
        upgrade_ops=later,
        downgrade_ops=DowngradeOps(list(back), downgrade_token=downgrade.downgrade_token),
        head=script.rev_id,
        splice=False,
        branch_label=None,
        version_path=script.version_path,
        depends_on=None,
    )
    mark_for_rendering(behind)
    return [script, behind]
