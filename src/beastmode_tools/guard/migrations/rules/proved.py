"""Migrations that were run up, down and up again with rows in the tables."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.migrations.compare.proved.facts import (
    Difference,
    DowngradeFailed,
    DowngradeMissing,
    Drift,
    ErrorSwallowed,
    ProvedFact,
    Reversible,
    RowsChanged,
    RowsLeftBehind,
    RowsNotRestored,
    SchemaNotRestored,
    SecondUpgradeDiffers,
    SecondUpgradeFailed,
    SequenceEnds,
    TableLocked,
    UpgradeFailed,
)
from beastmode_tools.guard.migrations.compare.proved.unproved import MigrationsNotProved
from beastmode_tools.guard.migrations.rules.finding import where_seen
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

SHOWN = 4
"""So many names fit on one line of a report."""
LIGHT = ("index", "comment", "sequence", "extension", "function", "view", "trigger", "policy", "schema")
MISSING = {
    "missing": "has no downgrade()",
    "empty": "has an empty downgrade()",
    "raises": "has a downgrade() that only raises an error",
    "idle": "has a downgrade() that ran and changed nothing",
}
LACKING = ("add_table", "add_column", "add_enum_value")
BEYOND = ("add_check", "add_enum_value")
"""What Alembic does not compare."""
SPARE = ("remove_table", "remove_column", "remove_index")
"""What the database has and no model uses: the first step of adding, or the last but one of taking away."""


@rule("upgrade-fails", UpgradeFailed)
def upgrade_fails(fact: UpgradeFailed) -> Iterator[Match]:
    """A deploy that stops half-way."""
    message = "only-with-rows" if fact.only_with_rows else "first"
    yield seen(fact, f"{fact.revision} upgrade", said(fact), message)


@rule("upgrade-fails", SecondUpgradeFailed)
def second_upgrade_fails(fact: SecondUpgradeFailed) -> Iterator[Match]:
    """An upgrade that works once, and not after its downgrade."""
    yield seen(fact, f"{fact.revision} upgrade again", said(fact), "second")


@rule("downgrade-fails", DowngradeFailed)
def downgrade_fails(fact: DowngradeFailed) -> Iterator[Match]:
    """A way back that is not there when it is needed."""
    is_unnamed = "has no name" in fact.error or "No support for ALTER" in fact.error
    yield seen(fact, f"{fact.revision} downgrade", said(fact), "unnamed" if is_unnamed else "failed")


@rule("schema-not-restored", DowngradeMissing)
def downgrade_missing(fact: DowngradeMissing) -> Iterator[Match]:
    """A revision that cannot be reverted at all."""
    reason, left = MISSING[fact.why], listed(fact.left)
    yield seen(
        fact,
        f"{fact.revision} downgrade schema",
        f"{fact.revision} {reason}",
        "no-downgrade",
        Verdict.CAUTIOUS if fact.additive else None,
        reason=reason,
        left=f"; {left}" if left else "",
    )


@rule("schema-not-restored", SecondUpgradeDiffers)
def second_upgrade_differs(fact: SecondUpgradeDiffers) -> Iterator[Match]:
    """An upgrade that leads to another schema after its downgrade."""
    differences = listed(fact.differences)
    subject = f"{fact.revision} again schema"
    yield seen(fact, subject, differences, "second-upgrade", Verdict.CAUTIOUS, differences=differences)


@rule("schema-not-restored", SchemaNotRestored)
def schema_not_restored(fact: SchemaNotRestored) -> Iterator[Match]:
    """A way back that leads somewhere else."""
    is_light = all(one.part.split(" ", 1)[0] in LIGHT for one in fact.differences)
    differences, enum = listed(fact.differences), enum_left(fact.differences)
    yield seen(
        fact,
        f"{fact.revision} downgrade schema",
        differences,
        "enum-left" if enum else "differs",
        Verdict.CAUTIOUS if is_light or fact.elsewhere == ("postgresql",) else None,
        differences=differences,
        enum=enum,
    )


@rule("rows-not-restored", RowsLeftBehind)
def rows_left(fact: RowsLeftBehind) -> Iterator[Match]:
    """Rows of the upgrade that the downgrade does not delete."""
    rows = counted(fact.rows, "row")
    subject = f"{fact.revision} leaves rows in {fact.table}"
    yield seen(fact, subject, f"{rows} in {fact.table}", "left", Verdict.CAUTIOUS, rows=rows)


@rule("rows-not-restored", RowsNotRestored)
def rows_not_restored(fact: RowsNotRestored) -> Iterator[Match]:
    """Data that no downgrade brings back."""
    target = f"{fact.table}.{fact.column}" if fact.column else fact.table
    what = "value" if fact.column else "row"
    yield seen(
        fact,
        f"{fact.revision} loses {target}",
        fact.example or f"{fact.values} of {counted(fact.of, what)}",
        "dropped" if fact.dropped else "changed" if fact.column else "deleted",
        Verdict.CAUTIOUS if fact.dropped else None,
        target=target,
        lost=counted(fact.values, what),
        total=counted(fact.of, what),
    )


@rule("rows-updated", RowsChanged)
def rewrites_rows(fact: RowsChanged) -> Iterator[Match]:
    """Old code that reads other values than it wrote."""
    target = f"{fact.table}.{fact.column}" if fact.column else f"rows of {fact.table}"
    yield seen(
        fact,
        f"{fact.revision} rewrites {target}",
        fact.example or f"{fact.values} in {target}",
        "migration-rewrites-rows",
        Verdict.CAUTIOUS,
        verb="fills NULLs in" if fact.from_null else "changes values in" if fact.column else "deletes",
        target=target,
    )


@rule("errors-swallowed", ErrorSwallowed)
def error_swallowed(fact: ErrorSwallowed) -> Iterator[Match]:
    """A migration that reports success for what it did not do."""
    verdict = Verdict.CAUTIOUS if fact.expected else Verdict.DANGEROUS
    yield seen(fact, f"{fact.revision} swallows {fact.about}", said(fact), "migration-error-swallowed", verdict)


@rule("migration-locks-table", TableLocked)
def locks_table(fact: TableLocked) -> Iterator[Match]:
    """Requests that wait until the migration is done."""
    if fact.rewritten:
        message, verdict = "rewritten", Verdict.DANGEROUS if fact.big else Verdict.CAUTIOUS
    elif fact.scanned:
        message, verdict = "scanned", Verdict.CAUTIOUS
    else:
        message, verdict = "short", Verdict.SAFE
    evidence = f"{fact.mode} on {fact.table}: {fact.statement}"
    found = seen(fact, f"{fact.revision} locks {fact.table}", evidence, message, verdict)
    yield found if fact.measured or message != "scanned" else replace(found, proved=False)


@rule("sequence-ends-early", SequenceEnds)
def sequence_ends(fact: SequenceEnds) -> Iterator[Match]:
    """A column that was widened for nothing."""
    evidence = f"{fact.sequence} has MAXVALUE {fact.most}"
    yield seen(fact, f"{fact.revision} sequence of {fact.table}.{fact.column}", evidence)


@rule("migration-reversible", Reversible)
def reversible(fact: Reversible) -> Iterator[Match]:
    """The proof itself."""
    rows = counted(fact.rows, "row")
    yield seen(fact, f"{fact.revision} reversible", f"upgrade, downgrade and upgrade with {rows}", rows=rows)


@rule("models-and-migrations-differ", Drift)
def models_differ(drift: Drift) -> Iterator[Match]:
    """Code that expects what no migration makes."""
    name = f"{drift.table}.{drift.name}" if drift.table and drift.name else drift.table or drift.name
    verb, _, kind = drift.kind.partition("_")
    detail = f" ({drift.detail})" if drift.detail else ""
    verdict = Verdict.DANGEROUS if drift.kind in LACKING else Verdict.CAUTIOUS
    if drift.kind in SPARE and not drift.detail.endswith("NOT NULL"):
        verdict = Verdict.SAFE
    yield Match(
        where=name,
        subject=f"{drift.kind} {name}",
        fields={"kind": kind.replace("_", " "), "name": name, "detail": detail, "on": where_seen(drift.dialects)},
        message={"modify": "differ", "add": "no-migration"}.get(verb, "no-model"),
        evidence=f"{'the guard' if drift.kind in BEYOND else 'Alembic'}'s comparison says {drift.kind} {name}{detail}",
        proved=True,
        verdict=verdict,
    )


def seen(
    fact: ProvedFact,
    subject: str,
    evidence: str,
    message: str = "",
    verdict: Verdict | None = None,
    **fields: object,
) -> Match:
    """A finding about one revision that ran."""
    shown = f"{evidence} [{', '.join(fact.dialects)}]"
    given = {"on": where_seen(fact.dialects)} | fields
    return Match(fact.where, subject, given, message, shown, proved=True, verdict=verdict)


def said(fact: UpgradeFailed | SecondUpgradeFailed | DowngradeFailed | ErrorSwallowed) -> str:
    """The SQL that was refused, and what another database said."""
    return "; ".join((fact.statement or fact.error, *fact.also))


def counted(count: int, noun: str) -> str:
    """A number with its noun."""
    return f"{count} {noun}{'' if count == 1 else 's'}"


def listed(differences: Sequence[Difference]) -> str:
    """The first differences, and how many more there are."""
    return first_few(differences, SHOWN, "; ")


def enum_left(differences: Sequence[Difference]) -> str:
    """The first enum type that the downgrade leaves, quoted as in Python; "" for none."""
    parts = [one.part.partition(" ") for one in differences if one.before is None]
    return next((f'"{name}"' for kind, _, name in parts if kind == "enum"), "")


@rule("migration-not-proved", MigrationsNotProved)
def not_proved(fact: MigrationsNotProved) -> Iterator[Match]:
    """Nobody has seen it run: that its source reads well is no reason to call it safe."""
    names = [each.id for each in fact.revisions]
    yield Match(
        where=fact.revisions[0].path,
        subject=f"{' '.join(names)} not proved",
        fields={
            "names": first_few(names, SHOWN),
            "was": "was" if len(names) == 1 else "were",
            "first": names[0],
            "shown": " ".join(names[:SHOWN]),
        },
        message="not-possible" if fact.asked else "not-asked",
        evidence=first_few(fact.reasons, 2, " ") if fact.asked else "--no-proofs",
    )


RULES = (
    not_proved,
    upgrade_fails,
    second_upgrade_fails,
    downgrade_fails,
    downgrade_missing,
    second_upgrade_differs,
    schema_not_restored,
    rows_left,
    rows_not_restored,
    rewrites_rows,
    error_swallowed,
    locks_table,
    sequence_ends,
    reversible,
    models_differ,
)
