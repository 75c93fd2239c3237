"""Enables email in an application: the transport, the background task, and the inbox in development."""

from importlib import import_module

from flask import Flask

from beastmode.core.background import add_task
from beastmode.core.mailing import set_mailer
from beastmode.mail.settings import MailSettings


class Mails:
    """Enables email: `Beastmode(app, database=db, jobs=Jobs(), mail=Mails())`.

    Emails are stored in a table that `flask db migrate` adds, and a job sends them. If MAIL_SERVER is set, they are
    sent by SMTP; otherwise they stay in the table, and `/dev/inbox` shows them in development.
    """

    def __init__(self) -> None:
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
        from beastmode.mail.sending import send_task  # noqa: PLC0415 - likewise
        from beastmode.mail.templated import send_template  # noqa: PLC0415 - likewise
        from beastmode.mail.transports import transport_of  # noqa: PLC0415 - likewise

        task = send_task(settings.mail_concurrency)
        add_task(task)
        set_mailer(app, send_template)
        app.extensions[EXTENSION] = Post(settings, transport_of(settings), task)
        if settings.environment == "development":
            app.register_blueprint(inbox_blueprint())
