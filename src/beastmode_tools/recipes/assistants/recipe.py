"""Decides what `beast init` writes: rules for assistants, their servers of tools, and the wall around them."""

from dataclasses import dataclass
from pathlib import Path

import yaml  # type: ignore[import-untyped]  # PyYAML carries no types

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.git import Git
from beastmode_tools.recipes.adopt.adopt import WORKFLOW, add_workflow
from beastmode_tools.recipes.assistants.entries import ENTRIES, Entries
from beastmode_tools.recipes.assistants.marked import HASH, HTML, with_section
from beastmode_tools.recipes.assistants.merged import NotPlain, merged_text
from beastmode_tools.recipes.plan import Plan
from beastmode_tools.recipes.workspace import Workspace

__all__ = ["OWN", "PATHS", "PRE_COMMIT", "set_up_assistants"]

FILES = Path(__file__).parent / "files"
PRE_COMMIT = ".pre-commit-config.yaml"


@dataclass(frozen=True, slots=True)
class Section:
    """A Markdown file with a section of beast.

    Args:
        path: In the project.
        source: In FILES.
        first: What a new file begins with; in one that exists, it is the person's.
    """

    path: str
    source: str
    first: str = ""


AGENT = """\
---
name: beast
description: Changes this Flask project in small proven steps, and goes on until every box of its todo list is ticked.
---

"""
RULE = """\
---
description: How this project is changed, and what its hooks refuse.
alwaysApply: true
---

"""
SECTIONS = (
    Section("AGENTS.md", "AGENTS.md"),
    Section("CLAUDE.md", "CLAUDE.md"),
    Section(".github/copilot-instructions.md", "copilot-instructions.md"),
    Section(".github/agents/beast.agent.md", "beast.agent.md", AGENT),
    Section(".cursor/rules/beast.mdc", "beast.mdc", RULE),
)
PATHS = frozenset((*(each.path for each in (*SECTIONS, *ENTRIES)), PRE_COMMIT, WORKFLOW))
"""Every file that `beast init` may write."""
OWN = PATHS - {"AGENTS.md", PRE_COMMIT, WORKFLOW}
"""Those of them that only assistants read."""


def set_up_assistants(workspace: Workspace, command: str) -> Plan:
    """The change that brings every file for assistants to what it has to be; nothing if all are so.

    Args:
        workspace: The project's files.
        command: What the person typed.

    Raises:
        CouldNotRun: A file of the person cannot be read, or its marks are damaged.
    """
    left: list[str] = []
    for each in SECTIONS:
        text = workspace.read(each.path) if workspace.exists(each.path) else each.first
        workspace.edit(each.path, with_section(text, source(each.source), HTML, each.path))
    for entries in ENTRIES:
        left += with_entries(workspace, entries)
    left += with_wall(workspace)
    return Plan(command, workspace.edits(), next_steps=tuple(left))


def with_entries(workspace: Workspace, entries: Entries) -> list[str]:
    """Merges the entries of beast into a JSON file; what a person has to add by hand, if it cannot be merged.

    Raises:
        CouldNotRun: It is not JSON.
    """
    text = workspace.read(entries.path) if workspace.exists(entries.path) else ""
    try:
        workspace.edit(entries.path, merged_text(text, entries.change))
    except NotPlain:
        alone = merged_text("", entries.change).strip()
        return [f"{entries.path} has comments, which would be lost. Add to it:\n{alone}"]
    except ValueError as problem:
        raise CouldNotRun(f"{entries.path} is not JSON as its assistant reads it: {problem}. Fix it first.") from None
    return []


def with_wall(workspace: Workspace) -> list[str]:
    """Adds the hook of pre-commit and the workflow of CI, which stand at the top of the repository."""
    top = Git(workspace.folder).ask_or_none("rev-parse", "--show-toplevel")
    if top is not None and Path(top).resolve() != workspace.folder:
        return []
    left = []
    text = workspace.read(PRE_COMMIT) if workspace.exists(PRE_COMMIT) else "repos:\n"
    if (added := with_hook(text)) is None:
        left.append(f"{PRE_COMMIT} does not end with its list of repos. Add to the list:\n{source('pre-commit.yaml')}")
    else:
        workspace.edit(PRE_COMMIT, added)
    if not is_checked_in_ci(workspace):
        add_workflow(workspace)
    return left


def with_hook(text: str) -> str | None:
    """The configuration of pre-commit with the hook of beast; None where its place cannot be told.

    Raises:
        CouldNotRun: It is not YAML, or its marks are damaged.
    """
    wanted = yaml.safe_load(source("pre-commit.yaml"))
    before = repos_of(text)
    if wanted[0] in before and HASH.begin not in text:
        return text
    lines = [line for line in text.splitlines() if line.lstrip().startswith("- repo:")]
    indent = lines[-1].partition("-")[0] if lines else "  "
    body = "\n".join(f"{indent}{line}" for line in source("pre-commit.yaml").splitlines())
    made = with_section(text, body, HASH, PRE_COMMIT)
    try:
        after = repos_of(made)
    except CouldNotRun:  # the list is written in a way to which no line can be added
        return None
    return made if after == [*(each for each in before if each != wanted[0]), *wanted] else None


def repos_of(text: str) -> list[object]:
    """The list of repos; nothing if that is not what the end of the file is.

    Raises:
        CouldNotRun: It is not YAML.
    """
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as problem:
        raise CouldNotRun(f"{PRE_COMMIT} is not YAML: {' '.join(str(problem).split())}. Fix it first.") from None
    listed = value.get("repos") if isinstance(value, dict) else None
    return listed if isinstance(listed, list) else []


def is_checked_in_ci(workspace: Workspace) -> bool:
    """Whether a workflow runs the guard."""
    found = (workspace.folder / ".github" / "workflows").glob("*.y*ml")
    return any("beast check" in each.read_text(encoding="utf-8", errors="replace") for each in found)


def source(name: str) -> str:
    """A section's text."""
    return (FILES / name).read_text(encoding="utf-8")
