"""`flask beastmode ...`: what a person asks of a project at the terminal."""

from beastmode.cli.group import commands
from beastmode.cli.install import install

__all__ = ["commands", "install"]
