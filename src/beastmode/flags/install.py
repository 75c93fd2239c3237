from flask import Flask

from beastmode.core.settings import Settings
from beastmode.core.steps import Stage, add_step
from beastmode.flags.flags import Flags
from beastmode.flags.settings import FlagSettings
from beastmode.flags.steps import chosen_step, hidden_step


def install(app: Flask, flags: Flags | None, settings: Settings) -> None:
    """Let routes of an application be behind flags; those that are not are not affected.

    Args:
        app: The Flask application; its database, if any, is installed.
        flags: The project's flags; without any, a route behind one is refused.
        settings: The settings, with those of flags if there are any.
    """
    if flags is not None:
        flags.install(app, settings.of(FlagSettings))
    add_step(app, Stage.ANNOUNCEMENT, hidden_step)
    add_step(app, Stage.PERMISSION, chosen_step)
