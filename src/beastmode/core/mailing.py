"""How features send email: from templates, with the mailer that the application has set."""

from typing import Any, Protocol

from flask import Flask

_EXTENSION = "beastmode.mailer"


class SendTemplate(Protocol):
    """Sends an email rendered from templates after the current changes are committed."""

    def __call__(self, name: str, to: str, **context: Any) -> None:
        """Send the email.

        Args:
            name: The name of the templates: `templates/mail/NAME.txt` and `NAME.html`.
            to: The recipient.
            context: The variables of the templates.
        """


def set_mailer(app: Flask, send: SendTemplate) -> None:
    """Set the mailer that features of an application use.

    Args:
        app: The Flask application.
        send: Sends an email rendered from templates.
    """
    app.extensions[_EXTENSION] = send


def mailer_of(app: Flask) -> SendTemplate | None:
    """The mailer that features of an application use; None if email is not enabled.

    Args:
        app: The Flask application.
    """
    send: SendTemplate | None = app.extensions.get(_EXTENSION)
    return send
