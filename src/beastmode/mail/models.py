"""The table of emails, which a project's migrations create like any other table."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.db.base import Base


class Mail(Base):
    """An email: its content, its recipients, and when it was sent. Without an SMTP server, it is only stored here."""

    __tablename__ = "mails"

    id: Mapped[int] = mapped_column(primary_key=True)
    recipients: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(String(998))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


Index("ix_mails_created_at", Mail.created_at)
