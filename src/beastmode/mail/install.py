"""The mail's part of an application: what takes its mails, and the inbox in development."""

from importlib import import_module

from flask import Flask

from beastmode.core.background import add_task
from beastmode.core.mailing import set_mailer
from beastmode.mail.settings import MailSettings


class Mails:
    """Turns mail on: `Beastmode(app, database=db, jobs=Jobs(), mail=Mails())`.

    Mails are rows that a job sends, in a table that `flask db migrate` adds. With MAIL_SERVER they are sent by SMTP;
    without, they stay in the table, and `/dev/inbox` shows them in development.
    """

    def __init__(self) -> None:
        # Not at the top: this adds the table of mails to the metadata, also in projects that send none.
        import_module("beastmode.mail.models")

    def install(self, app: Flask, settings: MailSettings) -> None:
        """Let an application send mail.

        Args:
            app: The Flask application.
            settings: Those that begin with MAIL_.
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
