"""An email message, and its encoding for sending (RFC 5322)."""

import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from beastmode.core.clock import now
from beastmode.mail.addresses import address_in

_POLICY = SMTP.clone(cte_type="7bit")
"""7-bit, so that servers without 8BITMIME can relay it."""
_LONGEST_SUBJECT = 998
"""Characters: the maximum length of a line (RFC 5322, section 2.1.1)."""
_MOST_BYTES = 20 * 1024 * 1024
"""What most servers accept. They refuse larger emails only after they have been transmitted."""
_OURS = frozenset(
    [
        "from",
        "to",
        "cc",
        "bcc",
        "reply-to",
        "sender",
        "subject",
        "date",
        "message-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "return-path",
        "received",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "content-disposition",
    ]
)
"""Headers that a message or the mail server sets."""
_NAME = re.compile(r"[!-9;-~]+")
"""The characters of a header's name (RFC 5322, section 3.6.8)."""
_ONE_CLICK = re.compile(r"https://[^\s<>,]+")


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
        headers: Additional headers, such as `{"X-Campaign": "spring"}`.
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
        recipients = [address_in(each).addr_spec for each in (*_several(self.to), *self.cc, *self.bcc)]
        if not recipients:
            raise ValueError("The message has no recipient; expected at least one address.")
        return list(dict.fromkeys(recipients))

    def as_email(self, default_sender: str) -> EmailMessage:
        """The message as an `EmailMessage`, ready to send.

        Args:
            default_sender: The From address if the message has no sender.

        Raises:
            ValueError: A header contains a line break, an address is invalid, or the email is too large.
        """
        _refuse_breaks(self)
        _refuse_headers(self)
        email = EmailMessage(policy=_POLICY)
        sender = address_in(self.sender or default_sender)
        email["From"] = sender
        for name, texts in (("To", _several(self.to)), ("Cc", self.cc), ("Reply-To", filter(None, [self.reply_to]))):
            if addresses := [address_in(each) for each in texts]:
                email[name] = addresses
        email["Subject"] = self.subject
        email["Date"] = formatdate(now().timestamp())
        email["Message-ID"] = make_msgid(domain=sender.domain)
        if self.unsubscribe:
            email["List-Unsubscribe"] = f"<{self.unsubscribe}>"
            email["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        # Or an automatic reply may come for each (RFC 3834); a header of the message's own replaces it.
        for name, value in {"Auto-Submitted": "auto-generated", **self.headers}.items():
            email[name] = value
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


def _several(to: str | Sequence[str]) -> Sequence[str]:
    """One or more recipients as a list."""
    return [to] if isinstance(to, str) else to


def _refuse_headers(message: Message) -> None:
    """Refuse additional headers that replace those of the message, and an unsubscribe URL that no program would call.

    Raises:
        ValueError: A header is set by the message itself or has no valid name, or the URL is not HTTPS.
    """
    for name in message.headers:
        if not _NAME.fullmatch(name) or not name.isascii():
            raise ValueError(f"{name[:100]!r} is not the name of a header; expected one, such as X-Campaign.")
        if name.lower() in _OURS:
            raise ValueError(f"headers={{{name!r}: ...}}: this header is set by the message; use its own arguments.")
    if message.unsubscribe and not _ONE_CLICK.fullmatch(message.unsubscribe):
        raise ValueError(
            f"unsubscribe={message.unsubscribe[:100]!r}: expected an HTTPS URL, which mail programs send a POST to."
        )


def _refuse_breaks(message: Message) -> None:
    """Refuse line breaks in headers, which would inject further headers, and subjects that are too long.

    Raises:
        ValueError: A header contains a line break, as user input may, or the subject is too long.
    """
    given = {
        "to": " ".join(_several(message.to)),
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
