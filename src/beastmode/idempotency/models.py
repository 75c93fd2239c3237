"""The table of idempotent requests; only in the metadata of projects that use `idempotent`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base


class IdempotentRequest(Base):
    """A request that has taken effect, and its response; its key and its body are only stored as hashes."""

    __tablename__ = "idempotent_requests"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[list[Any]] = mapped_column(JSON)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(index=True)
