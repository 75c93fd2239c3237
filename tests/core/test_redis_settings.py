from dataclasses import dataclass

import pytest

from beastmode.core.environment import read_settings
from beastmode.core.errors import SettingsError
from beastmode.core.redis_settings import RedisSettings
from beastmode.core.setting import setting, whole


@dataclass(frozen=True, kw_only=True)
class OneFeature(RedisSettings):
    one_seconds: int = setting(whole(1), 1, "One.", expects="a number")


@dataclass(frozen=True, kw_only=True)
class AnotherFeature(RedisSettings):
    other_seconds: int = setting(whole(1), 2, "Another.", expects="a number")


def read(url):
    return read_settings({"ENVIRONMENT": "testing", "REDIS_URL": url}, {}, kinds=[OneFeature, AnotherFeature])


def test_features_share_the_setting():
    """Two features that inherit it have one REDIS_URL."""
    url = "redis://shop:hush@cache.example:6380/2"

    settings = read(url)

    assert settings.of(OneFeature).redis_url == settings.of(AnotherFeature).redis_url == url
    assert "hush" not in repr(settings)


@pytest.mark.parametrize("url", ["localhost:6379", "http://localhost", "redis://", "redis://host/zero"])
def test_anything_but_a_url_of_redis_is_refused(url):
    """A wrong URL is refused at startup, and not shown, because it may contain a password."""
    with pytest.raises(SettingsError) as refused:
        read(url)

    assert refused.value.problems == ["REDIS_URL is not usable; expected redis://user:password@host:6379/0."]


@pytest.mark.parametrize("url", ["rediss://cache.example", "unix:///run/redis.sock?db=1", "redis://:hush@[::1]:6379/0"])
def test_every_form_of_a_url_is_accepted(url):
    """TLS, sockets and IPv6 addresses are possible."""
    assert read(url).of(OneFeature).redis_url == url
