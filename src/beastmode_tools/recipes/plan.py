"""What a recipe decides: the files that change, as data, before anything is written."""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Edit", "Plan", "Stored"]


@dataclass(frozen=True, slots=True)
class Edit:
    """One file, before and after.

    Args:
        path: Relative to the project's folder, with slashes.
        before: Its bytes; None if it does not exist yet.
        after: Its bytes; None if it is deleted.
    """

    path: str
    before: bytes | None
    after: bytes | None

    @property
    def kind(self) -> str:
        """What happens to the file: "create", "edit" or "delete"."""
        if self.before is None:
            return "create"
        return "edit" if self.after is not None else "delete"

    def diff(self) -> str:
        """The edit as a unified diff."""
        old, new = (as_lines(side) for side in (self.before, self.after))
        names = (
            f"a/{self.path}" if old is not None else "/dev/null",
            f"b/{self.path}" if new is not None else "/dev/null",
        )
        return "".join(difflib.unified_diff(old or [], new or [], *names))

    def counts(self) -> tuple[int, int]:
        """How many lines are added and removed."""
        body = self.diff().splitlines()[2:]
        return sum(line.startswith("+") for line in body), sum(line.startswith("-") for line in body)


@dataclass(frozen=True, slots=True)
class Stored:
    """A table or column that the plan's migration creates, so that taking it back deletes its rows or values.

    Args:
        table: Its name.
        column: Of the table; "" for the table as a whole.
    """

    table: str
    column: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """A change to a project that can be shown, applied and taken back.

    Args:
        command: What the person typed, such as "add index posts.created_at".
        edits: The files, in the order in which they are written.
        verdict: The class that `beast check` gives the change.
        revision: The last migration that it adds; "" for none.
        follows: The migration before those that it adds; "" for none.
        stores: What that migration creates.
        next_steps: What to do now, a line each.
        waits: What has to happen before there is anything to change; "" if nothing has to.
    """

    command: str
    edits: tuple[Edit, ...] = ()
    verdict: str = "CAUTIOUS"
    revision: str = ""
    follows: str = ""
    stores: tuple[Stored, ...] = field(default=())
    next_steps: tuple[str, ...] = ()
    waits: str = ""

    def diff(self) -> str:
        """All edits as one unified diff."""
        return "".join(edit.diff() for edit in self.edits)


def as_lines(content: bytes | None) -> list[str] | None:
    """The lines with their ends; a last line without one gets git's remark about it."""
    return None if content is None else list(marked(content.decode("utf-8", "replace").splitlines(keepends=True)))


def marked(lines: list[str]) -> Iterator[str]:
    """Each line, ending with a line feed."""
    for line in lines:
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
