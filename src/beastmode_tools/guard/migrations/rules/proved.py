"""Migrations that were run up, down and up again with rows in the tables."""

from collections.abc import Iterator, Sequence

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
    TableLocked,
    UpgradeFailed,
)
from beastmode_tools.guard.migrations.compare.proved.unproved import MigrationsNotProved
from beastmode_tools.guard.migrations.rules.finding import where_seen
from beastmode_tools.guard.rule import Found, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

SHOWN = 4
"""So many names fit on one line of a report."""
LIGHT = ("index", "comment", "sequence", "extension", "function", "view", "trigger", "policy", "schema")
MISSING = {
    "missing": "there is no downgrade()",
    "empty": "its downgrade() is empty",
    "raises": "its downgrade() only raises",
    "idle": "its downgrade() ran and changed nothing",
}
NULL_ADVICE = "Fill the rows, or remove what is doubled, in the same migration and before this statement."
LACKING = ("add_table", "add_column")
SPARE = ("remove_table", "remove_column", "remove_index")
"""What the database has and no model uses: the first step of adding, or the last but one of taking away."""


@rule("upgrade-fails", Verdict.DANGEROUS, UpgradeFailed, SecondUpgradeFailed)
def upgrade_fails(fact: UpgradeFailed | SecondUpgradeFailed) -> Iterator[Found]:
    """A deploy that stops half-way."""
    if isinstance(fact, SecondUpgradeFailed):
        problem = f"{fact.revision} cannot be applied again after its downgrade{on(fact)}: {fact.error}"
        instead = "Let the downgrade take back everything, types and constraints too, so that a second try can work."
    elif fact.only_with_rows:
        problem = f"{fact.revision} works on empty tables and fails as soon as they have rows{on(fact)}: {fact.error}"
        instead = NULL_ADVICE
    else:
        problem = f"{fact.revision} fails{on(fact)}: {fact.error}"
        instead = "Repair the migration; `beast prove` runs it again without anything else."
    again = " again" if isinstance(fact, SecondUpgradeFailed) else ""
    yield seen(fact, problem, instead, f"{fact.revision} upgrade{again}", said(fact))


@rule("downgrade-fails", Verdict.DANGEROUS, DowngradeFailed)
def downgrade_fails(fact: DowngradeFailed) -> Iterator[Found]:
    """A way back that is not there when it is needed."""
    instead = "Name every constraint, on both ways, and undo each step of upgrade() in the opposite order."
    if "has no name" in fact.error or "No support for ALTER" in fact.error:
        instead = "Give the constraint a name in upgrade() and drop it by that name; None cannot be dropped."
    problem = f"The downgrade of {fact.revision} fails{on(fact)}: {fact.error}"
    yield seen(fact, problem, instead, f"{fact.revision} downgrade", said(fact))


@rule("schema-not-restored", Verdict.DANGEROUS, SchemaNotRestored, SecondUpgradeDiffers, DowngradeMissing)
def schema_not_restored(fact: SchemaNotRestored | SecondUpgradeDiffers | DowngradeMissing) -> Iterator[Found]:
    """A way back that leads somewhere else."""
    if isinstance(fact, DowngradeMissing):
        verdict = Verdict.CAUTIOUS if fact.additive else Verdict.DANGEROUS
        left = f", and leaves: {listed(fact.left)}" if fact.left else ""
        problem = f"{fact.revision} cannot be taken back: {MISSING[fact.why]}{left}"
        instead = "Write the downgrade that undoes each step of upgrade(), in the opposite order."
    elif isinstance(fact, SecondUpgradeDiffers):
        verdict = Verdict.CAUTIOUS
        problem = (
            f"Applied a second time, {fact.revision} leads to another schema{on(fact)}: {listed(fact.differences)}"
        )
        instead = (
            "Let the downgrade take back everything that upgrade() did, so that both tries begin at the same place."
        )
    else:
        is_light = all(one.part.split(" ", 1)[0] in LIGHT for one in fact.differences)
        verdict = Verdict.CAUTIOUS if is_light or fact.elsewhere == ("postgresql",) else Verdict.DANGEROUS
        what = listed(fact.differences)
        problem = f"After the downgrade of {fact.revision} the schema is not what it was{on(fact)}: {what}"
        instead = advice(fact.differences)
    kind = "again" if isinstance(fact, SecondUpgradeDiffers) else "downgrade"
    yield seen(fact, problem, instead, f"{fact.revision} {kind} schema", problem, verdict)


@rule("rows-not-restored", Verdict.DANGEROUS, RowsNotRestored, RowsLeftBehind)
def rows_not_restored(fact: RowsNotRestored | RowsLeftBehind) -> Iterator[Found]:
    """Data that no downgrade brings back."""
    if isinstance(fact, RowsLeftBehind):
        problem = f"The downgrade of {fact.revision} leaves {fact.rows} row(s) in {fact.table} that the upgrade put in"
        instead = "Delete in downgrade() what upgrade() inserts, by a key that nothing else has."
        yield seen(fact, problem, instead, f"{fact.revision} leaves rows in {fact.table}", problem, Verdict.CAUTIOUS)
        return
    place = f"{fact.table}.{fact.column}" if fact.column else fact.table
    what = "value(s)" if fact.column else "row(s)"
    if fact.dropped:
        verdict = Verdict.CAUTIOUS
        problem = f"{fact.revision} drops {place}, and the downgrade brings none of its {fact.values} {what} back"
        instead = "Back the values up, or keep the column until nobody needs the way back any more; then drop it."
    else:
        verdict = Verdict.DANGEROUS
        problem = (
            f"{fact.revision} changes {fact.values} of {fact.of} {what} in {place}, and the downgrade does not undo it"
        )
        instead = (
            f"Write the new values into a column beside {place} and keep the old one until the new one is trusted."
        )
    yield seen(fact, problem, instead, f"{fact.revision} loses {place}", fact.example or problem, verdict)


@rule("migration-rewrites-rows", Verdict.CAUTIOUS, RowsChanged)
def rewrites_rows(fact: RowsChanged) -> Iterator[Found]:
    """Old code that reads other values than it wrote."""
    place = f"{fact.table}.{fact.column}" if fact.column else f"rows of {fact.table}"
    what = "fills the NULLs of" if fact.from_null else "writes other values into"
    problem = f"{fact.revision} {what} {place} ({fact.values} in the trial)"
    instead = (
        "Fill in batches outside of the migration's transaction, and let the code that still runs understand both."
    )
    yield seen(fact, problem, instead, f"{fact.revision} rewrites {place}", fact.example or problem)


@rule("migration-error-swallowed", Verdict.DANGEROUS, ErrorSwallowed)
def error_swallowed(fact: ErrorSwallowed) -> Iterator[Found]:
    """A migration that reports success for what it did not do."""
    verdict = Verdict.CAUTIOUS if fact.expected else Verdict.DANGEROUS
    problem = f"{fact.revision} goes on after an error{on(fact)}, and is marked as applied all the same: {fact.error}"
    instead = "Ask first (`sa.inspect(op.get_bind())`, IF NOT EXISTS), and let every other error end the migration."
    yield seen(fact, problem, instead, f"{fact.revision} swallows {fact.about}", said(fact), verdict)


@rule("migration-locks-table", Verdict.DANGEROUS, TableLocked)
def locks_table(fact: TableLocked) -> Iterator[Found]:
    """Requests that wait until the migration is done."""
    subject = f"{fact.revision} locks {fact.table}"
    evidence = f"{fact.mode} on {fact.table}: {fact.statement}"
    if fact.rewritten:
        verdict = Verdict.DANGEROUS if fact.big else Verdict.CAUTIOUS
        problem = (
            f"PostgreSQL writes the whole of {fact.table} anew and keeps everybody else out meanwhile ({fact.mode})"
        )
        instead = "Add a second column, fill it in batches, and move over in a later release."
    elif fact.scanned:
        verdict = Verdict.CAUTIOUS
        problem = f"PostgreSQL reads the whole of {fact.table} while nobody else can write into it ({fact.mode})"
        instead = (
            "Build indexes CONCURRENTLY in an autocommit_block; add constraints NOT VALID and validate them later."
        )
    else:
        verdict = Verdict.SAFE
        problem = f"{fact.revision} locks {fact.table} for a moment only ({fact.mode})"
        instead = "Set a lock_timeout, so that it gives up instead of queueing everybody behind a long query."
    yield seen(fact, problem, instead, subject, evidence, verdict)


@rule("migration-reversible", Verdict.SAFE, Reversible)
def reversible(fact: Reversible) -> Iterator[Found]:
    """The proof itself."""
    problem = (
        f"{fact.revision} goes up, down and up again{on(fact)}; the schema and {fact.rows} rows came back as they were"
    )
    yield seen(fact, problem, "", f"{fact.revision} reversible", problem)


@rule("models-and-migrations-differ", Verdict.CAUTIOUS, Drift)
def models_differ(drift: Drift) -> Iterator[Found]:
    """Code that expects what no migration makes."""
    name = f"{drift.table}.{drift.name}" if drift.table and drift.name else drift.table or drift.name
    lacks = drift.kind.startswith("add_")
    verdict = Verdict.DANGEROUS if drift.kind in LACKING else Verdict.CAUTIOUS
    if drift.kind in SPARE and not drift.detail.endswith("NOT NULL"):
        verdict = Verdict.SAFE
    kind = drift.kind.split("_", 1)[1].replace("_", " ")
    detail = f" ({drift.detail})" if drift.detail else ""
    if drift.kind.startswith("modify_"):
        problem = f"The models and the migrations differ in the {kind} of {name}{detail}"
    elif lacks:
        problem = f"The models have the {kind} {name}{detail}, and no migration makes it"
    else:
        problem = f"The migrations make the {kind} {name}{detail}, and the models do not have it"
    yield Found(
        where=name,
        problem=f"{problem}{where_seen(drift.dialects)}.",
        instead="Write the migration (`flask db migrate`, `alembic revision --autogenerate`), and read what it wrote.",
        subject=f"{drift.kind} {name}",
        evidence=f"Alembic's comparison says {drift.kind} {name}{detail}",
        proved=True,
        verdict=verdict,
    )


def seen(  # noqa: PLR0913, PLR0917 - the parts of a finding, in the order in which a person reads them
    fact: ProvedFact, problem: str, instead: str, subject: str, evidence: str, verdict: Verdict | None = None
) -> Found:
    """A finding about one revision that ran."""
    shown = f"{evidence} [{', '.join(fact.dialects)}]"
    ended = problem if problem.endswith(".") else f"{problem}."
    return Found(fact.where, ended, instead, subject, shown, proved=True, verdict=verdict)


def said(fact: UpgradeFailed | SecondUpgradeFailed | DowngradeFailed | ErrorSwallowed) -> str:
    """The SQL that was refused, and what another database said."""
    return "; ".join((fact.statement or fact.error, *fact.also))


def on(fact: ProvedFact) -> str:
    """On which databases it was seen, to go into a sentence."""
    return where_seen(fact.dialects)


def listed(differences: Sequence[Difference]) -> str:
    """The first differences, and how many more there are."""
    return first_few(differences, SHOWN, "; ")


def advice(differences: Sequence[Difference]) -> str:
    """What to write into the downgrade."""
    for one in differences:
        kind, _, name = one.part.partition(" ")
        if kind == "enum" and one.before is None:
            return f'Drop the type too, at the end of downgrade(): `sa.Enum(name="{name}").drop(op.get_bind())`.'
    return "Let downgrade() undo each step of upgrade(), in the opposite order and under the same names."


@rule("migration-not-proved", Verdict.CAUTIOUS, MigrationsNotProved)
def not_proved(fact: MigrationsNotProved) -> Iterator[Found]:
    """Nobody has seen it run: that its source reads well is no reason to call it safe."""
    names = [each.id for each in fact.revisions]
    listed = first_few(names, SHOWN)
    instead = (
        "Read why. Usually the application is not found or lacks something: name it by --app (or [guard] app in "
        "beastmode.toml), give what it needs by [guard] environment, its interpreter by --python, a PostgreSQL by "
        f"--shadow-url. Then: beast prove {names[0]}"
        if fact.asked
        else f"Run `beast check` without --no-proofs, or: beast prove {' '.join(names[:SHOWN])}"
    )
    yield Found(
        where=fact.revisions[0].path,
        problem=f"{listed} {'was' if len(names) == 1 else 'were'} run on no database, so nothing about "
        f"{'it' if len(names) == 1 else 'them'} is proved",
        instead=instead,
        subject=f"{' '.join(names)} not proved",
        evidence=first_few(fact.reasons, 2, " ") if fact.asked else "--no-proofs",
    )


RULES = (
    not_proved,
    upgrade_fails,
    downgrade_fails,
    schema_not_restored,
    rows_not_restored,
    rewrites_rows,
    error_swallowed,
    locks_table,
    reversible,
    models_differ,
)
