"""The email configuration of an application."""

from dataclasses import dataclass

from beastmode.core.background import Task
from beastmode.mail.settings import MailSettings
from beastmode.mail.transports import Transport

EXTENSION = "beastmode.mail"


@dataclass(frozen=True)
class Post:
    """The email configuration of an application.

    Args:
        settings: The MAIL_ settings.
        transport: Delivers emails.
        task: The background task that sends a stored email.
    """

    settings: MailSettings
    transport: Transport
    task: Task
