from dataclasses import dataclass

from beastmode.core.setting import number, setting, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class IdempotencySettings(Settings):
    """Settings of idempotent requests."""

    idempotency_hours: float = setting(
        number(0.01, 8760),
        24.0,
        "How long a response is kept for requests with the same `Idempotency-Key`.",
        expects="a number of hours",
    )
    idempotency_max_bytes: int = setting(
        whole(0),
        1024 * 1024,
        "The maximum size of a body that is kept; a request whose response is larger still takes effect only once, "
        "but a repetition gets 409.",
        expects="a number of bytes",
    )
