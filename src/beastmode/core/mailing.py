"""Mail that a feature sends: written as templates, sent by whatever the application sends mail with."""

from typing import Any, Protocol

from flask import Flask

_EXTENSION = "beastmode.mailer"


class SendTemplate(Protocol):
    """Sends a mail from templates, after the current changes are committed."""

    def __call__(self, name: str, to: str, **context: Any) -> None:
        """Send the mail.

        Args:
            name: Of the templates, `templates/mail/NAME.txt` and `NAME.html`.
            to: Who gets it.
            context: What the templates show.
        """


def set_mailer(app: Flask, send: SendTemplate) -> None:
    """Set what sends the mail of features in an application.

    Args:
        app: The Flask application.
        send: Sends a mail from templates.
    """
    app.extensions[_EXTENSION] = send


def mailer_of(app: Flask) -> SendTemplate | None:
    """What sends the mail of features in an application; None if it sends none.

    Args:
        app: The Flask application.
    """
    send: SendTemplate | None = app.extensions.get(_EXTENSION)
    return send
