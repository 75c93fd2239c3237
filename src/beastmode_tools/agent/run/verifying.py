"""What the harness finds out for a run: tests, conditions, tampering, verdicts; each once for the same files."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from beastmode_tools.agent.checkpoint.checkpoint import Checkpoints
from beastmode_tools.agent.gate.paths import is_protected
from beastmode_tools.agent.hands.saved import checkpoint_as_json
from beastmode_tools.agent.journal.record import RunJournal
from beastmode_tools.agent.judge.judge import Judge
from beastmode_tools.agent.plan.box import Box
from beastmode_tools.agent.run.state import baseline_of, read_in
from beastmode_tools.agent.verify.conditions import Checked, Scene, run_conditions
from beastmode_tools.agent.verify.suite import SETTINGS, SuiteRun, compare_suites, run_suite
from beastmode_tools.guard.finding import Verdict
from beastmode_tools.project import Project
from beastmode_tools.source.files import is_test

__all__ = ["Verifying"]

STARTING = ("route", "field", "column")
"""Conditions for which the application is started where the person's files are."""


@dataclass(slots=True)
class Verifying:
    """Checks of one run.

    Args:
        project: How the project starts.
        journal: Of the run.
        checkpoints: Of the run.
        judge: Of the run.
        base: The tree when the run began.
        seconds: That the tests may take.
    """

    project: Project
    journal: RunJournal
    checkpoints: Checkpoints
    judge: Judge
    base: str
    seconds: float
    suites: dict[str, SuiteRun] = field(default_factory=dict)
    checked: dict[tuple[str, str], Checked] = field(default_factory=dict)

    def suite(self) -> SuiteRun:
        """The tests on the files as they are."""
        tree = self.checkpoints.tree()
        if not any(is_test(path) for path in (*self.judge.base, *self.judge.now)):
            return SuiteRun()  # nothing to collect, so no process is started
        if tree not in self.suites:
            with self.leaving_nothing():
                self.suites[tree] = run_suite(self.project.python, self.folder, self.settings(), self.seconds)
        return self.suites[tree]

    @contextmanager
    def leaving_nothing(self) -> Iterator[None]:
        """Takes back what the project's code writes while it is tried: that belongs to no step."""
        before = self.checkpoints.take("tried")
        self.journal.write("trying", before=checkpoint_as_json(before))
        try:
            yield
        finally:
            if self.checkpoints.tree() != before.tree:
                self.checkpoints.restore(before)

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.checkpoints.folder

    def settings(self) -> dict[str, str]:
        """What pytest was told when the run began."""
        return {name: self.judge.base[name] for name in SETTINGS if name in self.judge.base}

    def conditions(self, box: Box) -> tuple[Checked, ...]:
        """What the machine says of a box's conditions, on the files as they are."""
        tree = self.checkpoints.tree()
        left = [each for each in box.conditions if (tree, str(each)) not in self.checked]
        with self.leaving_nothing() if any(each.kind in STARTING for each in left) else nullcontext():
            for each in run_conditions(left, self.scene()):
                self.checked[tree, str(each.condition)] = each
        return tuple(self.checked[tree, str(each)] for each in box.conditions)

    def scene(self) -> Scene:
        """What conditions are run on."""
        return Scene(
            project=self.project,
            folder=self.folder,
            python=self.project.python,
            suite=self.suite,
            verdict=self.verdict,
            revisions=self.revisions,
            read=lambda: read_in(self.journal),
        )

    def verdict(self) -> Verdict:
        """Of everything since the run began, as it reads."""
        return self.judge.whole(()).verdict

    def revisions(self) -> Sequence[str]:
        """The migrations that came since the run began."""
        now = self.checkpoints.tree()
        paths = [path for path, status in self.checkpoints.between(self.base, now) if status == "A"]
        return [Path(path).name.partition("_")[0] for path in paths if "/versions/" in f"/{path}"]

    def problems(self) -> tuple[str, ...]:
        """What keeps the files as they are from being done: tampering, and tests."""
        now = self.checkpoints.tree()
        if now == self.base:
            return ()
        touched = [path for path, status in self.checkpoints.between(self.base, now) if is_protected(path)]
        said = [f"{path} decides whether a change is good, and was changed." for path in touched]
        return (*said, *compare_suites(baseline_of(self.journal), self.suite()))
