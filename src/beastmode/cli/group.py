"""The command group `flask beastmode`."""

from flask.cli import AppGroup

from beastmode.cli.doctor import doctor
from beastmode.cli.jobs import jobs, run_job
from beastmode.cli.openapi import openapi
from beastmode.cli.serve import serve
from beastmode.cli.settings import settings
from beastmode.cli.users import user
from beastmode.cli.worker import worker

commands = AppGroup("beastmode", help="Serve, inspect and check a beastmode project.")
"""`flask beastmode ...`, the entry point for the `flask` command."""

for command in (serve, worker, settings, doctor, openapi, user, jobs, run_job):
    commands.add_command(command)
