"""The table with the counts of rate limits; only in the metadata of projects that use `rate_limit`."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base


class RateCount(Base):
    """What one caller has used of one limit in the current window."""

    __tablename__ = "rate_counts"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    count: Mapped[int]
    resets_at: Mapped[datetime]
