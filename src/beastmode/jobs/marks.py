"""An effect that happens once, however often the job around it runs."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.dialects import postgresql, sqlite

from beastmode.core.clock import now
from beastmode.db.session import current_work
from beastmode.db.transactions import transaction
from beastmode.jobs.models import JobMark

_LONGEST = 200


@contextmanager
def once(key: str) -> Iterator[bool]:
    """Open a transaction, and say whether this is the first time that one with this key is committed.

    The mark is part of the transaction: what the block writes and the mark are stored together, or neither. Another
    worker that comes with the same key meanwhile waits for the end of this one.

        with once(f"invoice:{order_id}") as is_first:
            if is_first:
                db.session.add(Invoice(order_id=order_id))

    Args:
        key: What happens once, up to 200 characters. Marks are kept for JOBS_RETENTION_DAYS.

    Raises:
        ValueError: The key is empty or too long.
    """
    if not 0 < len(key) <= _LONGEST:
        raise ValueError(f"once(): the key has {len(key)} characters; expected 1 to {_LONGEST}.")
    with transaction():
        work = current_work()
        dialect = postgresql if work.dialect.name == "postgresql" else sqlite
        mark = dialect.insert(JobMark).values(key=key, made_at=now()).on_conflict_do_nothing()
        yield work.execute(mark.returning(JobMark.key)).first() is not None
