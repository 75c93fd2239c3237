"""Sending a mail by a function with the arguments that Flask projects know."""

from beastmode.mail.message import Message
from beastmode.mail.sending import send_mail


def send_email_async(to_email: str, subject: str, body: str, html_body: str | None = None) -> None:
    """Send a mail by a job, after the current changes are committed.

    Args:
        to_email: Who gets it.
        subject: One line.
        body: The body as plain text.
        html_body: The body as HTML.

    Raises:
        ValueError: As for `send_mail`.
    """
    send_mail(Message(to=to_email, subject=subject, text=body, html=html_body))
