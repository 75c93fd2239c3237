"""How an old route says good-bye."""

from datetime import UTC, datetime

import pytest

from beastmode.api import Deprecation, Version
from beastmode.core.clock import set_clock
from beastmode.core.errors import ConfigurationError


class At:
    def __init__(self, *moment):
        self.moment = datetime(*moment, tzinfo=UTC)

    def now(self):
        return self.moment


@pytest.fixture
def at():
    yield lambda *moment: set_clock(At(*moment))
    set_clock(None)


def test_a_deprecated_route_tells_its_callers(client, signed_in, at):
    at(2026, 6, 1)

    answer = client.get("/api/v1/books", headers=signed_in)

    assert answer.status_code == 200
    assert answer.headers["Deprecation"] == f"@{int(datetime(2026, 1, 1, tzinfo=UTC).timestamp())}"
    assert answer.headers["Sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT"
    assert answer.headers.getlist("Link") == [
        '</api/v2/books>; rel="successor-version"',
        '</docs/old>; rel="deprecation"',
    ]


def test_callers_that_are_refused_are_told_as_well(client):
    answer = client.get("/api/v1/books")

    assert answer.status_code in {401, 410}
    assert "Deprecation" in answer.headers


def test_the_successor_and_its_neighbours_say_nothing(client, signed_in):
    assert "Deprecation" not in client.get("/api/v2/books", headers=signed_in).headers
    assert "Deprecation" not in client.get("/api/v1/books/1", headers=signed_in).headers


def test_after_its_sunset_a_route_is_gone_if_told_to(client, signed_in, at):
    at(2027, 1, 1)

    answer = client.get("/api/v1/books", headers=signed_in)

    assert answer.status_code == 410
    assert answer.json["message"] == "This route was removed on 2026-12-31. Use /api/v2/books instead."


def test_a_moment_without_a_time_zone_is_refused():
    with pytest.raises(ConfigurationError, match="no time zone"):
        Deprecation(since=datetime(2026, 1, 1))  # noqa: DTZ001 - what is refused


def test_a_sunset_before_its_deprecation_is_refused():
    with pytest.raises(ConfigurationError, match="is before"):
        Deprecation(since=datetime(2026, 2, 1, tzinfo=UTC), sunset=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", ["V1", "1", "v/1", "", "v 1"])
def test_a_version_name_must_fit_in_a_path(name):
    with pytest.raises(ConfigurationError):
        Version(name)
