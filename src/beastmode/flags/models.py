"""The table of changes of flags; only in the metadata of projects that use `Flags`."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base


class FlagChange(Base):
    """One change of a flag. The newest one for a flag and a caller applies; the others are its history."""

    __tablename__ = "flag_changes"
    __table_args__ = (Index(None, "flag", "caller", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    flag: Mapped[str] = mapped_column(String(100))
    caller: Mapped[str] = mapped_column(String(255))
    percentage: Mapped[int | None] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(String(255))
