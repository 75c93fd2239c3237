"""Email: stored in the same transaction as your changes, sent by a job, shown in an inbox in development."""

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

if not TYPE_CHECKING:  # otherwise mypy would accept any name

    def __getattr__(name: str) -> Any:
        # Lazily: importing them defines the mails table, which belongs only in the migrations of projects with email.
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(f"beastmode.mail.{HOMES[name]}"), name)
        globals()[name] = value
        return value
