"""Views, functions, triggers, policies, rights, settings, maintenance."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import Maintenance, ObjectDdl, SetSetting, TransactionControl
from beastmode_tools.guard.migrations.rules.finding import cascade_of, found
from beastmode_tools.guard.migrations.rules.row import row
from beastmode_tools.guard.rule import Match, rule

__all__ = ["RULES"]

RIGHTS = {"grant", "revoke", "role", "user"}
# What acts on rows that others write, or needs more rights than a migration often has.
ACTIVE = {"trigger", "policy", "rule", "extension", "publication", "subscription", "database", "server", "cast"}
WAITS = {
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "foreign_keys",
    "legacy_alter_table",
    "constraints",
}
WEAKENS = {"session_replication_role", "foreign_key_checks", "unique_checks", "sql_safe_updates", "row_security"}


def creates(op: ObjectDdl) -> bool:
    """Whether an object is created that is no right."""
    return op.action == "create" and op.kind not in RIGHTS


def is_active(op: ObjectDdl) -> bool:
    """Whether it acts on what old code does, or needs rights of its own."""
    return op.kind in ACTIVE and not op.known.new_table


def drops(op: ObjectDdl) -> bool:
    """Whether an object is dropped that is no right."""
    return op.action == "drop" and op.kind not in RIGHTS


def sql_of(op: ObjectDdl) -> str:
    """The beginning of the statement."""
    return " ".join(op.sql.split())[:160]


@rule("maintenance-locks", Maintenance)
def maintenance(op: Maintenance) -> Iterator[Match]:
    """Work that locks a table, or that no transaction may hold."""
    locks = op.command in {"VACUUM FULL", "CLUSTER"} or (
        op.command in {"REINDEX", "REFRESH MATERIALIZED VIEW"} and not op.concurrently
    )
    refused = op.command.startswith("VACUUM") or (op.command == "REINDEX" and op.concurrently)
    if refused and not op.place.in_autocommit:
        yield found(op, "refused")
    elif locks:
        is_weaker = op.command == "REFRESH MATERIALIZED VIEW"
        yield found(op, "view" if is_weaker else "table", verdict=Verdict.CAUTIOUS if is_weaker else None)


@rule("session-setting", SetSetting)
def setting(op: SetSetting) -> Iterator[Match]:
    """A setting of the migration's session."""
    if op.name in WEAKENS:
        yield found(op, "checks-off", verdict=Verdict.DANGEROUS)
    elif op.name in WAITS:
        yield found(op, "timeout")
    else:
        yield found(op, "other", verdict=Verdict.CAUTIOUS)


RULES = (
    row("object-created", ObjectDdl, lambda op: creates(op) and not is_active(op), message="unused"),
    row(
        "object-created",
        ObjectDdl,
        lambda op: creates(op) and is_active(op),
        message="active",
        verdict=Verdict.CAUTIOUS,
    ),
    row("object-replaced", ObjectDdl, lambda op: op.action in {"replace", "alter"} and op.kind not in RIGHTS),
    row(
        "object-dropped",
        ObjectDdl,
        lambda op: drops(op) and not op.known.recreated,
        message="dropped",
        cascade=cascade_of,
    ),
    row(
        "object-dropped",
        ObjectDdl,
        lambda op: drops(op) and op.known.recreated,
        message="recreated",
        verdict=lambda op: None if op.cascade else Verdict.CAUTIOUS,
        cascade=cascade_of,
    ),
    row(
        "rights-changed",
        ObjectDdl,
        lambda op: op.kind in RIGHTS,
        verdict=lambda op: Verdict.DANGEROUS if op.kind == "revoke" or op.action == "drop" else None,
        sql=sql_of,
    ),
    maintenance,
    row("transaction-by-hand", TransactionControl, lambda op: op.command in {"COMMIT", "ROLLBACK", "END"}),
    setting,
)
