"""`send_email_async`: sends a simple email in a single call."""

from beastmode.mail.message import Message
from beastmode.mail.sending import send_mail


def send_email_async(to_email: str, subject: str, body: str, html_body: str | None = None) -> None:
    """Send an email in the background after the current changes are committed.

    Args:
        to_email: The recipient.
        subject: The subject; a single line.
        body: The plain-text body.
        html_body: The HTML body; optional.

    Raises:
        ValueError: As for `send_mail`.
    """
    send_mail(Message(to=to_email, subject=subject, text=body, html=html_body))
