"""Database connections while a streamed response waits for its client."""

from beastmode.db.session import opened_work


def let_go() -> None:
    """Return the reader's connection to the pool before a part of a stream is sent; the next query takes one again.

    A stream in a transaction, such as a snapshot, keeps its connection, as one of the Holders. SQLite's connections
    cost nothing and are not limited, and a cursor that is still being read needs its connection.

    Raises:
        Problem: 503 if too many streams hold one already.
    """
    work = opened_work()
    if work is None or work.engines.writer.dialect.name == "sqlite":
        return
    session = work.session
    if session is not None and session.in_transaction():
        if session.is_writing or session.new or session.dirty or session.deleted:
            work.hold()
            return
        session.commit()  # of what was only read; nothing expires by it
    if work.connection is not None:
        work.connection.close()
        work.connection = None
