"""`beast check`: what a change does, read and proved, as one report."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from beastmode_tools.guard.acceptances.accepted import apply_to, today
from beastmode_tools.guard.contract.specifications import specifications
from beastmode_tools.guard.finding import Finding, Report, Verdict
from beastmode_tools.guard.judge import Proved, findings_of
from beastmode_tools.guard.read import Question, Reading, read_change
from beastmode_tools.guard.report.contract_sides import sides
from beastmode_tools.guard.report.hidden_secrets import Secrets, hidden, known_secrets, masking, without_secrets
from beastmode_tools.guard.report.history_picture import history_picture
from beastmode_tools.guard.report.secret_lines import secret_lines
from beastmode_tools.guard.report.view_places import with_places
from beastmode_tools.guard.wording import first_few
from beastmode_tools.probe_server import serving
from beastmode_tools.source.public_names import public_names
from beastmode_tools.source.repository import Comparison, two_sides
from beastmode_tools.source.taken_along import values_of
from beastmode_tools.stand_ins.sockets import answered

__all__ = ["check"]

NOT_RUN = (
    "No database was made (--no-proofs): migrations, mixed versions and queries are judged as they read.",
    "No route was called as nobody (--no-proofs): who may call what is judged as it reads.",
)


def check(question: Question, progress: Callable[[str], None]) -> Report:
    """What the change does.

    Args:
        question: What is asked.
        progress: Told what takes a moment.

    Raises:
        CouldNotRun: There is no such base, or something else keeps the question from being asked.
    """
    begin = time.monotonic()
    project = question.project
    answered()  # what an earlier question was answered by
    with two_sides(project, question.base) as comparison, serving():
        texts = [*secret_lines(comparison.new.folder), *texts_of(comparison), *taken_secrets(comparison)]
        public = public_names(comparison.old.folder, comparison.new.folder)
        known = known_secrets(texts, public=public)
        told = partial(say_without, progress, known)
        with masking(known):
            reading = read_change(project, comparison, today=today(), progress=told)
            proved = proved_by(replace(question, project=reading.startable(project)), comparison, reading, told)
        findings = findings_of(project, comparison, reading, proved, asked=question.proofs)
        marked, notes = apply_to(findings, comparison.old.folder, comparison.new.folder)
    standing = (*reading.standing, *stood_in())
    placed = with_places((*marked, *notes), reading.old_app, reading.new_app)
    report = Report(
        base=comparison.base,
        findings=tuple(sorted(placed, key=lambda each: (not each.counts, -each.verdict))),
        not_proven=tuple(dict.fromkeys((*outside(comparison), *reading.notes, *notes_of(proved, findings), *standing))),
        standing=standing,
        seconds=time.monotonic() - begin,
        pictures=proved.pictures | pictures(findings, reading),
    )
    documents = [*reading.old_documents.values(), *reading.new_documents.values(), *specifications(comparison.changes)]
    return without_secrets(report, texts, (each.data for each in documents), public)


def texts_of(comparison: Comparison) -> list[str]:
    """The changed files as they were and as they are."""
    return [text for each in comparison.changes for text in (each.old, each.new) if text]


def taken_secrets(comparison: Comparison) -> Iterator[str]:
    """The values of files that git ignores, as lines in which a secret is recognised."""
    return (f'secret = "{value}"' for value in values_of(comparison.taken, comparison.new.root))


def say_without(progress: Callable[[str], None], known: Secrets, text: str) -> None:
    """Says what is done, without the secrets that the project's own words may hold."""
    progress(hidden(text, known))


def proved_by(question: Question, comparison: Comparison, reading: Reading, progress: Callable[[str], None]) -> Proved:
    """What running both sides shows, if that is wanted and anything changed that runs."""
    if not question.proofs:
        return Proved(notes=list(NOT_RUN))
    if reading.is_inert:
        return Proved()
    from beastmode_tools.guard.run import prove_change  # noqa: PLC0415 - it loads database drivers

    return prove_change(question, comparison, reading, progress)


def outside(comparison: Comparison) -> Iterator[str]:
    """A sentence about files that differ outside of the project."""
    count = len(comparison.outside)
    if count:
        what = f"{count} changed file{'s' if count > 1 else ''} outside of the project"
        yield f"{what} were not looked at: {first_few(comparison.outside)}."


def notes_of(proved: Proved, findings: Sequence[Finding]) -> Iterator[str]:
    """What could not be shown; that nothing was run is not said where there is nothing that could have been shown."""
    is_harmless = all(each.verdict is Verdict.SAFE for each in findings)
    return (note for note in proved.notes if not (is_harmless and note in NOT_RUN))


def stood_in() -> Iterator[str]:
    """A sentence about services that the application asked and that were none of its own."""
    names = answered()
    if names:
        yield f"Stand-ins answered in place of {' and '.join(names)}; what a real one would say was not tried."


def pictures(findings: Sequence[Finding], reading: Reading) -> dict[str, Any]:
    """What a page draws besides the findings."""
    drawn: dict[str, Any] = {}
    if reading.histories is not None:
        drawn["migrations"] = history_picture(reading.histories.old, reading.histories.new, findings)
    contracts = [(name, old, reading.new_documents.get(name)) for name, old in reading.old_documents.items()]
    drawn["contract"] = [
        picture
        for name, old, new in contracts
        if new is not None
        for picture in sides(old, new, [replace(each, where=each.where.removeprefix(f"{name} ")) for each in findings])
    ]
    return drawn
