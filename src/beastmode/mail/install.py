"""Enables email in an application: the transport, the background task, and the inbox in development."""

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from flask import Flask

from beastmode.core.background import add_task
from beastmode.core.mailing import set_mailer
from beastmode.mail.settings import MailSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from beastmode.mail.message import Message


class Mails:
    """Enables email: `Beastmode(app, database=db, jobs=Jobs(), mail=Mails())`.

    Emails are stored in a table that `flask db migrate` adds, and a job sends them. If MAIL_SERVER is set, they are
    sent by SMTP; otherwise they stay in the table, and `/dev/inbox` shows them in development.

    Args:
        send: Sends an email of a feature, such as a password reset; called by a job. By default `send_mail`.
    """

    def __init__(self, send: "Callable[[Message], None] | None" = None) -> None:
        self._send = send
        # Not at the top: importing this adds the mails table to the metadata, even in projects without email.
        import_module("beastmode.mail.models")

    def install(self, app: Flask, settings: MailSettings) -> None:
        """Enable email in an application.

        Args:
            app: The Flask application.
            settings: The MAIL_ settings.
        """
        from beastmode.mail.inbox import inbox_blueprint  # noqa: PLC0415 - imports the table, as above
        from beastmode.mail.post import EXTENSION, Post  # noqa: PLC0415 - likewise
        from beastmode.mail.retention import DELETE_OLD  # noqa: PLC0415 - likewise
        from beastmode.mail.sending import send_mail, send_task  # noqa: PLC0415 - likewise
        from beastmode.mail.templated import send_template  # noqa: PLC0415 - likewise
        from beastmode.mail.transports import transport_of  # noqa: PLC0415 - likewise

        task = send_task(settings.mail_concurrency)
        add_task(task)
        add_task(DELETE_OLD)
        set_mailer(app, partial(send_template, self._send or send_mail))
        app.extensions[EXTENSION] = Post(settings, transport_of(settings), task)
        if settings.environment == "development":
            app.register_blueprint(inbox_blueprint())
