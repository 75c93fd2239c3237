"""A project that the tools look at: where it is, how it starts, with which interpreter."""

from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["GuardSettings", "Project"]


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """`[guard]` in the project's `beastmode.toml`.

    Args:
        core: Glob patterns, relative to the project: files whose change in behaviour is DANGEROUS.
        environment: Settings to start the application with, besides the scratch ones.
        big_tables: Tables that hold many rows in production; () for "any table that exists may".
        postgres_version: Major version that production runs.
        seed: `module:function` of the project that adds rows of its own to a scratch database: `seed(connection)`.
        timeout: Seconds that one probe may take.
        replays: Paths to request besides those without arguments.
    """

    core: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    big_tables: tuple[str, ...] = ()
    postgres_version: int = 15
    seed: str | None = None
    timeout: float = 60.0
    replays: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Project:
    """A Flask project in a git repository.

    Args:
        root: The repository's work tree.
        folder: The project's own folder, which is the root or below it.
        python: The interpreter that has the project's packages.
        app: "module:name" or "module:factory()" as Flask's `--app` takes it; None where it has to be found.
        migrations: The Alembic folder relative to `folder` (the one with `env.py`); None where there is none.
        settings: From `beastmode.toml`.
    """

    root: Path
    folder: Path
    python: Path
    app: str | None
    migrations: str | None
    settings: GuardSettings = field(default_factory=GuardSettings)
