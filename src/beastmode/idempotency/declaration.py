"""`idempotent`: which routes heed `Idempotency-Key`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar, get_args

from beastmode.core.errors import ConfigurationError
from beastmode.core.steps import declare
from beastmode.db.transactions import Isolation

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Idempotent:
    """The declaration: a decorator for views, and a default for a blueprint or an API.

    Attributes:
        required: Whether a request without a key is refused.
        isolation: The isolation level of the transaction of a request with a key.
        enabled: Whether keys are heeded.
    """

    required: bool
    isolation: Isolation | None
    enabled: bool

    def __call__(self, view: View) -> View:
        """Declare it for a view."""
        return declare(view, self)


def idempotent(*, required: bool = False, isolation: Isolation | None = None, enabled: bool = True) -> Idempotent:
    """Heed `Idempotency-Key` on POST and PATCH: a decorator for views, and a value for `defaults=`.

    A request with a key takes effect once. Its response is stored in the same transaction as its changes; the same
    request with the same key gets that response again, with `Idempotent-Replayed: true`. The same key with another
    request gets 422, and 409 while the first one is still being processed. Everything that the view commits with a key
    is one transaction, which is committed at its end.

    Args:
        required: Whether a request without a key gets 400.
        isolation: PostgreSQL's isolation level for requests with a key, if the view uses `transaction(isolation=...)`.
        enabled: False switches off the default of the blueprint or the API, for routes whose responses contain secrets.

    Raises:
        ConfigurationError: The isolation level does not exist.
    """
    if isolation is not None and isolation not in get_args(Isolation):
        levels = ", ".join(get_args(Isolation))
        raise ConfigurationError(f"idempotent(isolation={isolation!r}): expected one of {levels}.")
    # Not at the top: it adds the table to the metadata, which other projects do not need.
    import_module("beastmode.idempotency.models")
    return Idempotent(required, isolation, enabled)
