"""The one table of settings: parsing, checking, `flask beastmode settings` and the reference page all read it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from beastmode.core.setting import Origins, Secret, Setting, Words, choice, flag, number, setting, text, whole

__all__ = ["A_SECRET", "DEVELOPMENT_SECRET", "SECRET_BYTES", "Settings", "settings_table"]

DEVELOPMENT_SECRET = "development-only-secret-set-your-own-in-production"  # noqa: S105 - refused in production
"""Signs in development, where nobody else can reach the server: `serve` refuses to listen to other machines with it."""
SECRET_BYTES = 32
SECRET_SENTENCE = f"At least {SECRET_BYTES} bytes in production."
A_SECRET = (
    f"at least {SECRET_BYTES} random bytes, such as "
    "`python -c 'import secrets; print(secrets.token_urlsafe(32))'` prints"
)
YES_NO = "true or false"


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every setting, parsed and checked. The attribute is the setting's name in lower case."""

    environment: Literal["production", "development", "testing"] = setting(
        choice("production", "development", "testing"),
        "production",
        "Which safety rules hold. If unset: `development` in debug mode (FLASK_DEBUG), `testing` where `app.testing` "
        "is set, otherwise `production`.",
        expects="production, development or testing",
    )
    debug: bool = setting(flag(), default=False, sentence="Flask's debug mode; refused in production.", expects=YES_NO)
    secret_key: str = setting(
        Secret(),
        DEVELOPMENT_SECRET,
        f"Signs cursors and whatever else leaves the server. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
    )
    database_url: str = setting(
        text(),
        "sqlite:///app.db",
        "SQLAlchemy's address of the database; `postgres://` is understood too.",
        expects="sqlite:///file.db or postgresql://user:password@host/name",
        secret=True,
    )
    database_pool_size: int = setting(
        whole(1, 1000),
        8,
        "Connections a process keeps to PostgreSQL, for reading and for writing each.",
        expects="a number from 1 to 1000",
    )
    database_timeout_seconds: float = setting(
        number(0.1, 3600),
        5.0,
        "How long to wait for a connection, or for SQLite's write lock, before answering 503.",
        expects="a number of seconds from 0.1 to 3600",
    )
    database_statement_seconds: float = setting(
        number(0, 86_400),
        30.0,
        "PostgreSQL ends a statement that takes longer; 0 lets it run.",
        expects="a number of seconds from 0 to 86400",
    )
    api_version: str = setting(
        text(),
        "v1",
        "The version that an unversioned `/api/...` path means.",
        expects="the name of a version, such as v1",
    )
    docs_public: bool | None = setting(
        flag(),
        None,
        "Whether anybody may read `/docs` and the OpenAPI documents; if not, they answer 404. Where it is not set: in "
        "production no, else yes.",
        expects=YES_NO,
    )
    max_content_length: int = setting(
        whole(1),
        16 * 1024 * 1024,
        "The largest request body in bytes; more is answered 413.",
        expects="a number of bytes",
    )
    max_json_length: int = setting(
        whole(1),
        1024 * 1024,
        "The largest JSON body in bytes; more is answered 413.",
        expects="a number of bytes",
    )
    max_json_depth: int = setting(
        whole(1, 200), 32, "How deep JSON may nest; deeper is answered 400.", expects="a number from 1 to 200"
    )
    count_limit: int = setting(
        whole(1),
        100_000,
        "A list with more rows than this says `total: null`, since counting them all would cost more than the page.",
        expects="a number of rows",
    )
    jwt_secret_key: str = setting(
        Secret(),
        "",
        f"Signs access and refresh tokens; SECRET_KEY where it is empty. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
    )
    jwt_previous_secret_keys: tuple[str, ...] = setting(
        Words(),
        (),
        "Older values of JWT_SECRET_KEY, separated by commas: their tokens are accepted, none is signed with them.",
        expects="secrets separated by commas",
        secret=True,
    )
    jwt_expires_hours: float = setting(
        number(0.0001, 24 * 366),
        0.25,
        "How long an access token holds; fractions are welcome.",
        expects="a number of hours above 0",
    )
    jwt_issuer: str = setting(
        text(),
        "beastmode",
        "The `iss` claim of every token, required of each that comes back.",
        expects="a name or URL",
    )
    jwt_audience: str = setting(
        text(),
        "beastmode",
        "The `aud` claim of every token, required of each that comes back.",
        expects="a name or URL",
    )
    refresh_expires_days: float = setting(
        number(0.0001, 3660),
        30.0,
        "How long a sign-in lasts without being used.",
        expects="a number of days above 0",
    )
    refresh_grace_seconds: float = setting(
        number(0, 300),
        10.0,
        "For so long a refresh token that was just rotated still gives its successor, for clients that ask twice.",
        expects="a number of seconds from 0 to 300",
    )
    session_expires_days: float = setting(
        number(0, 3660),
        365.0,
        "How long a sign-in lasts at most, however often it is refreshed; 0 sets no end.",
        expects="a number of days from 0 to 3660",
    )
    session_check_seconds: float = setting(
        number(0, 3600),
        15.0,
        "How long a process that saw a session hold lets its access token read without looking again. Whatever writes "
        "always looks; 0 has every request look first.",
        expects="a number of seconds from 0 to 3600",
    )
    password_rules: Literal["length", "document"] = setting(
        choice("length", "document"),
        "length",
        "`length` asks for 8 to 256 characters and none of 16 thousand common passwords, as NIST SP 800-63B advises; "
        "`document` also for an upper case letter, a lower case letter and a digit.",
        expects="length or document",
    )
    enable_registration: bool = setting(
        flag(), default=True, sentence="Whether anybody may register; if not, the route answers 403.", expects=YES_NO
    )
    hide_registered_emails: bool = setting(
        flag(),
        default=False,
        sentence="Whether registering gives the same response for a taken address as for a free one: 202 without data.",
        expects=YES_NO,
    )
    login_limit_per_email: int = setting(
        whole(1),
        10,
        "Log-ins, and registrations, a minute for one e-mail address from one network; more is answered 429. From all "
        "networks together ten times as many, besides those that the account signed in from before.",
        expects="a number above 0",
    )
    login_limit_per_address: int = setting(
        whole(1),
        60,
        "Log-ins and registrations together a minute from one network, an IPv4 address or an IPv6 /64; more is "
        "answered 429.",
        expects="a number above 0",
    )
    trusted_proxies: int = setting(
        whole(0, 10),
        0,
        "How many proxies in front of the server set `X-Forwarded-For` and `-Proto`; 0 believes nobody.",
        expects="a number from 0 to 10",
    )
    cors_origins: tuple[str, ...] | None = setting(
        Origins(),
        None,
        "Origins that browsers may call from, separated by commas, or `*`. Where it is not set: in development "
        "http://localhost:3000 and http://localhost:5173, in production none.",
        expects="origins such as https://app.example.com, without a path, separated by commas, or *",
    )
    cors_credentials: bool = setting(
        flag(),
        default=False,
        sentence="Whether browsers may send cookies across origins; not together with `*`.",
        expects=YES_NO,
    )
    security_headers: Literal["standard", "strict"] = setting(
        choice("standard", "strict"),
        "standard",
        "`standard` sends `nosniff` and `Referrer-Policy` on every response, and the other security headers under "
        "`/api` and on the library's own pages only; `strict` sends all of them everywhere.",
        expects="standard or strict",
    )
    content_security_policy: str = setting(
        text(),
        "",
        "The `Content-Security-Policy` of every HTML page that sets none; `off` sends none. If unset: a policy that "
        "allows only the site's own files, where SECURITY_HEADERS sends one.",
        expects="a policy, or off",
    )
    hsts_seconds: int | None = setting(
        whole(0),
        None,
        "How long browsers must use HTTPS only, subdomains included, in every response over HTTPS; 0 sends nothing. "
        "If unset: a year, where SECURITY_HEADERS sends it.",
        expects="a number of seconds",
    )
    log_level: str = setting(
        choice("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        "INFO",
        "The least severe log lines to write.",
        expects="DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    log_format: Literal["text", "json"] = setting(
        choice("text", "json"), "text", "Log lines for people or for machines.", expects="text or json"
    )
    log_file: str = setting(
        text(),
        "",
        "Also write the log to this file, which several processes may share; empty writes to standard error alone.",
        expects="a path",
    )
    log_file_bytes: int = setting(
        whole(1024), 10_240_000, "LOG_FILE is rotated when it is larger.", expects="a number of bytes from 1024"
    )
    log_file_count: int = setting(
        whole(1, 1000), 10, "How many rotated log files are kept.", expects="a number from 1 to 1000"
    )
    metrics_token: str = setting(
        text(),
        "",
        "What `/metrics` wants as `Authorization: Bearer ...`; where it is empty, /metrics answers in development "
        "and testing only.",
        expects="a secret text",
        secret=True,
    )
    workers: int = setting(
        whole(0, 1024),
        0,
        "Processes that `flask beastmode serve` starts; 0 is one for each processor.",
        expects="a number from 0 to 1024",
    )
    threads: int = setting(
        whole(1, 256), 4, "Requests that one process works on at a time.", expects="a number from 1 to 256"
    )
    redis_url: str = setting(text(), "", "Where Redis is.", expects="redis://host:6379/0", secret=True, planned=True)
    cache_type: str = setting(
        text(),
        "simple",
        "Where cached answers are kept.",
        expects="simple, redis or null",
        planned=True,
    )
    mail_server: str = setting(text(), "", "The SMTP server.", expects="a host name", planned=True)
    mail_port: int = setting(whole(1, 65_535), 587, "The SMTP server's port.", expects="a port", planned=True)
    mail_use_tls: bool = setting(
        flag(), default=True, sentence="Whether to speak TLS to the SMTP server.", expects=YES_NO, planned=True
    )
    mail_username: str = setting(
        text(), "", "The name to log in to the SMTP server with.", expects="a name", planned=True
    )
    mail_password: str = setting(
        text(), "", "The password to log in to the SMTP server with.", expects="a password", secret=True, planned=True
    )
    enable_password_reset: bool = setting(
        flag(),
        default=True,
        sentence="Whether a forgotten password can be reset by mail.",
        expects=YES_NO,
        planned=True,
    )

    @property
    def is_production(self) -> bool:
        """Whether the strict rules hold."""
        return self.environment == "production"

    @property
    def has_development_secret(self) -> bool:
        """Whether something may be signed with a secret that everybody can read in the source."""
        return DEVELOPMENT_SECRET in {self.secret_key, self.token_secret, *self.jwt_previous_secret_keys}

    @property
    def shows_docs(self) -> bool:
        """Whether `/docs` and the documents answer, the environment's default where DOCS_PUBLIC is not set."""
        return not self.is_production if self.docs_public is None else self.docs_public

    @property
    def token_secret(self) -> str:
        """What tokens are signed with: JWT_SECRET_KEY, or SECRET_KEY where that is empty."""
        return self.jwt_secret_key or self.secret_key

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """The origins browsers may call from, the environment's default where CORS_ORIGINS is not set."""
        if self.cors_origins is not None:
            return self.cors_origins
        return () if self.is_production else ("http://localhost:3000", "http://localhost:5173")


def settings_table() -> Iterator[Setting]:
    """Every setting, in the order of the table."""
    for row in fields(Settings):
        about = row.metadata
        yield Setting(
            name=row.name.upper(),
            default=row.default,
            sentence=about["sentence"],
            expects=about["expects"],
            is_secret=about["secret"],
            is_planned=about["planned"],
            kind=about["kind"],
        )
