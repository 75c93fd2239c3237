"""What happens a thousand times a second is told once."""

import logging

from beastmode.core import telling


def test_a_cause_is_told_once_a_second_and_another_at_once(caplog):
    telling.told.clear()
    log = logging.getLogger("beastmode")

    for _ in range(100):
        telling.tell(log, "the database is away", "503: %s", "away")
    telling.tell(log, "the pool is exhausted", "503: %s", "exhausted")
    telling.told["the database is away"] -= telling.QUIET_SECONDS
    telling.tell(log, "the database is away", "503: %s", "still away")

    assert [record.getMessage() for record in caplog.records] == ["503: away", "503: exhausted", "503: still away"]
