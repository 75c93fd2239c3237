"""`once`: performs an effect a single time, even if the job runs again."""

from collections.abc import Iterator
from contextlib import contextmanager

from beastmode.db.inserts import INSERTS
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.enqueueing import refuse_other_keys
from beastmode.jobs.models import JobMark
from beastmode.jobs.moments import moment

_LONGEST = 200


@contextmanager
def once(key: str) -> Iterator[bool]:
    """Open a transaction, and yield True unless a transaction with this key has been committed before.

    A mark for the key is stored in the same transaction, so the mark and the changes of the block are committed
    together or not at all. Another worker with the same key waits until this transaction ends.

        with once(f"invoice:{order_id}") as is_first:
            if is_first:
                db.session.add(Invoice(order_id=order_id))

    Args:
        key: Identifies the effect; up to 200 characters. Marks are kept for JOBS_RETENTION_DAYS.

    Raises:
        TypeError: The key is not a string.
        ValueError: The key is empty or too long, or has characters that a database refuses.
    """
    refuse_other_keys(key, "once(): the key", _LONGEST)
    with transaction():
        work = current_work()
        mark = INSERTS[work.dialect.name](JobMark).values(key=key, made_at=moment()).on_conflict_do_nothing()
        yield work.execute(mark.returning(JobMark.key)).first() is not None
