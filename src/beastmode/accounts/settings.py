from dataclasses import dataclass
from typing import Literal

from beastmode.core.setting import YES_NO, Secret, Words, choice, flag, number, setting, text, word
from beastmode.core.settings import A_SECRET, SECRET_SENTENCE, Settings


@dataclass(frozen=True, kw_only=True)
class AccountSettings(Settings):
    """Settings of accounts."""

    jwt_secret_key: str = setting(
        Secret(),
        "",
        f"Signs access and refresh tokens; defaults to SECRET_KEY. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
        signs=True,
    )
    jwt_previous_secret_keys: tuple[str, ...] = setting(
        Words(),
        (),
        "Older values of JWT_SECRET_KEY, comma-separated. Their tokens are accepted, but new ones are not signed with "
        "them.",
        expects="comma-separated secrets",
        secret=True,
        signs=True,
    )
    jwt_expires_hours: float = setting(
        number(0.0001, 24 * 366),
        0.25,
        "Lifetime of an access token; may be fractional.",
        expects="a number of hours above 0",
    )
    authorization_scheme: str = setting(
        word(),
        "Bearer",
        "The word before the access token in the header `Authorization`, such as `Bearer` or `Token`.",
        expects="one word, such as Token",
    )
    roles_in_tokens: bool = setting(
        flag(),
        default=False,
        sentence="Whether access tokens contain the roles of their user, so that none are looked up; a role that is "
        "granted or revoked then takes effect with the next token. If not, it takes effect with the next request.",
        expects=YES_NO,
    )
    jwt_issuer: str = setting(
        text(),
        "beastmode",
        "The `iss` claim of every token; tokens with another value are refused.",
        expects="a name or URL",
    )
    jwt_audience: str = setting(
        text(),
        "beastmode",
        "The `aud` claim of every token; tokens with another value are refused.",
        expects="a name or URL",
    )
    refresh_expires_days: float = setting(
        number(0.0001, 3660),
        30.0,
        "How long a session lasts without being refreshed.",
        expects="a number of days above 0",
    )
    refresh_grace_seconds: float = setting(
        number(0, 300),
        10.0,
        "How long a used refresh token still returns its successor, for clients that send a request twice.",
        expects="a number of seconds from 0 to 300",
    )
    session_expires_days: float = setting(
        number(0, 3660),
        365.0,
        "The maximum lifetime of a session, however often it is refreshed; 0 means no limit.",
        expects="a number of days from 0 to 3660",
    )
    session_check_seconds: float = setting(
        number(0, 3600),
        15.0,
        "How long a process accepts reads for a session it has checked, before it checks again. Requests that write "
        "always check; 0 checks every request.",
        expects="a number of seconds from 0 to 3600",
    )
    password_rules: Literal["length", "composition"] = setting(
        choice("length", "composition"),
        "length",
        "`length` requires 8 to 256 characters and refuses 16 thousand common passwords, as NIST SP 800-63B advises; "
        "`composition` also requires an uppercase letter, a lowercase letter and a digit.",
        expects="length or composition",
        renamed={"document": "composition"},
    )
    enable_registration: bool = setting(
        flag(), default=True, sentence="Whether anyone may register; if not, the route returns 403.", expects=YES_NO
    )
    hide_registered_emails: bool = setting(
        flag(),
        default=False,
        sentence="Whether registration returns the same response (202) for new and for existing email addresses.",
        expects=YES_NO,
    )

    enable_password_reset: bool = setting(
        flag(),
        default=True,
        sentence="Whether users may reset their password by a link that is mailed to them; if not, the route returns "
        "403. Without mail there is no such route.",
        expects=YES_NO,
    )
    reset_password_url: str = setting(
        text(),
        "",
        "The page of your frontend where a new password is entered, with `{token}` in it. If unset, the mail has the "
        "token alone.",
        expects="a URL with {token}, such as https://app.example.com/reset?token={token}",
    )
    reset_password_minutes: float = setting(
        number(1, 24 * 60), 30.0, "How long a link to reset a password is valid.", expects="a number of minutes"
    )

    enable_email_verification: bool = setting(
        flag(),
        default=True,
        sentence="Whether whoever registers is mailed a link that verifies their address, in an application with mail.",
        expects=YES_NO,
    )
    verify_email_url: str = setting(
        text(),
        "",
        "The page of your frontend that verifies an email address, with `{token}` in it. If unset, the mail has the "
        "token alone.",
        expects="a URL with {token}, such as https://app.example.com/verify?token={token}",
    )
    verify_email_hours: float = setting(
        number(1, 24 * 31), 24.0, "How long a link to verify an email address is valid.", expects="a number of hours"
    )
    enable_device_notices: bool = setting(
        flag(),
        default=True,
        sentence="Whether users are mailed after a login on a new device, in an application with mail.",
        expects=YES_NO,
    )
    account_deletion_days: float = setting(
        number(0, 365),
        14.0,
        "How many days after they asked for it a user's account is deleted; until then they can change their mind.",
        expects="a number of days from 0 to 365",
    )

    @property
    def token_secret(self) -> str:
        """The secret that signs tokens: JWT_SECRET_KEY, or SECRET_KEY if that is empty."""
        return self.jwt_secret_key or self.secret_key
