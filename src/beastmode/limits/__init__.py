"""Rate limits: how often each caller may call a route."""

from beastmode.limits.declaration import Plan, RateLimit, rate_limit
from beastmode.limits.settings import LimitSettings, RateLimitSettings
from beastmode.limits.simple import SimpleRateLimit

__all__ = ["LimitSettings", "Plan", "RateLimit", "RateLimitSettings", "SimpleRateLimit", "rate_limit"]
