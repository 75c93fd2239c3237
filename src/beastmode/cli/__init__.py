"""`flask beastmode ...`: the commands of a project."""

from beastmode.cli.group import commands
from beastmode.cli.install import install

__all__ = ["commands", "install"]
