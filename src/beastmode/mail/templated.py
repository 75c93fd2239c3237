"""Mails from templates: `templates/mail/NAME.txt`, whose first line is the subject, and `NAME.html` beside it."""

from typing import Any

from flask import current_app
from jinja2 import TemplateNotFound

from beastmode.core.errors import ConfigurationError
from beastmode.mail.message import Message
from beastmode.mail.sending import send_mail

_MARK = "Subject: "


def message_from(name: str, /, *, to: str, **context: Any) -> Message:
    """A mail from the templates of this name, for `send_mail`.

    Args:
        name: Of the templates in `templates/mail/`, such as "welcome" for `welcome.txt` and `welcome.html`.
        to: Who gets it.
        context: What the templates show. Values are escaped in HTML, and not in text.

    Raises:
        ConfigurationError: There is no text template, or its first line is not `Subject: ...`.
    """
    jinja = current_app.jinja_env
    try:
        text = jinja.get_template(f"mail/{name}.txt").render(**context)
    except TemplateNotFound as error:
        message = f"There is no template {error.message}; expected templates/mail/{name}.txt."
        raise ConfigurationError(message) from error
    first, _, body = text.lstrip().partition("\n")
    if not first.startswith(_MARK):
        raise ConfigurationError(f'templates/mail/{name}.txt begins with {first[:60]!r}; expected "{_MARK}...".')
    try:
        html: str | None = jinja.get_template(f"mail/{name}.html").render(**context)
    except TemplateNotFound:
        html = None
    return Message(to=to, subject=first.removeprefix(_MARK).strip(), text=body.lstrip("\n"), html=html)


def send_template(name: str, to: str, **context: Any) -> None:
    """Send a mail from templates; see `beastmode.core.mailing.SendTemplate`."""
    send_mail(message_from(name, to=to, **context))
