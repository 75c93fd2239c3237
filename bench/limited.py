"""The blog with a limit on every route, far above what the bench sends: what limits cost who does not reach them."""

import blog
from beastmode import Api
from beastmode.limits import rate_limit

__all__ = ["LIMIT", "app"]

LIMIT = 10_000_000
"""Requests an hour: more than any server of the bench answers in the minutes that it runs."""

limited = Api("Blog", versions=blog.api.versions, defaults=[rate_limit(LIMIT, 3600)])
limited.register(*blog.api.blueprints)
blog.api = limited
app = blog.create_app()
