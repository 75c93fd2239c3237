"""What is asked of the guard."""

from dataclasses import dataclass

from beastmode_tools.project import Project

__all__ = ["Question"]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Args:
        project: The project; its work tree is the work side.
        base: A commit, branch or tag; None for the merge base with the main branch.
        proofs: Whether both sides are run on scratch databases.
        shadow_url: A PostgreSQL server for scratch databases.
        run_tests: Whether the base's own tests are run on the new schema.
        on: Kinds of databases to prove on ("sqlite", "postgresql"); all that can be had where it is empty.
    """

    project: Project
    base: str | None = None
    proofs: bool = True
    shadow_url: str | None = None
    run_tests: bool = False
    on: tuple[str, ...] = ()
