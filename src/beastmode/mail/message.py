"""A mail before it is sent, and the bytes that it becomes (RFC 5322)."""

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
"""Bytes that every server passes on, also one without 8BITMIME."""
_LONGEST_SUBJECT = 998
"""Characters: what a line of a mail may have (RFC 5322, section 2.1.1)."""
_MOST_BYTES = 20 * 1024 * 1024
"""What most servers accept; a larger mail would be refused after it was sent whole."""


@dataclass(frozen=True)
class Attachment:
    """A file that is sent along.

    Args:
        name: The file's name.
        content: Its bytes.
        media_type: Such as "application/pdf"; by default what the name says.
    """

    name: str
    content: bytes
    media_type: str | None = None

    @property
    def parts(self) -> tuple[str, str]:
        """The two halves of the media type."""
        guessed = self.media_type or mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        main, _, sub = guessed.partition("/")
        return main, sub


@dataclass(frozen=True, kw_only=True)
class Message:
    """A mail.

    Args:
        to: One address or several, such as "Ada <ada@example.com>".
        subject: One line.
        text: The body as plain text.
        html: The body as HTML, for clients that show it.
        sender: Who it is from; None for the default sender.
        cc: Further addresses, which everyone sees.
        bcc: Further addresses, which nobody sees.
        reply_to: Where answers go.
        attachments: Files.
        unsubscribe: An https URL that ends such mails by a POST (RFC 8058).
        headers: Further headers.
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
        """Every address that gets it, without names.

        Raises:
            ValueError: There is none, or one that is not an address.
        """
        _refuse_breaks(self)
        to = [self.to] if isinstance(self.to, str) else self.to
        return [_addressed(each) for each in (*to, *self.cc, *self.bcc)]

    def as_email(self, default_sender: str) -> EmailMessage:
        """The mail as it is sent.

        Args:
            default_sender: Who it is from if it names nobody.

        Raises:
            ValueError: A header has a line break, an address is none, or the mail is too large.
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
            raise ValueError(f"The mail has {size} bytes; the maximum is {_MOST_BYTES}. Send a link to the file.")
        return email


def _addressed(text: str) -> str:
    """The address in a text such as "Ada <ada@example.com>".

    Raises:
        ValueError: It is not exactly one.
    """
    addresses = [address for _, address in getaddresses([text]) if address]
    if len(addresses) != 1 or not _is_address(addresses[0]):
        raise ValueError(f"{text[:100]!r} is not an email address; expected one, such as Ada <ada@example.com>.")
    return addresses[0]


def _is_address(text: str) -> bool:
    """Whether a text is an address: a local part and a domain."""
    try:
        return bool(Address(addr_spec=text).domain)
    except (ValueError, HeaderParseError):
        return False


def _refuse_breaks(message: Message) -> None:
    """Do nothing if no header can become two.

    Raises:
        ValueError: One has a line break, as text from a form may.
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
            raise ValueError(f"The header {name} has a line break; expected one line.")
    if len(message.subject) > _LONGEST_SUBJECT:
        raise ValueError(f"The subject has {len(message.subject)} characters; the maximum is {_LONGEST_SUBJECT}.")
