"""Writes migrations: after the newest one, in the form that `flask db migrate` uses."""

import ast
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.project import migrations_folder
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["Revision", "add_revision", "next_revision"]

DIGITS = 12
"""Hexadecimal, as Alembic's own revisions have."""


class Revision:
    """The migration that a recipe is about to write.

    Args:
        folder: Of the revisions, relative to the project.
        id: Its own.
        follows: The one before it; None for the first.
    """

    def __init__(self, folder: str, id: str, follows: str | None) -> None:  # noqa: A002 - Alembic's word
        self.folder = folder
        self.id = id
        self.follows = follows


def next_revision(workspace: Workspace, message: str, follows: str | None = None) -> Revision:
    """The revision after the newest one.

    Args:
        workspace: The project's files.
        message: What it does, in a few words; its ID follows from it, so the same change has the same ID.
        follows: A revision that the same recipe has just added; None for the newest in the project.

    Raises:
        CouldNotRun: There are no migrations, or several branches of them.
    """
    place = migrations_folder(workspace.folder)
    if place is None:
        raise CouldNotRun("there is no migrations folder. Create it: flask db init")
    folder = f"{place}/versions"
    previous = follows or newest(workspace.folder / folder, folder)
    digest = hashlib.sha256(f"{previous} {message}".encode()).hexdigest()[:DIGITS]
    return Revision(folder, digest, previous)


def newest(folder: Path, name: str) -> str | None:
    """The revision that no other follows; None if there is none yet."""
    follows: dict[str, set[str]] = {}
    for path in sorted(folder.glob("*.py")):
        revision, before = revision_of(path)
        if revision:
            follows[revision] = before
    heads = set(follows).difference(*follows.values()) if follows else set()
    if len(heads) > 1:
        raise CouldNotRun(
            f"{name} has several newest revisions: {', '.join(sorted(heads))}. Run `flask db merge` first."
        )
    return heads.pop() if heads else None


def revision_of(path: Path) -> tuple[str, set[str]]:
    """A revision and those that it follows."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (SyntaxError, UnicodeDecodeError):
        raise CouldNotRun(f"{path.name} is not valid Python, so the newest migration is unknown.") from None
    values = {}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            target: ast.expr = node.targets[0]
        elif isinstance(node, ast.AnnAssign):
            target = node.target
        else:
            continue
        if isinstance(target, ast.Name) and target.id in ("revision", "down_revision") and node.value is not None:
            values[target.id] = ast.literal_eval(node.value)
    before = values.get("down_revision")
    return str(values.get("revision", "")), {before} if isinstance(before, str) else set(before or ())


def add_revision(workspace: Workspace, revision: Revision, message: str, upgrade: str, downgrade: str) -> str:
    """Add the file of a revision; its path.

    Args:
        workspace: The project's files.
        revision: Which one.
        message: What it does.
        upgrade: The body of `upgrade`, indented.
        downgrade: The body of `downgrade`, indented.
    """
    slug = re.sub(r"\W+", "_", message.lower()).strip("_")[: DIGITS * 4]
    path = f"{revision.folder}/{revision.id}_{slug}.py"
    text = HEAD.format(
        message=message[:1].upper() + message[1:],
        revision=revision.id,
        follows=revision.follows or "",
        follows_value="None" if revision.follows is None else f'"{revision.follows}"',
        now=datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"),
    ).replace("Revises: \n", "Revises:\n")
    body = f"def upgrade() -> None:\n{upgrade}\n\ndef downgrade() -> None:\n{downgrade}"
    if "sa." not in body:
        text = text.replace("import sqlalchemy as sa\n", "")
    workspace.create(path, text + body)
    return path


HEAD = '''"""{message}

Revision ID: {revision}
Revises: {follows}
Create Date: {now}
"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {follows_value}
branch_labels = None
depends_on = None


'''
