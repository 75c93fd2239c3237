from flask import Flask

from beastmode.cli.group import commands


def install(app: Flask) -> None:
    """Add the command group `beastmode` to an application, for `app.test_cli_runner()`.

    The `flask` command does not need it: it finds `flask beastmode` by an entry point, so that `flask beastmode doctor`
    works for an application that refuses to start.
    """
    app.cli.add_command(commands)
