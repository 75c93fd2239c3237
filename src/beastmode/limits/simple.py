from datetime import timedelta
from importlib import import_module

from flask import current_app

from beastmode.core.errors import ConfigurationError
from beastmode.limits.declaration import LIMITER


class SimpleRateLimit:
    """Limits anything that is not a request, such as mails to one address, for all processes together.

    Create one at module level: `rate_limiter = SimpleRateLimit()`.
    """

    def __init__(self) -> None:
        # Not at the top: it adds the table to the metadata, which projects without limits do not need.
        import_module("beastmode.limits.rate_counts")

    def is_allowed(self, identifier: str, limit: int, window: int) -> bool:
        """Count one use, and return whether it is within the limit; a refused one is not counted. Needs an app context.

        Args:
            identifier: What is limited, such as "invitations:ada@example.com"; stored as a hash.
            limit: How often it is allowed in a window.
            window: The length of a window in seconds; it begins with the first use.

        Raises:
            ConfigurationError: The application does not use beastmode.
        """
        limiter = current_app.extensions.get(LIMITER)
        if limiter is None:
            raise ConfigurationError("SimpleRateLimit.is_allowed(): call Beastmode(app) as well.")
        allowed: bool = limiter.allows(identifier, limit, timedelta(seconds=window))
        return allowed
