"""An email message, and its encoding for sending (RFC 5322)."""

import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, getaddresses, make_msgid

from beastmode.core.clock import now

_POLICY = SMTP.clone(cte_type="7bit")
"""7-bit, so that servers without 8BITMIME can relay it."""
_LONGEST_SUBJECT = 998
"""Characters: the maximum length of a line (RFC 5322, section 2.1.1)."""
_MOST_BYTES = 20 * 1024 * 1024
"""What most servers accept. They refuse larger emails only after they have been transmitted."""


@dataclass(frozen=True)
class Attachment:
    """A file attached to an email.

    Args:
        name: The file name.
        content: The bytes of the file.
        media_type: Such as "application/pdf"; guessed from the name by default.
    """

    name: str
    content: bytes
    media_type: str | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """The type and the subtype of the media type."""
        guessed = self.media_type or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        main, _, sub = guessed.partition("/")
        return main, sub


@dataclass(frozen=True, kw_only=True)
class Message:
    """An email message.

    Args:
        to: One or more recipients, such as "Ada <ada@example.com>".
        subject: The subject; a single line.
        text: The plain-text body.
        html: The HTML body; optional.
        sender: The From address; None for the default sender.
        cc: Additional recipients, visible to all recipients.
        bcc: Additional recipients, hidden from the others.
        reply_to: The address that replies go to.
        attachments: Files to attach.
        unsubscribe: An HTTPS URL for one-click unsubscribe by POST (RFC 8058).
        headers: Additional headers.
    """

    to: str | Sequence[str]
    subject: str
    text: str
    html: str | None = None
    sender: str | None = None
    cc: Sequence[str] = ()
    bcc: Sequence[str] = ()
    reply_to: str | None = None
    attachments: Sequence[Attachment] = ()
    unsubscribe: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def recipients(self) -> list[str]:
        """The addresses of all recipients, without names.

        Raises:
            ValueError: An address is invalid, or a header contains a line break.
        """
        _refuse_breaks(self)
        to = [self.to] if isinstance(self.to, str) else self.to
        if not (recipients := [_addressed(each) for each in (*to, *self.cc, *self.bcc)]):
            raise ValueError("The message has no recipient; expected at least one address.")
        return recipients

    def as_email(self, default_sender: str) -> EmailMessage:
        """The message as an `EmailMessage`, ready to send.

        Args:
            default_sender: The From address if the message has no sender.

        Raises:
            ValueError: A header contains a line break, an address is invalid, or the email is too large.
        """
        _refuse_breaks(self)
        email = EmailMessage(policy=_POLICY)
        sender = self.sender or default_sender
        email["From"] = sender
        email["To"] = [self.to] if isinstance(self.to, str) else list(self.to)
        for name, value in (("Cc", list(self.cc)), ("Reply-To", self.reply_to), *self.headers.items()):
            if value:
                email[name] = value
        email["Subject"] = self.subject
        email["Date"] = formatdate(now().timestamp())
        email["Message-ID"] = make_msgid(domain=_addressed(sender).rpartition("@")[2])
        if self.unsubscribe:
            email["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        email.set_content(self.text)
        if self.html is not None:
            email.add_alternative(self.html, subtype="html")
        for each in self.attachments:
            main, sub = each.parts
            email.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name)
        if (size := len(bytes(email))) > _MOST_BYTES:
            raise ValueError(
                f"The email has {size} bytes; the maximum is {_MOST_BYTES}. Send a link to the file instead."
            )
        return email


def _addressed(text: str) -> str:
    """The address in a string such as "Ada <ada@example.com>".

    Raises:
        ValueError: The string does not contain exactly one address.
    """
    addresses = [address for _, address in getaddresses([text]) if address]
    if len(addresses) != 1 or not _is_address(addresses[0]):
        raise ValueError(f"{text[:100]!r} is not an email address; expected one, such as Ada <ada@example.com>.")
    return addresses[0]


def _is_address(text: str) -> bool:
    """Whether a string is an address with a local part and a domain."""
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, HeaderParseError):
        return False


def _refuse_breaks(message: Message) -> None:
    """Refuse line breaks in headers, which would inject further headers, and subjects that are too long.

    Raises:
        ValueError: A header contains a line break, as user input may, or the subject is too long.
    """
    to = [message.to] if isinstance(message.to, str) else message.to
    given = {
        "to": " ".join(to),
        "subject": message.subject,
        "sender": message.sender or "",
        "cc": " ".join(message.cc),
        "bcc": " ".join(message.bcc),
        "reply_to": message.reply_to or "",
        "unsubscribe": message.unsubscribe or "",
        **dict(message.headers),
    }
    for name, value in given.items():
        if "\n" in value or "\r" in value or "\n" in name or "\r" in name:
            raise ValueError(f"The header {name} contains a line break; expected a single line.")
    if len(message.subject) > _LONGEST_SUBJECT:
        raise ValueError(f"The subject has {len(message.subject)} characters; the maximum is {_LONGEST_SUBJECT}.")
