"""Idempotent requests: a client may send one again with the same `Idempotency-Key`, and it takes effect once."""

from beastmode.idempotency.declaration import Idempotent, idempotent
from beastmode.idempotency.settings import IdempotencySettings

__all__ = ["IdempotencySettings", "Idempotent", "idempotent"]
