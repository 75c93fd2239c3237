from flask import Flask

from beastmode.core.attempts import set_attempt_limiter
from beastmode.db import Database
from beastmode.limits.attempts import Attempts
from beastmode.limits.settings import LimitSettings


def install(app: Flask, settings: LimitSettings, database: Database) -> None:
    """Limit the attempts to log in and to register in an application.

    Args:
        app: The Flask application.
        settings: The settings LOGIN_LIMIT_*.
        database: Its database.
    """
    limiter = Attempts(database, settings.login_limit_per_email, settings.login_limit_per_address)
    set_attempt_limiter(app, limiter)
