"""{old, new code} x {old, new schema}: each cell is run on its own copy of a database with rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType
from typing import Any

from beastmode_tools.guard.databases.scratch import Database, Scratch
from beastmode_tools.guard.mixed.compare.facts import Matrix, Which
from beastmode_tools.guard.mixed.compare.matrix import failures
from beastmode_tools.guard.mixed.compare.queries import RouteCosts
from beastmode_tools.guard.mixed.compare.replayed import Replayed
from beastmode_tools.guard.mixed.proof.replay import Run, replay
from beastmode_tools.guard.mixed.proof.schemas import Schemas, make_schemas, removed
from beastmode_tools.guard.wording import first_few
from beastmode_tools.probe_process import together
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Mixed", "prove_mixed"]

CELLS: tuple[tuple[Which, Which], ...] = (("old", "old"), ("old", "new"), ("new", "new"), ("new", "old"))
AT_ONCE = 2
"""Each is a process that runs the project; CI machines have two processors."""
SHOWN = 5
"""The first failures tell the cause; the others have the same one."""
NOT_REACHED = (400, 404, 405, 415, 422)


@dataclass(frozen=True, slots=True)
class Mixed:
    """What was proved.

    Args:
        matrix: The four cells.
        costs: The old and the new code's statements, each on its own schema; None where they were not counted.
    """

    matrix: Matrix
    costs: tuple[RouteCosts, RouteCosts] | None = None


@dataclass(slots=True)
class Work:
    """The runs of one proof, and where they take place.

    Args:
        sides: The old and the new code.
        bodies: What each of them is sent: "POST /users" -> JSON.
        project: For the interpreter, the settings and limits.
        scratch: Makes the copies.
        watch: The changed functions of each of them.
        progress: Told what takes a moment.
        copies: Databases that were made, to be removed at the end.
    """

    sides: Mapping[Which, Side]
    bodies: Mapping[Which, Mapping[str, Any]]
    project: Project
    scratch: Scratch
    watch: Mapping[Which, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    progress: Callable[[str], object] = field(default=lambda _text: None)
    copies: list[Database] = field(default_factory=list)

    def run(self, wanted: Sequence[tuple[Run, Database]]) -> list[Replayed]:
        """What became of the runs, each on a copy of a database, two at a time."""
        copies = [self.scratch.new(like=source) for _, source in wanted]
        self.copies.extend(copies)
        runs = [replace(run, database=copy) for (run, _), copy in zip(wanted, copies, strict=True)]
        results: list[Replayed] = []
        for start in range(0, len(runs), AT_ONCE):
            results += together(*(partial(replay, run, self.project) for run in runs[start : start + AT_ONCE]))
        return results


def prove_mixed(  # noqa: PLR0913 - the sides, where they run, and what is known of them
    old: Side,
    new: Side,
    project: Project,
    scratch: Scratch,
    *,
    schemas: Schemas | None = None,
    bodies: Mapping[Which, Mapping[str, Any]] | None = None,
    queries: bool = True,
    watch: Mapping[Which, Sequence[Mapping[str, Any]]] = MappingProxyType({}),
    progress: Callable[[str], object] = lambda _text: None,
) -> tuple[Mixed, dict[str, Any], list[str]]:
    """The facts, the 2 x 2 for a picture, and what could not be proved.

    Args:
        old: The base side.
        new: The work side.
        project: For the interpreter, the settings and limits.
        scratch: Makes the copies.
        schemas: The databases at both heads, where somebody has made them; they are made, and removed, otherwise.
        bodies: What the routes of each side take, as `bodies_of` reads it from their documents.
        queries: Whether statements are counted, which takes two starts more.
        watch: The changed functions of each side, of which is taken down which requests run them.
        progress: Told what takes a moment.
    """
    work = Work({"old": old, "new": new}, bodies or {"old": {}, "new": {}}, project, scratch, watch, progress)
    made = schemas or make_schemas(old, new, project, scratch, few=queries, progress=progress)
    try:
        matrix = Matrix(scratch.dialect, matrix_of(work, made), made.same)
        costs = costs_of(work, made, matrix)
    finally:
        removed(scratch, [*work.copies, *(made.databases if schemas is None else ())])
    return Mixed(matrix, costs), picture(matrix), [*made.notes, *not_proven(matrix)]


def costs_of(work: Work, schemas: Schemas, matrix: Matrix) -> tuple[RouteCosts, RouteCosts] | None:
    """Both sides' statements on their own schema, with one row a table and with many."""
    few = few_of(work, schemas)
    if few is None:
        return None
    return (
        RouteCosts.of(few[0], matrix.cells["old", "old"], schemas.rows),
        RouteCosts.of(few[1], matrix.cells["new", "new"], schemas.rows),
    )


def matrix_of(work: Work, schemas: Schemas) -> dict[tuple[Which, Which], Replayed]:
    """The four cells; an application that migrates at boot is also started with its migrations let through."""
    work.progress(f"old and new code on the old and the new schema ({work.scratch.dialect})")
    sources = {"old": schemas.old, "new": schemas.new}
    distinct = [cell for cell in CELLS if not schemas.same or cell[0] == cell[1]]
    wanted = [
        (
            Run(
                work.sides[code],
                sources[schema],
                bodies=work.bodies[code],
                gather=True,
                watch=work.watch.get(code, ()) if code == schema else (),
            ),
            sources[schema],
        )
        for code, schema in distinct
    ]
    cells = dict(zip(distinct, work.run(wanted), strict=True))
    for code, schema in CELLS:
        cells.setdefault((code, schema), cells[code, code])
    migrating = [cell for cell in CELLS if any("MetaData" not in call for call in cells[cell].boot_migrates)]
    if migrating:
        work.progress("starting once more, with the migrations that the application runs at boot")
        again = [
            (Run(work.sides[code], sources[schema], migrating=True), sources[schema]) for code, schema in migrating
        ]
        for cell, result in zip(migrating, work.run(again), strict=True):
            cells[cell] = replace(cells[cell], migrating_error=result.migrating_error)
    return cells


def few_of(work: Work, schemas: Schemas) -> list[Replayed] | None:
    """Both sides' GET requests with one row a table; None where there is no such database."""
    if schemas.old_few is None or schemas.new_few is None:
        return None
    work.progress(f"counting queries with one row a table ({work.scratch.dialect})")
    sources: tuple[tuple[Which, Database], ...] = (("old", schemas.old_few), ("new", schemas.new_few))
    return work.run(
        [(Run(work.sides[code], source, sweep=False, methods=("GET",)), source) for code, source in sources]
    )


def picture(matrix: Matrix) -> dict[str, Any]:
    """The 2 x 2 as a page draws it."""
    return {"dialect": matrix.dialect, "cells": [drawn(matrix, code, schema) for code, schema in CELLS]}


def drawn(matrix: Matrix, code: Which, schema: Which) -> dict[str, Any]:
    """One cell: whether all went well, and the first things that did not."""
    cell = matrix.cells[code, schema]
    wrong = [f"{each.place}: {each.error}" for each in failures(cell)]
    starts = [f"does not start: {why}" for why in (cell.start_error, cell.migrating_error) if why]
    places = {each.place for each in failures(cell)}
    tried = len({each.place for each in cell.used if not each.skipped}) + len({each.place for each in cell.answered})
    return {
        "code": code,
        "schema": schema,
        "ok": not (wrong or starts),
        "passed": tried - len(places),
        "failed": len(places) + len(starts),
        "failures": [*starts, *dict.fromkeys(wrong)][:SHOWN],
    }


def not_proven(matrix: Matrix) -> list[str]:
    """What the cells could not say, and why."""
    here = f"on {matrix.dialect}"
    base = matrix.cells["old", "old"]
    if not base.started:
        return [f"Mixed versions {here}: the base does not start ({base.start_error}), so nothing can be compared."]
    said = [
        f"Mixed versions {here}: the {code} code on the {schema} schema could not be tried ({cell.gave_up})."
        for (code, schema), cell in matrix.cells.items()
        if cell.gave_up
    ]
    refused = sorted({each.place for each in base.answered if each.refused})
    if refused:
        how = f"also as a user signed in by {', '.join(base.ways)}" if base.ways else "and no way to sign in was found"
        said.append(f"Mixed versions: {first_few(refused)} answered only 401 or 403, {how}.")
    missing = sorted({each.place for each in base.answered if each.status in NOT_REACHED})
    if missing:
        said.append(
            f"Mixed versions: {first_few(missing)} answered 400, 404 or 422 to what could be made up; name paths"
            " in [guard] replays."
        )
    if base.left_out:
        said.append(f"Mixed versions: not requested: {first_few(sorted(set(base.left_out)))}.")
    untried = sorted({each.what for each in base.used if each.skipped})
    if untried:
        said.append(f"Mixed versions: no row could be made up for {first_few(untried)}.")
    broken = next((cell.broken for cell in matrix.cells.values() if cell.broken), "")
    if broken:
        said.append(f"Mixed versions {here}: what a request wrote could not always be taken back ({broken}).")
    return said
