"""Mail: stored with the changes that it tells of, sent by a job, shown in an inbox in development."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from beastmode.mail.install import Mails
from beastmode.mail.settings import MailSettings

if TYPE_CHECKING:
    from beastmode.mail.message import Attachment, Message
    from beastmode.mail.named import send_email_async
    from beastmode.mail.sending import send_mail
    from beastmode.mail.templated import message_from

__all__ = ["Attachment", "MailSettings", "Mails", "Message", "message_from", "send_email_async", "send_mail"]
HOMES = {
    "Attachment": "message",
    "Message": "message",
    "message_from": "templated",
    "send_email_async": "named",
    "send_mail": "sending",
}

if not TYPE_CHECKING:  # or mypy would believe in any name

    def __getattr__(name: str) -> Any:
        # On first use: with the table of mails, which only projects that send mail shall find in their migrations.
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"beastmode.mail.{HOMES[name]}"), name)
        globals()[name] = value
        return value
