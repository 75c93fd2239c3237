"""What an application sends mail with."""

from dataclasses import dataclass

from beastmode.core.background import Task
from beastmode.mail.settings import MailSettings
from beastmode.mail.transports import Transport

EXTENSION = "beastmode.mail"


@dataclass(frozen=True)
class Post:
    """The mail of one application.

    Args:
        settings: Its settings.
        transport: What takes its mails.
        task: Sends one that is stored.
    """

    settings: MailSettings
    transport: Transport
    task: Task
