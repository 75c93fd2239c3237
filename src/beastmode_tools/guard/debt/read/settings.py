"""Shortcuts that the settings of an application on beastmode reveal."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from beastmode_tools.project import Project

__all__ = ["RevealedBySetting", "revealed"]

SECONDS = 60
"""As long as a check gives an application to start."""


@dataclass(frozen=True, slots=True)
class RevealedBySetting:
    """A setting whose value is good enough for one machine, or for development.

    Args:
        name: The setting.
        words: What its value means.
        then: What replaces it.
    """

    name: str
    words: str
    then: str


@dataclass(frozen=True, slots=True)
class Sign:
    """What gives a shortcut away: a setting, and whether its value does.

    Args:
        shortcut: What it stands for.
        holds: Takes the value, and whether it is the default.
    """

    shortcut: RevealedBySetting
    holds: Callable[[Any, bool], bool]


def is_unset(value: Any, is_default: bool) -> bool:  # noqa: FBT001 - one of a table's two columns
    """Whether nobody has set it."""
    return is_default or not value


SIGNS = (
    Sign(
        RevealedBySetting(
            "DATABASE_URL",
            "SQLite, which serves one machine",
            "DATABASE_URL=postgresql+psycopg://user:password@host/name",
        ),
        lambda value, _: str(value).startswith("sqlite"),
    ),
    Sign(
        RevealedBySetting(
            "SECRET_KEY", "the development secret, which is public", "SECRET_KEY=(32 random bytes or more)"
        ),
        is_unset,
    ),
    Sign(RevealedBySetting("MAIL_SERVER", "email that is kept and not sent", "MAIL_SERVER=smtp.example.com"), is_unset),
    Sign(
        RevealedBySetting("CACHE_TYPE", "a cache of its own in every process", "REDIS_URL=redis://host:6379/0"),
        lambda value, _: value == "simple",
    ),
    Sign(
        RevealedBySetting("STORAGE_URL", "uploads on the disk of one machine", "STORAGE_URL=s3://bucket"),
        lambda value, is_default: is_unset(value, is_default) or str(value).startswith(("file:", "/")),
    ),
)
"""A setting that the application does not have reveals nothing."""


def revealed(project: Project) -> tuple[tuple[RevealedBySetting, ...], tuple[str, ...]]:
    """What the application's current settings reveal, and what could not be read, in sentences.

    Args:
        project: Its own interpreter is asked, with the environment of this process.
    """
    try:
        rows = asked(project)
    except (OSError, ValueError, subprocess.SubprocessError) as problem:
        return (), (f"the settings were not read, so shortcuts that they reveal are missing: {problem}",)
    values = {row["name"]: (row["value"], row["is_default"]) for row in rows}
    return tuple(
        sign.shortcut for sign in SIGNS if sign.shortcut.name in values and sign.holds(*values[sign.shortcut.name])
    ), ()


def asked(project: Project) -> list[dict[str, Any]]:
    """What `flask beastmode settings --json` prints.

    Raises:
        ValueError: It failed, or printed something else; the message is its last line.
    """
    app = ("--app", project.app) if project.app else ()
    done = subprocess.run(  # noqa: S603 - the project's own interpreter, as its owner would run it
        [str(project.python), "-m", "flask", *app, "beastmode", "settings", "--json"],
        cwd=project.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode:
        raise ValueError((done.stderr.strip().splitlines() or ["no message"])[-1].removesuffix("."))
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    return rows
