"""The command group `flask beastmode`."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click
from flask.cli import AppGroup

from beastmode.cli.doctor import doctor
from beastmode.cli.openapi import openapi
from beastmode.cli.serve import serve
from beastmode.cli.settings import settings
from beastmode.cli.users import user

# Loaded on first use: the `flask` command imports this module in every project, and these modules import the tables of
# jobs and uploads, which would then be in the migrations of projects that have none.
_ON_FIRST_USE = {
    "flag": ("beastmode.cli.flags", "flag"),
    "jobs": ("beastmode.cli.jobs", "jobs"),
    "run-job": ("beastmode.cli.jobs", "run_job"),
    "sweep-uploads": ("beastmode.cli.uploads", "sweep"),
    "worker": ("beastmode.cli.worker", "worker"),
}


class _Commands(AppGroup):
    """A command group, some of whose commands are imported on first use."""

    def __init__(self, later: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self._later = dict(later)

    def list_commands(self, context: click.Context) -> list[str]:
        """The names of all commands, in alphabetical order."""
        return sorted({*super().list_commands(context), *self._later})

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        """A command by its name; None if it does not exist."""
        if name in self._later:
            module, attribute = self._later.pop(name)
            self.add_command(getattr(import_module(module), attribute), name)
        return super().get_command(context, name)


commands = _Commands(_ON_FIRST_USE, name="beastmode", help="Serve, inspect and check a beastmode project.")
"""`flask beastmode ...`, the entry point for the `flask` command."""

for command in (serve, settings, doctor, openapi, user):
    commands.add_command(command)
