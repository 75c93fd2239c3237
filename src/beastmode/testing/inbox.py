from collections.abc import Iterator
from dataclasses import dataclass, field

from flask import Flask
from sqlalchemy import select

from beastmode.db import current_database
from beastmode.mail.models import Mail


@dataclass(frozen=True)
class SentMail:
    """An email that the application has sent.

    Attributes:
        to: The addresses of all recipients.
        subject: The subject.
        text: The plain-text body.
        html: The HTML body; None if there is none.
    """

    to: tuple[str, ...]
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)


class Inbox:
    """The emails that the application has sent, the oldest first.

    `len(inbox)`, `inbox[-1]` and `for mail in inbox` read the current ones.

    Args:
        app: The Flask application.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __iter__(self) -> Iterator[SentMail]:
        return iter(self._read())

    def __len__(self) -> int:
        return len(self._read())

    def __getitem__(self, index: int) -> SentMail:
        return self._read()[index]

    def __repr__(self) -> str:
        """The emails, as a failed assertion shows them."""
        return repr(self._read())

    def _read(self) -> list[SentMail]:
        statement = select(Mail.recipients, Mail.subject, Mail.text, Mail.html).where(Mail.sent_at.is_not(None))
        with self._app.app_context():
            rows = current_database().execute(statement.order_by(Mail.id)).all()
        return [SentMail(tuple(row.recipients.split("\n")), row.subject, row.text, row.html) for row in rows]
