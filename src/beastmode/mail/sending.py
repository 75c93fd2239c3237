"""Stores a mail in the caller's transaction, and sends it by a job when that is committed."""

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
    """Send a mail after the current changes are committed; if they are rolled back, it is not sent.

    It is stored in the caller's transaction, and a job sends it. A server that refuses it for now is asked again,
    with a growing pause; one that refuses it for good makes the job dead, with the server's reason.

    Args:
        message: What to send, and to whom.

    Raises:
        ConfigurationError: The application has no mail, or no jobs.
        ValueError: A header has a line break, an address is none, or the mail is too large.
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
    """The mail of the current application.

    Raises:
        ConfigurationError: It has none.
    """
    post: Post | None = current_app.extensions.get(EXTENSION)
    if post is None:
        raise ConfigurationError("The application sends no mail; pass mail=Mails() to Beastmode.")
    return post


def _deliver(mail_id: int) -> None:
    """Send a stored mail, unless it has been sent.

    Args:
        mail_id: Its row's id.

    Raises:
        GiveUp: It is no longer there, or will never be accepted.
        OSError: It was not accepted now.
    """
    work = current_work()
    row = work.execute(select(Mail.content, Mail.recipients, Mail.sent_at).where(Mail.id == mail_id)).first()
    if row is None:
        raise GiveUp(f"There is no mail {mail_id} to send any more.")
    if row.sent_at is not None:
        return
    email = message_from_bytes(row.content, policy=SMTP)
    refused = _post_of().transport.send(email, row.recipients.split("\n"))
    work.execute(update(Mail).where(Mail.id == mail_id).values(sent_at=now()))
    if refused is not None:
        raise GiveUp(f"The mail was sent, but some recipients were refused: {refused}")


def send_task(limit: int) -> Task:
    """The task that sends a stored mail.

    Args:
        limit: How many mails are sent at the same time.
    """
    # Twelve attempts with their pauses are about three hours: longer than most servers are away.
    return Task("beastmode.mail.send", _deliver, queue="mail", attempts=12, backoff=10, limit=limit)
