"""What takes a finished mail: an SMTP server, the terminal, or nobody, since it stays in the table."""

import smtplib
import ssl
import sys
from collections.abc import Sequence
from email.message import EmailMessage
from typing import Protocol

from beastmode.core.background import GiveUp
from beastmode.mail.settings import MailSettings

_PERMANENT = range(500, 600)
"""Replies of a server that would be the same the next time (RFC 5321, section 4.2.1)."""


class Transport(Protocol):
    """Sends finished mails."""

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Send a mail.

        Args:
            email: What to send.
            recipients: To whom, those of Bcc included.

        Returns:
            Why some of them were refused, while others got it; None if all did.

        Raises:
            GiveUp: It will never be accepted.
            OSError: It was not accepted now.
        """


class _Inbox:
    """Sends nothing: the mail stays in its table, where `/dev/inbox` and tests find it."""

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:  # noqa: ARG002 - there is nothing to do with them
        """Leave the mail where it is."""
        return None


class _Console:
    """Writes mails to standard error."""

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Write the mail."""
        body = email.get_body(("plain",))
        text = "" if body is None else "\n".join(body.get_content().split("\r\n")).rstrip("\n")
        sys.stderr.write(f"Mail to {', '.join(recipients)}: {email['Subject']}\n{text}\n")
        return None


class _Smtp:
    """Sends by an SMTP server, whose certificate must be valid for its name.

    The certificates that are trusted are the system's, or those in the file that SSL_CERT_FILE names.

    Args:
        settings: Those that begin with MAIL_.
    """

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context()

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Send the mail in a connection of its own.

        Raises:
            GiveUp: The server refuses it for good, or every recipient.
            OSError: The server cannot be reached, takes too long, or refuses it for now.
        """
        try:
            with self._connect() as server:
                refused = server.send_message(email, to_addrs=list(recipients))
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal(list(error.recipients.values())) from error
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            reply = (getattr(error, "smtp_code", 0), getattr(error, "smtp_error", str(error)))
            raise self._refusal([reply]) from error
        except ssl.SSLCertVerificationError as error:
            host = self._settings.mail_server
            raise OSError(f"The certificate of {host} is not valid: {error.verify_message}") from None
        return _told(list(refused.values())) if refused else None

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host, port, seconds = settings.mail_server or "", settings.mail_port, settings.mail_timeout_seconds
        if settings.mail_use_ssl:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=self._tls)
        else:
            server = smtplib.SMTP(host, port, timeout=seconds)
            if settings.mail_use_tls:
                server.starttls(context=self._tls)
        if settings.mail_username:
            server.login(settings.mail_username, settings.mail_password)
        return server

    def _refusal(self, replies: list[tuple[int, bytes | str]]) -> Exception:
        """The error for what a server has said."""
        is_permanent = bool(replies) and all(code in _PERMANENT for code, _ in replies)
        message = f"{self._settings.mail_server} refused the mail: {_told(replies)}"
        return GiveUp(message) if is_permanent else OSError(message)


def _told(replies: list[tuple[int, bytes | str]]) -> str:
    """What a server has said, in one line."""
    texts = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text for _, text in replies)
    return "; ".join(f"{code} {' '.join(text.split())[:200]}" for (code, _), text in zip(replies, texts, strict=True))


def transport_of(settings: MailSettings) -> Transport:
    """What the settings ask for.

    Args:
        settings: Those that begin with MAIL_.
    """
    kind = settings.mail_transport or ("smtp" if settings.mail_server else "inbox")
    if kind == "smtp":
        return _Smtp(settings)
    return _Console() if kind == "console" else _Inbox()
