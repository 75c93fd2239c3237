"""`beast`: one file a command, loaded when it is asked for."""

from beastmode_tools.cli.group import main

__all__ = ["main"]
