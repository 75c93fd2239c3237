"""Emails from templates: `templates/mail/NAME.txt`, whose first line is the subject, and optionally `NAME.html`."""

from collections.abc import Callable
from typing import Any

from flask import current_app
from jinja2 import TemplateNotFound

from beastmode.core.errors import ConfigurationError
from beastmode.mail.message import Message

_MARK = "Subject: "


def message_from(name: str, /, *, to: str, **context: Any) -> Message:
    """Render a message from templates, for `send_mail`.

    Args:
        name: The name of the templates in `templates/mail/`, such as "welcome" for `welcome.txt` and `welcome.html`.
        to: The recipient.
        context: The variables of the templates. Values are escaped in the HTML template only.

    Raises:
        ConfigurationError: There is no text template, or its first line is not `Subject: ...`.
    """
    jinja = current_app.jinja_env
    try:
        text = jinja.get_template(f"mail/{name}.txt").render(**context)
    except TemplateNotFound as error:
        message = f"Template {error.message} not found; expected templates/mail/{name}.txt."
        raise ConfigurationError(message) from error
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith(_MARK):
        raise ConfigurationError(f'templates/mail/{name}.txt begins with {first[:60]!r}; expected "{_MARK}...".')
    try:
        html: str | None = jinja.get_template(f"mail/{name}.html").render(**context)
    except TemplateNotFound:
        html = None
    return Message(to=to, subject=first.removeprefix(_MARK).strip(), text=body.lstrip("\n"), html=html)


def send_template(send: Callable[[Message], None], name: str, to: str, **context: Any) -> None:
    """Send an email from templates; see `beastmode.core.mailing.SendTemplate`.

    Args:
        send: Sends the message.
        name: The name of the templates.
        to: The recipient.
        context: The variables of the templates.
    """
    send(message_from(name, to=to, **context))
