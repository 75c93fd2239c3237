"""The table of uploads; only in the metadata of projects that use uploads."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base

INCOMPLETE, PROCESSING, READY, REJECTED = "incomplete", "processing", "ready", "rejected"


class Upload(Base):
    """An uploaded file: whose it is, what it is, and whether it may be sent to anyone.

    Its status is "incomplete" (a resumable upload that has not arrived), "processing" (a job scans it, or removes the
    metadata of an image), "ready", or "rejected" (it was deleted; `reason` says why). Only a ready one has content.
    """

    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(255))
    status: Mapped[str] = mapped_column(String(10))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(127))
    size: Mapped[int] = mapped_column(BigInteger)
    received: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    width: Mapped[int | None]
    height: Mapped[int | None]
    thumbnails: Mapped[list[Any]] = mapped_column(JSON, default=list)
    parts: Mapped[list[Any]] = mapped_column(JSON, default=list)
    reason: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


Index("ix_uploads_owner", Upload.owner)
Index("ix_uploads_expires_at", Upload.expires_at)
