from functools import partial

from flask import Flask

from beastmode.core.attempts import set_attempt_limiter
from beastmode.core.redis import require_redis
from beastmode.core.steps import Stage, add_step
from beastmode.db.session import has_database, installed_in
from beastmode.limits.attempts import Attempts
from beastmode.limits.budgets import Budgets, SharedCounts
from beastmode.limits.counts import SqlCounts
from beastmode.limits.declaration import LIMITER
from beastmode.limits.limiter import Limiter
from beastmode.limits.settings import LimitSettings, RateLimitSettings
from beastmode.limits.steps import RateLimits
from beastmode.limits.stores import DatabaseCounts, StorageCounts, redis_storage


def install(app: Flask, settings: RateLimitSettings) -> None:
    """Let routes of an application have limits; those without are not affected.

    Args:
        app: The Flask application; its database, if any, is installed.
        settings: RATE_LIMIT_ENABLED, REDIS_URL and RATE_LIMIT_REDIS_SECONDS.
    """
    app.extensions[LIMITER] = Limiter(Budgets(_counts_of(app, settings)), is_enabled=settings.rate_limit_enabled)
    add_step(app, Stage.LIMIT, RateLimits.of)


def limit_attempts(app: Flask, settings: LimitSettings) -> None:
    """Limit the attempts to log in and to register in an application.

    Args:
        app: The Flask application, with a database.
        settings: The settings LOGIN_LIMIT_*.
    """
    from beastmode.limits.models import LoginAttempt  # noqa: PLC0415 - adds the table to the metadata

    engines = installed_in(app).engines
    counts = SqlCounts(LoginAttempt, engines.writer, engines.reader)
    limiter = Attempts(counts, settings.login_limit_per_email, settings.login_limit_per_address)
    set_attempt_limiter(app, limiter)


def _counts_of(app: Flask, settings: RateLimitSettings) -> SharedCounts | None:
    """Where the counts of all processes are: in Redis, else in the database; None if there is neither."""
    if settings.redis_url:
        require_redis()
        return StorageCounts(partial(redis_storage, settings.redis_url, settings.rate_limit_redis_seconds))
    return DatabaseCounts(installed_in(app).engines) if has_database(app) else None
