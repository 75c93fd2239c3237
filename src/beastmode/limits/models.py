"""The table with the counts of attempts; in a project's migrations it is an ordinary table."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base


class LoginAttempt(Base):
    """The number of attempts to log in or to register in the current minute."""

    __tablename__ = "login_attempts"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    count: Mapped[int]
    resets_at: Mapped[datetime]
