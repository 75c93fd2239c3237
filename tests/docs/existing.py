"""Reads names, one a line, and answers whether each exists: a command, a module, or an attribute of a module."""

import importlib
import sys

import click

from beastmode.cli import commands
from beastmode_tools.cli.group import commands as beast


def has_command(line):
    """Whether `beast` or `flask beastmode` has this command."""
    words = line.removeprefix("flask beastmode ").removeprefix("beast ").split()
    group = commands if line.startswith("flask") else beast
    for word in words:
        group = group.get_command(click.Context(group), word) if isinstance(group, click.Group) else None
    return group is not None


def is_there(dotted):
    """Whether a module, or an attribute of one however deep, has this name."""
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            found = getattr(found, part, None)
        return found is not None
    return False


if __name__ == "__main__":
    for line in map(str.strip, sys.stdin):
        exists = has_command(line) if line.startswith(("beast ", "flask ")) else is_there(line)
        sys.stdout.write("yes\n" if exists else "no\n")
