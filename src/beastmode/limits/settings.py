from dataclasses import dataclass

from beastmode.core.redis_settings import RedisSettings
from beastmode.core.setting import YES_NO, flag, number, setting, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class RateLimitSettings(RedisSettings):
    """Settings of rate limits."""

    rate_limit_enabled: bool = setting(
        flag(),
        default=True,
        sentence="Whether `rate_limit` limits anything; false for load tests. It does not affect logins.",
        expects=YES_NO,
    )
    rate_limit_redis_seconds: float = setting(
        number(0.01, 10),
        0.25,
        "How long a request waits for Redis before it goes on with the counts of its own process.",
        expects="a number of seconds from 0.01 to 10",
    )


@dataclass(frozen=True, kw_only=True)
class LimitSettings(Settings):
    """Settings of the limits for logins and registrations."""

    login_limit_per_email: int = setting(
        whole(1),
        10,
        "Logins, and registrations, per minute for one email address from one network; more get 429. All networks "
        "together may make ten times as many, not counting networks that the account has logged in from before.",
        expects="a number above 0",
    )
    login_limit_per_address: int = setting(
        whole(1),
        60,
        "Logins and registrations together per minute from one network, an IPv4 address or an IPv6 /64; more get 429.",
        expects="a number above 0",
    )
