"""Runs the conditions of a box: what the machine says, not what anybody says about it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from beastmode_tools.agent.plan.condition import Condition
from beastmode_tools.agent.verify.child import run_module
from beastmode_tools.agent.verify.suite import SuiteRun
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.application.read import read_application
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.guard.revisions import prove
from beastmode_tools.probes.messages.application import Application
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Checked", "Scene", "run_conditions"]

ANSWERS = Path(__file__).parent / "answers_child.py"
SECONDS = 120
"""An application that starts and migrates an empty database; longer is one that waits for something."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What became of a condition.

    Args:
        condition: Which one.
        passed: Whether it is true.
        said: What was found.
    """

    condition: Condition
    passed: bool
    said: str


@dataclass(frozen=True, slots=True)
class Scene:
    """What conditions are run on.

    Args:
        project: How the project starts; None if it is not in a git repository, where nothing is started.
        folder: The project's folder.
        python: The project's interpreter.
        suite: The tests, run at most once for the same files.
        verdict: Of everything since the run began.
        revisions: The migrations that came since.
        read: The pages that were fetched in this run.
    """

    project: Project
    folder: Path
    python: Path
    suite: Callable[[], SuiteRun]
    verdict: Callable[[], Verdict]
    revisions: Callable[[], Sequence[str]]
    read: Callable[[], frozenset[str]]


def run_conditions(conditions: Sequence[Condition], scene: Scene) -> tuple[Checked, ...]:
    """What the machine says of each, in their order; the application is started once for all of them."""
    started: list[Application] = []

    def application() -> Application:
        if not started:
            started.append(read_application(Side("work", scene.folder, scene.folder), scene.project))
        return started[0]

    found = []
    for each in conditions:
        try:
            passed, said = CHECKS[each.kind](each, scene, application)
        except CouldNotRun as problem:
            passed, said = False, str(problem)
        found.append(Checked(each, passed, said))
    return tuple(found)


Ask = Callable[[], Application]
Found = tuple[bool, str]


def route(condition: Condition, scene: Scene, _: Ask) -> Found:
    """The status of a request without a login, on an empty database."""
    method, path, wanted = condition.words
    environment = {"BEAST_QUESTION": json.dumps([[method, path]]), "PYTHONPATH": str(ANSWERS.parent)}
    if scene.project.app:
        environment["FLASK_APP"] = scene.project.app
    done = run_module(scene.python, scene.folder, (ANSWERS.stem,), SECONDS, environment)
    lines = done.output.strip().splitlines()
    if not done.succeeded:
        return False, f"the application did not answer: {lines[-1] if lines else 'no output'}"
    status = json.loads(lines[-1])[0]
    return str(status) == wanted, f"{method} {path} returns {status}"


def field(condition: Condition, _: Scene, application: Ask) -> Found:
    """A field of a schema of the API's documents."""
    schema, name = condition.words
    documents = application().documents
    schemas = [each.get("components", {}).get("schemas", {}) for each in documents.values()]
    schemas += [each.get("definitions", {}) for each in documents.values()]
    shown = [each[schema].get("properties", {}) for each in schemas if schema in each]
    if not shown:
        return False, f"no document has a schema {schema}"
    names = sorted({one for each in shown for one in each})
    return name in names, f"{schema} has {', '.join(names)}"


def column(condition: Condition, _: Scene, application: Ask) -> Found:
    """A column of a model's table."""
    table, name = condition.words
    tables = application().tables
    if table not in tables:
        return False, f"there is no table {table}"
    columns: dict[str, object] = tables[table]["columns"]
    return name in columns, f"{table} has {', '.join(columns)}"


def test(condition: Condition, scene: Scene, _: Ask) -> Found:
    """Tests of a file, or one of them."""
    path, __, name = condition.words[0].partition("::")
    module = path.removesuffix(".py").replace("/", ".")
    suite = scene.suite()
    if suite.problem:
        return False, suite.problem
    wanted = {
        each: state
        for each, state in suite.results.items()
        if (each.startswith((f"{module}::", f"{module}.")))
        and (not name or each.rpartition("::")[2].partition("[")[0] == name.rpartition("::")[2].partition("[")[0])
    }
    if not wanted:
        return False, f"no test of {condition.words[0]} was collected"
    failed = sorted(each for each, state in wanted.items() if state != "passed")
    return not failed, f"{len(wanted) - len(failed)} of {len(wanted)} passed" + (f"; not {failed[0]}" if failed else "")


def verdict(condition: Condition, scene: Scene, _: Ask) -> Found:
    """The guard's verdict on everything since the run began."""
    found = scene.verdict()
    return found <= Verdict[condition.words[0]], f"the verdict is {found.name}"


def migration(_: Condition, scene: Scene, _application: Ask) -> Found:
    """The migrations that came since the run began, up, down and up again."""
    revisions = scene.revisions()
    if not revisions:
        return False, "no migration was added"
    report = prove(replace(scene.project), list(revisions), on=("sqlite",))
    bad = [each for each in report.findings if each.counts and each.verdict is Verdict.DANGEROUS]
    if bad:
        return False, bad[0].problem
    return True, f"{', '.join(revisions)} up, down and up again on SQLite"


def page(condition: Condition, scene: Scene, _: Ask) -> Found:
    """A page that the person named was fetched."""
    was_read = condition.words[0] in scene.read()
    return was_read, "it was read" if was_read else "it was not read"


CHECKS: dict[str, Callable[[Condition, Scene, Ask], Found]] = {
    "route": route,
    "field": field,
    "column": column,
    "test": test,
    "verdict": verdict,
    "migration": migration,
    "read": page,
}
"""What runs each kind of condition."""
