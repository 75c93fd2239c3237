from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from beastmode.core.setting import YES_NO, Secret, choice, flag, number, setting, text, whole
from beastmode.core.settings import Settings
from beastmode.mail.addresses import address_in


@dataclass(frozen=True, kw_only=True)
class MailSettings(Settings):
    """Settings of mail."""

    mail_server: str | None = setting(
        text(),
        None,
        "The SMTP server that sends mail. If unset, mail is kept in the inbox, a table that `/dev/inbox` shows in "
        "development.",
        expects="a host name, such as smtp.example.com",
    )
    mail_transport: Literal["inbox", "console", "smtp"] | None = setting(
        choice("inbox", "console", "smtp"),
        None,
        "How mail is sent: to the inbox, to standard error, or by SMTP. If unset: by SMTP if MAIL_SERVER is set, "
        "otherwise to the inbox.",
        expects="inbox, console or smtp",
    )
    mail_port: int = setting(whole(1, 65535), 587, "The port of the SMTP server.", expects="a number from 1 to 65535")
    mail_use_tls: bool = setting(
        flag(), default=True, sentence="Whether the connection switches to TLS (STARTTLS).", expects=YES_NO
    )
    mail_use_ssl: bool = setting(
        flag(),
        default=False,
        sentence="Whether the connection is TLS from its first byte, as on port 465.",
        expects=YES_NO,
    )
    mail_username: str = setting(text(), "", "The user at the SMTP server, if it requires a login.", expects="a name")
    mail_password: str = setting(Secret(), "", "The user's password.", expects="a password", secret=True)
    mail_default_sender: str = setting(
        text(),
        "",
        "The default From address. If unset: MAIL_USERNAME if it is an address, otherwise noreply@localhost.",
        expects="an address, such as Shop <noreply@example.com>",
    )
    mail_timeout_seconds: float = setting(
        number(0.1, 300),
        10.0,
        "The timeout for connecting to the SMTP server and for each of its responses.",
        expects="a number of seconds",
    )
    mail_concurrency: int = setting(
        whole(1, 100),
        4,
        "The maximum number of emails that are sent at the same time.",
        expects="a number from 1 to 100",
    )

    mail_retention_days: int = setting(
        whole(1, 3650),
        30,
        "How many days the rows of emails are kept, whether they were sent or not.",
        expects="a number of days",
    )

    @property
    def sender(self) -> str:
        """The From address of messages without a sender."""
        return self.mail_default_sender or (self.mail_username if "@" in self.mail_username else "noreply@localhost")

    def problems(self) -> Iterator[str]:
        """Problems with combinations of values that are valid individually."""
        if self.mail_server and self.is_production and not (self.mail_use_tls or self.mail_use_ssl):
            yield "MAIL_USE_TLS and MAIL_USE_SSL are both false; in production mail must be sent with TLS."
        if self.mail_transport == "smtp" and not self.mail_server:
            yield "MAIL_TRANSPORT is smtp, but MAIL_SERVER is not set."
        if _is_no_address(self.sender):
            yield f"The default From address is {self.sender!r}; expected one such as Shop <noreply@example.com>."
        if self.mail_password and not self.mail_username:
            yield "MAIL_PASSWORD is set, but MAIL_USERNAME is not; set both, or neither."


def _is_no_address(text: str) -> bool:
    """Whether no email could be sent from this."""
    try:
        address_in(text)
    except ValueError:
        return True
    return False
