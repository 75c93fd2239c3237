"""Views, functions, triggers, policies, rights, settings, maintenance."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.operations import Maintenance, ObjectDdl, SetSetting, TransactionControl
from beastmode_tools.guard.migrations.rules.finding import found
from beastmode_tools.guard.rule import Found, rule

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


@rule("object-created", Verdict.SAFE, ObjectDdl)
def created(op: ObjectDdl) -> Iterator[Found]:
    """A view, function, sequence... that nobody uses yet; a trigger acts at once."""
    if op.action == "create" and op.kind not in RIGHTS:
        active = op.kind in ACTIVE and not op.known.new_table
        yield found(
            op,
            f"The {op.kind} {op.name} is created"
            + (
                ": it acts on what old code does too, or needs rights that the migration may not have."
                if active
                else "."
            ),
            "Make sure that old code works with it, and that production's migrating role may create it."
            if active
            else "",
            verdict=Verdict.CAUTIOUS if active else None,
        )


@rule("object-replaced", Verdict.CAUTIOUS, ObjectDdl)
def replaced(op: ObjectDdl) -> Iterator[Found]:
    """Another meaning under the same name."""
    if op.action in {"replace", "alter"} and op.kind not in RIGHTS:
        yield found(
            op,
            f"The {op.kind} {op.name} changes its meaning at once, for code that still runs too.",
            "Give the new one another name, use it, and drop the old one later; keep the old text for the downgrade.",
        )


@rule("object-dropped", Verdict.DANGEROUS, ObjectDdl)
def dropped(op: ObjectDdl) -> Iterator[Found]:
    """Something that old code may call."""
    if op.action != "drop" or op.kind in RIGHTS:
        return
    more = " What depends on it goes too (CASCADE)." if op.cascade else ""
    back = " It is created again in the same migration." if op.known.recreated else ""
    yield found(
        op,
        f"The {op.kind} {op.name} is dropped: code, columns or queries that use it fail.{more}{back}",
        "Release code that no longer uses it first.",
        verdict=Verdict.CAUTIOUS if op.known.recreated and not op.cascade else None,
    )


@rule("rights-changed", Verdict.CAUTIOUS, ObjectDdl)
def rights(op: ObjectDdl) -> Iterator[Found]:
    """Who may do what."""
    if op.kind in RIGHTS:
        takes = op.kind == "revoke" or op.action == "drop"
        yield found(
            op,
            f"Rights in the database change: {' '.join(op.sql.split())[:160]}",
            "Give only what the application's role needs; take a right away after the code that needs it is gone.",
            verdict=Verdict.DANGEROUS if takes else None,
        )


@rule("maintenance-locks", Verdict.DANGEROUS, Maintenance)
def maintenance(op: Maintenance) -> Iterator[Found]:
    """Work that locks a table, or that no transaction may hold."""
    locks = op.command in {"VACUUM FULL", "CLUSTER"} or (
        op.command in {"REINDEX", "REFRESH MATERIALIZED VIEW"} and not op.concurrently
    )
    refused = op.command.startswith("VACUUM") or (op.command == "REINDEX" and op.concurrently)
    if refused and not op.place.in_autocommit:
        yield found(
            op,
            f"{op.command} cannot run within the migration's transaction: PostgreSQL refuses.",
            "Leave it to the database's own schedule, or put it into an autocommit_block.",
        )
    elif locks:
        weaker = op.command == "REFRESH MATERIALIZED VIEW"
        yield found(
            op,
            f"{op.command} {op.target}: nobody can {'read the view' if weaker else 'use the table'} meanwhile.",
            "Use CONCURRENTLY in an autocommit_block (for a table: pg_repack), in a quiet hour.",
            verdict=Verdict.CAUTIOUS if weaker else None,
        )


@rule("transaction-by-hand", Verdict.CAUTIOUS, TransactionControl)
def by_hand(op: TransactionControl) -> Iterator[Found]:
    """A migration that ends its transaction itself."""
    if op.command in {"COMMIT", "ROLLBACK", "END"}:
        yield found(
            op,
            f"{op.command} within a migration: what ran before stays when what follows fails, and the revision is not "
            "recorded.",
            "Split the revision, or use `with op.get_context().autocommit_block():`.",
        )


@rule("session-setting", Verdict.SAFE, SetSetting)
def setting(op: SetSetting) -> Iterator[Found]:
    """A setting of the migration's session."""
    weakens = op.name in WEAKENS
    known = op.name in WAITS or weakens
    yield found(
        op,
        f"The migration sets {op.name} = {op.value}"
        + (": constraints and triggers do not act while it runs." if weakens else "."),
        "" if op.name in WAITS else "Say why it is needed, and set it back.",
        verdict=Verdict.DANGEROUS if weakens else None if known else Verdict.CAUTIOUS,
    )


RULES = (created, replaced, dropped, rights, maintenance, by_hand, setting)
