"""Where Redis is: a setting that several features share, each of which inherits from `RedisSettings`."""

import re
from dataclasses import dataclass
from typing import Any

from marshmallow import ValidationError
from marshmallow import fields as ma

from beastmode.core.setting import setting
from beastmode.core.settings import Settings

_URL = re.compile(r"(rediss?://[^/\s]+(/[0-9]*)?|unix://\S+)(\?\S*)?")


class _RedisUrl(ma.String):
    """The URL of a Redis server."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        url = super()._deserialize(value, *args, **kwargs).strip()
        if not _URL.fullmatch(url):
            raise ValidationError("no URL of Redis")
        return url


@dataclass(frozen=True, kw_only=True)
class RedisSettings(Settings):
    """The setting of every feature that can use Redis."""

    redis_url: str | None = setting(
        _RedisUrl(),
        None,
        "The URL of a Redis server, for features that are set to use it; `rediss://` for TLS.",
        expects="redis://user:password@host:6379/0",
        secret=True,
    )
