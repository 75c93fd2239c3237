"""What only one of reading and running has seen, for tests of both."""

from beastmode_tools.guard.migrations.compare.captured import Run, combined, not_run


def differences(read, ran, dialect):
    """What was only read, then what only ran on one kind of database."""
    run = run_of(ran, dialect)
    return [*not_run(read, run), *combined(read, [run]).unexplained]


def run_of(ran, dialect):
    """A run on one kind of database, of those directions in which something ran."""
    return Run(dialect, tuple(ran), frozenset((op.place.revision, op.place.direction) for op in ran))
