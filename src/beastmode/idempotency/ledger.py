"""The table of idempotent requests: looked up, claimed and written in the transaction of the request."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from threading import Lock
from typing import Any

from sqlalchemy import Engine, func, select

from beastmode.core.clock import now
from beastmode.core.errors import Problem
from beastmode.db.inserts import INSERTS
from beastmode.db.purging import PURGE_EVERY, delete_some
from beastmode.db.routed_session import RoutedSession
from beastmode.idempotency.models import IdempotentRequest
from beastmode.idempotency.responses import StoredResponse

_STORED = IdempotentRequest.__table__.c


class RepeatedError(Exception):
    """Another request with the same key was committed meanwhile; everything is rolled back, and its response sent."""


@dataclass(frozen=True)
class Found:
    """A request with the same key that has taken effect.

    Attributes:
        fingerprint: What it asked for.
        kept: Its response.
    """

    fingerprint: str
    kept: StoredResponse


@dataclass(frozen=True)
class Ledger:
    """The idempotent requests of an application.

    Args:
        writer: The engine for writing.
        lifetime: How long responses are kept.
    """

    writer: Engine
    lifetime: timedelta
    _added: "count[int]" = field(default_factory=lambda: count(1), repr=False, compare=False)
    _in_flight: set[str] = field(default_factory=set, repr=False, compare=False)
    _lock: Any = field(default_factory=Lock, repr=False, compare=False)

    @contextmanager
    def claimed(self, id_: str) -> Iterator[None]:
        """Keep other threads of this process from processing the same request.

        SQLite has no locks by name, and a thread would wait for the other one's transaction; other processes do.

        Args:
            id_: The ID of the request.

        Raises:
            Problem: 409 if the request is being processed.
        """
        with self._lock:
            if id_ in self._in_flight:
                raise in_flight()
            self._in_flight.add(id_)
        try:
            yield
        finally:
            with self._lock:
                self._in_flight.discard(id_)

    def find(self, session: RoutedSession, id_: str) -> Found | None:
        """The request, if it has taken effect; None if this one is the first. Others wait for its end, or are refused.

        Args:
            session: The session, at the beginning of its transaction.
            id_: The ID of the request.

        Raises:
            Problem: 409 if another process is processing the request.
        """
        if self.writer.dialect.name == "postgresql":
            # It is released with the transaction, however that ends: a process that was killed leaves nothing behind.
            number = int.from_bytes(bytes.fromhex(id_[:16]), "big", signed=True)
            if not session.execute(select(func.pg_try_advisory_xact_lock(number))).scalar():
                raise in_flight()
        statement = select(_STORED.fingerprint, _STORED.kind, _STORED.status, _STORED.headers, _STORED.body)
        row = session.execute(statement.where(_STORED.id == id_, _STORED.expires_at > now())).first()
        if row is None:
            return None
        headers = [(name, text) for name, text in row.headers]
        return Found(row.fingerprint, StoredResponse(row.kind, row.status, headers, row.body))

    def add(self, session: RoutedSession, id_: str, fingerprint: str, kept: StoredResponse) -> None:
        """Store a response in the transaction of its request.

        Args:
            session: The session, in the transaction.
            id_: The ID of the request.
            fingerprint: What it asked for.
            kept: The response.

        Raises:
            RepeatedError: Another request with the same key was faster.
        """
        moment = now()
        values = {
            "fingerprint": fingerprint,
            "kind": kept.kind,
            "status": kept.status,
            "headers": [list(each) for each in kept.headers],
            "body": kept.body,
            "expires_at": moment + self.lifetime,
        }
        insert = INSERTS[self.writer.dialect.name](IdempotentRequest).values(id=id_, **values)
        # Only an expired one is replaced.
        upsert = insert.on_conflict_do_update(
            index_elements=[_STORED.id], set_=values, where=_STORED.expires_at <= moment
        )
        if session.execute(upsert.returning(_STORED.id)).first() is None:
            raise RepeatedError

    def tidy(self) -> None:
        """Delete expired rows, at most 1000, after every hundredth call."""
        if next(self._added) % PURGE_EVERY == 0:
            with self.writer.begin() as connection:
                connection.execute(delete_some(IdempotentRequest.id, IdempotentRequest.expires_at <= now()))


def in_flight() -> Problem:
    """The response to a request that is being processed."""
    return Problem(
        409, "A request with this Idempotency-Key is still being processed; try again", headers={"Retry-After": "1"}
    )
