"""What happens while old and new code run at the same time, seen by running both on both schemas."""

from collections.abc import Iterator

from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.mixed.compare.causes import Cause
from beastmode_tools.guard.mixed.compare.facts import (
    AnswerDiffers,
    Broken,
    CannotStart,
    Failure,
    MixedVersionsWork,
    NewCodeFails,
    NewCodeIsBroken,
    NoOrderWorks,
    OldCodeFails,
)
from beastmode_tools.guard.rule import Match, rule
from beastmode_tools.guard.wording import first_few

__all__ = ["RULES"]

SHOWN = 6
"""So many requests fit on one line of a report."""
LONGEST = 240
"""Two lines of a terminal; the beginning of a statement says what it does."""
CODE_FIRST = (
    "The new code works on the old schema: deploy it everywhere first, and run this migration when no old code runs"
    " any more."
)
KEPT = {
    "column": "Keep {0} for now: release code that does not use it, and drop it when no old code runs any more.",
    "table": "Keep {0} for now: release code that does not use it, and drop it when no old code runs any more.",
    "null": "Give {0} a server_default, or let it accept NULL until no old code runs any more.",
    "unique": "Add the uniqueness when no code that runs can write the same value twice.",
    "check": "Add the check when no code that runs can write what it rejects.",
    "foreign": "Add the foreign key when no code that runs can write what it rejects.",
    "length": "Do not narrow the column while code that writes longer values runs.",
    "enum": "Keep the enum's value until no code that runs writes it.",
    "range": "Do not narrow the column while code that writes greater values runs.",
    "type": "Add a second column of the new type, write both, and switch to it in a later release.",
}


@rule("old-code-fails-on-new-schema", OldCodeFails)
def old_code_fails(change: OldCodeFails) -> Iterator[Match]:
    """While the deploy rolls, the old code still answers, on a schema that it does not know."""
    is_certain = any(each.is_certain for each in change.failures)
    yield Match(
        where=first_of(change).place,
        subject=subject(change),
        fields={
            "spread": spread(change),
            "way_out": way_out(change.cause, other_way_works=change.other_way_works),
        },
        message="fails" if is_certain else "may-fail",
        evidence=evidence(change),
        proved=True,
        verdict=None if is_certain else Verdict.CAUTIOUS,
    )


@rule("new-code-fails-on-old-schema", NewCodeFails)
def new_code_fails(change: NewCodeFails) -> Iterator[Match]:
    """Harmless where the migration goes first, an outage where somebody deploys first; of new routes nobody notices."""
    yield Match(
        where=first_of(change).place,
        subject=subject(change),
        fields={"spread": spread(change)},
        evidence=evidence(change),
        proved=True,
        verdict=Verdict.SAFE if change.only_new_places else None,
    )


@rule("new-code-fails-on-new-schema", NewCodeIsBroken)
def new_code_is_broken(change: NewCodeIsBroken) -> Iterator[Match]:
    """No order of steps helps: after the deploy it fails."""
    yield Match(
        where=first_of(change).place,
        subject=subject(change),
        fields={"spread": spread(change)},
        message="missing" if change.cause.is_missing else "broken",
        evidence=evidence(change),
        proved=True,
    )


@rule("code-cannot-start", CannotStart)
def cannot_start(change: CannotStart) -> Iterator[Match]:
    """Old code that restarts during a deploy, or new code that starts before the migration."""
    by_migrating = bool(change.boot_migrates)
    early = change.code == "new" and change.schema == "old"
    migrates = change.boot_migrates[0] if by_migrating else ""
    yield Match(
        where=migrates or "the application's start",
        subject=f"{change.code} code, {change.schema} schema: start{' with migrations' if by_migrating else ''}",
        fields={"migrates": migrates},
        message="migrating" if by_migrating else "early" if early else "late",
        evidence=f"{change.error} (on {' and '.join(change.dialects)})",
        proved=True,
        verdict=Verdict.CAUTIOUS if early else None,
    )


@rule("no-deploy-order-works", NoOrderWorks)
def no_order_works(change: NoOrderWorks) -> Iterator[Match]:
    """One migration both takes away what old code needs and brings what new code needs."""
    yield Match(
        where="the deploy as a whole",
        subject="no order of migration and deploy",
        evidence=f"migration first: {first_few(change.old_fails, SHOWN)}; "
        f"deploy first: {first_few(change.new_fails, SHOWN)}",
        proved=True,
    )


@rule("old-code-answers-differently", AnswerDiffers)
def answers_differently(change: AnswerDiffers) -> Iterator[Match]:
    """No error, but the migration took away or changed what a client asks for."""
    yield Match(
        where=change.place,
        subject=f"old code, new schema: {change.place} {change.before} to {change.after}",
        evidence=f"{change.place}: {change.before} before the migration, {change.after} after it"
        f" (on {' and '.join(change.dialects)})",
        proved=True,
    )


@rule("mixed-versions-work", MixedVersionsWork)
def mixed_versions_work(change: MixedVersionsWork) -> Iterator[Match]:
    """Four green cells."""
    yield Match(
        where="the deploy as a whole",
        subject="mixed versions work",
        evidence=f"{change.classes} mapped classes and tables, {change.routes} requests, "
        f"on {' and '.join(change.dialects)}",
        proved=True,
    )


def subject(change: Broken) -> str:
    """What stays the same when lines move and routes are added."""
    return f"{change.code} code, {change.schema} schema: {change.cause.kind} {change.cause.what}"


def spread(change: Broken) -> str:
    """How many routes and classes fail for the same cause."""
    requests = sum(1 for each in change.failures if each.status is not None)
    classes = len({each.place.split(" (")[0] for each in change.failures if each.status is None})
    parts = [
        f"{number} {noun if number == 1 else nouns}"
        for number, noun, nouns in ((requests, "route", "routes"), (classes, "mapped class", "mapped classes"))
        if number
    ]
    return " and ".join(parts)


def first_of(change: Broken) -> Failure:
    """The failure to show: what a client sees, where there is such a one."""
    return next((each for each in change.failures if each.status is not None), change.failures[0])


def evidence(change: Broken) -> str:
    """The error with its statement, and everything else that fails for the same reason."""
    first = first_of(change)
    answered = "" if first.status is None else f" answered {first.status}" if first.status else " gave no answer"
    sql = f" [{shortened(first.sql)}]" if first.sql else ""
    others = [each.place for each in change.failures if each.place != first.place]
    also = f"; also {first_few(others, SHOWN)}" if others else ""
    return f"{first.place}{answered}: {first.error}{sql}{also} (on {' and '.join(change.dialects)})"


def shortened(sql: str) -> str:
    """The beginning of a statement."""
    return sql if len(sql) <= LONGEST else f"{sql[:LONGEST]}..."


def way_out(cause: Cause, *, other_way_works: bool) -> str:
    """What to do, by what is in the way."""
    kept = KEPT.get(cause.kind, "Release code that works on both schemas first, then the migration.").format(cause.what)
    return (
        f"{kept} {CODE_FIRST}"
        if other_way_works
        else f"{kept} As it is, no order of migration and deploy avoids the errors."
    )


RULES = (
    old_code_fails,
    new_code_fails,
    new_code_is_broken,
    cannot_start,
    no_order_works,
    answers_differently,
    mixed_versions_work,
)
