"""Carries an allowed effect out, and says what it gave."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.agent.gate.effect import (
    ApplyRecipe,
    DeleteFile,
    Effect,
    OpenUrl,
    QueryDatabase,
    ReadFile,
    RunCommand,
    WriteFile,
)
from beastmode_tools.agent.hands.beast import beast_process
from beastmode_tools.agent.verify.child import run_program
from beastmode_tools.errors import CouldNotRun
from beastmode_tools.recipes.change import carry_out
from beastmode_tools.recipes.plan import Edit, Plan

__all__ = ["Doing", "edits_of", "read_text", "write_edits"]

SECONDS = 120
"""A recipe reads the project and writes a few files; two minutes are a machine that hangs."""
MOST_READ = 5_000_000
"""Bytes of a file that is read: five times what may be written; what is longer is data."""


@dataclass(frozen=True, slots=True)
class Doing:
    """What is needed to carry effects out.

    Args:
        folder: The project's folder.
        python: The project's interpreter.
        fetch: Gives the text of a page; raises CouldNotRun.
        query: Gives the rows of a statement as text; raises CouldNotRun.
    """

    folder: Path
    python: Path
    fetch: Callable[[str], str]
    query: Callable[[str], str]

    def read(self, effect: Effect) -> str:
        """What a reading effect gives.

        Raises:
            CouldNotRun: It cannot be read.
        """
        if isinstance(effect, ReadFile):
            return read_text(self.folder, effect.path)
        if isinstance(effect, OpenUrl):
            return self.fetch(effect.url)
        assert isinstance(effect, QueryDatabase)  # noqa: S101 - the only other effect that reads
        return self.query(effect.sql)

    def run(self, effect: RunCommand | ApplyRecipe) -> tuple[bool, str]:
        """Whether a program succeeded, and what it wrote."""
        if isinstance(effect, ApplyRecipe):
            return run_recipe(self.folder, effect.words)
        done = run_program(self.python, self.folder, effect.arguments)
        told = f"{done.output}\n(it did not end in time, and was ended)" if done.ended == "timeout" else done.output
        return done.succeeded, told.strip() or f"It ended with status {done.status}."


def read_text(folder: Path, path: str) -> str:
    """The text of a file, whole and with its line ends: an edit writes back what was read.

    Raises:
        CouldNotRun: It does not exist, is no text, or is far too long.
    """
    try:
        with (folder / path).open("rb") as file:
            content = file.read(MOST_READ + 1)
        text = content.decode()
    except OSError as problem:
        raise CouldNotRun(f"{path} cannot be read: {problem.strerror}.") from problem
    except UnicodeDecodeError:
        text = "\0"
    if len(content) > MOST_READ:
        raise CouldNotRun(f"{path} has more than {MOST_READ} bytes.")
    if "\0" in text:
        raise CouldNotRun(f"{path} is not text in UTF-8.")
    return text


def edits_of(folder: Path, effect: WriteFile | DeleteFile) -> tuple[Edit, ...]:
    """What the effect changes; nothing if the file is so already.

    Raises:
        CouldNotRun: The file that is to be deleted does not exist.
    """
    place = folder / effect.path
    before = place.read_bytes() if place.is_file() else None
    if isinstance(effect, DeleteFile):
        if before is None:
            raise CouldNotRun(f"{effect.path} does not exist.")
        return (Edit(effect.path, before, None),)
    return () if before == effect.content else (Edit(effect.path, before, effect.content),)


def write_edits(folder: Path, command: str, edits: tuple[Edit, ...]) -> str:
    """Writes edits whole, through the journal of changes; the ID of their entry.

    Raises:
        CouldNotRun: A file cannot be written; nothing was changed.
    """
    return carry_out(folder, lambda _: Plan(command, edits)).id


def run_recipe(folder: Path, words: tuple[str, ...]) -> tuple[bool, str]:
    """Runs a recipe as a person would; whether it succeeded, and its answer, which is JSON."""
    try:
        done = beast_process(folder, (*words, "--json"), SECONDS)
    except subprocess.TimeoutExpired:
        return False, f"The recipe did not end within {SECONDS} s."
    return done.returncode == 0, (done.stdout if done.returncode == 0 else done.stderr).strip()
