from time import monotonic, sleep

from sqlalchemy import text

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def wait_for_waiting(number, connection):
    """Wait until so many connections of this database wait for a lock."""
    patience = monotonic() + 20
    while connection.execute(WAITING).scalar() < number:
        assert monotonic() < patience, "nobody waits for the lock"
        sleep(0.01)
