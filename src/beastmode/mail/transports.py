"""Transports for emails: SMTP, the terminal, or the inbox, which leaves them in the table."""

import smtplib
import ssl
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from typing import Protocol

from beastmode.core.background import GiveUp
from beastmode.mail.settings import MailSettings

_PERMANENT = range(500, 600)
"""Reply codes for permanent failures (RFC 5321, section 4.2.1)."""


class Transport(Protocol):
    """Sends emails.

    Attributes:
        keeps: Whether the contents stay in the table after an email is sent.
    """

    keeps: bool

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Send an email.

        Args:
            email: The email to send.
            recipients: The addresses of all recipients, including Bcc.

        Returns:
            Why some recipients were refused although others were accepted; None if all were accepted.

        Raises:
            GiveUp: The email was permanently refused.
            OSError: Sending failed temporarily.
        """


class _Kept:
    """Sends nothing: emails stay in the table, where `/dev/inbox` and tests find them."""

    keeps = True

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:  # noqa: ARG002 - nothing is sent
        """Do nothing, because the email is already stored."""
        return None


class _Console:
    """Writes emails to standard error."""

    keeps = True

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Write the email."""
        body = email.get_body(("plain",))
        text = "" if body is None else "\n".join(body.get_content().split("\r\n")).rstrip("\n")
        sys.stderr.write(f"Mail to {', '.join(recipients)}: {email['Subject']}\n{text}\n")
        return None


class _Smtp:
    """Sends by SMTP. With TLS, the server's certificate must be valid for its host name.

    The system's certificate authorities are trusted, or those in the file set by SSL_CERT_FILE.

    Args:
        settings: The MAIL_ settings.
    """

    keeps = False

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._tls = ssl.create_default_context()

    def send(self, email: EmailMessage, recipients: Sequence[str]) -> str | None:
        """Send the email over a new connection.

        Raises:
            GiveUp: The server permanently refuses the email or all recipients.
            OSError: The server cannot be reached, times out, or temporarily refuses the email.
        """
        try:
            with self._connected() as server:
                refused = server.send_message(email, to_addrs=list(recipients))
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal(list(error.recipients.values())) from error
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            reply = (getattr(error, "smtp_code", 0), getattr(error, "smtp_error", str(error)))
            raise self._refusal([reply]) from error
        except ssl.SSLCertVerificationError as error:
            host = self._settings.mail_server
            raise OSError(f"The certificate of {host} is invalid: {error.verify_message}") from None
        return _told(list(refused.values())) if refused else None

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """A connection; what goes wrong at its end is ignored, since the mail has been accepted or refused by then."""
        server = self._connect()
        try:
            yield server
        finally:
            with suppress(OSError):
                server.quit()

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        host, port, seconds = settings.mail_server or "", settings.mail_port, settings.mail_timeout_seconds
        if settings.mail_use_ssl:
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=self._tls)
        else:
            server = smtplib.SMTP(host, port, timeout=seconds)
        try:
            if settings.mail_use_tls and not settings.mail_use_ssl:
                server.starttls(context=self._tls)
            if settings.mail_username:
                server.login(settings.mail_username, settings.mail_password)
        except BaseException:
            server.close()
            raise
        return server

    def _refusal(self, replies: list[tuple[int, bytes | str]]) -> Exception:
        """The error for the replies of a server that refused an email."""
        is_permanent = bool(replies) and all(code in _PERMANENT for code, _ in replies)
        message = f"{self._settings.mail_server} refused the email: {_told(replies)}"
        return GiveUp(message) if is_permanent else OSError(message)


def _told(replies: list[tuple[int, bytes | str]]) -> str:
    """The replies of a server as a single line."""
    texts = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text for _, text in replies)
    return "; ".join(f"{code} {' '.join(text.split())[:200]}" for (code, _), text in zip(replies, texts, strict=True))


def transport_of(settings: MailSettings) -> Transport:
    """The transport that is configured.

    Args:
        settings: The MAIL_ settings.
    """
    kind = settings.mail_transport or ("smtp" if settings.mail_server else "inbox")
    if kind == "smtp":
        return _Smtp(settings)
    return _Console() if kind == "console" else _Kept()
