"""Stores emails in the caller's transaction; a job sends them after the commit."""

from email import message_from_bytes
from email.policy import SMTP

from flask import current_app
from sqlalchemy import insert, select, update

from beastmode.core.background import GiveUp, Task, in_background
from beastmode.core.clock import now
from beastmode.core.errors import ConfigurationError
from beastmode.db.session import current_work
from beastmode.mail.inlining import with_inlined_styles
from beastmode.mail.message import Message
from beastmode.mail.models import Mail
from beastmode.mail.post import EXTENSION, Post


def send_mail(message: Message) -> None:
    """Send an email after the current changes are committed; if they are rolled back, it is not sent.

    The email is stored in the caller's transaction, and a job sends it. If the server refuses it temporarily, the job
    is retried with exponential backoff; if the server refuses it permanently, the job is dead, with the server's reply
    as its error.

    Args:
        message: The message to send.

    Raises:
        ConfigurationError: Email or jobs are not enabled in the application.
        ValueError: A header contains a line break, an address is invalid, or the email is too large.
    """
    post = _post_of()
    if message.html is not None:
        message = with_inlined_styles(message)
    email = message.as_email(post.settings.sender)
    statement = insert(Mail).values(
        recipients="\n".join(message.recipients),
        subject=message.subject,
        text=message.text,
        html=message.html,
        content=bytes(email),
        created_at=now(),
    )
    work = current_work()
    work.begin_with_changes()
    mail_id = work.execute(statement.returning(Mail.id)).scalar_one()
    in_background(post.task, mail_id=mail_id)


def _post_of() -> Post:
    """The email configuration of the current application.

    Raises:
        ConfigurationError: Email is not enabled.
    """
    post: Post | None = current_app.extensions.get(EXTENSION)
    if post is None:
        raise ConfigurationError("Email is not enabled; pass mail=Mails() to Beastmode.")
    return post


def _deliver(mail_id: int) -> None:
    """Send a stored email unless it has already been sent.

    Args:
        mail_id: The id of its row.

    Raises:
        GiveUp: The email has been deleted, or it was permanently refused for at least one recipient.
        OSError: Sending failed temporarily.
    """
    work = current_work()
    row = work.execute(select(Mail.content, Mail.recipients, Mail.sent_at).where(Mail.id == mail_id)).first()
    if row is None:
        raise GiveUp(f"Email {mail_id} no longer exists.")
    if row.sent_at is not None:
        return
    email = message_from_bytes(row.content, policy=SMTP)
    transport = _post_of().transport
    refused = transport.send(email, row.recipients.split("\n"))
    # What the server has accepted is not needed any more, and may contain links that log somebody in.
    contents = {} if transport.keeps else {"text": "", "html": None, "content": b""}
    work.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=now(), **contents))
    if refused is not None:
        raise GiveUp(f"The email was sent, but some recipients were refused: {refused}")


def send_task(limit: int) -> Task:
    """The task that sends a stored email.

    Args:
        limit: The maximum number of emails that are sent at the same time.
    """
    # Twelve attempts span more than three hours, which outlasts most outages of mail servers.
    return Task("beastmode.mail.send", _deliver, queue="mail", attempts=12, backoff=10, limit=limit)
