"""The one table of settings: parsing, checking, `flask beastmode settings` and the reference page all read it."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Literal

from beastmode.core.setting import Origins, Secret, Setting, Words, choice, flag, number, setting, text, whole

__all__ = ["A_SECRET", "DEVELOPMENT_SECRET", "SECRET_BYTES", "Settings", "settings_table"]

DEVELOPMENT_SECRET = "development-only-secret-set-your-own-in-production"  # noqa: S105 - refused in production
"""The secret in development; `serve` refuses to listen to other machines with it, because everyone can read it."""
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
        "Which safety rules apply. If unset: `development` in debug mode (FLASK_DEBUG), `testing` if `app.testing` is "
        "set, otherwise `production`.",
        expects="production, development or testing",
    )
    debug: bool = setting(flag(), default=False, sentence="Flask's debug mode; refused in production.", expects=YES_NO)
    secret_key: str = setting(
        Secret(),
        DEVELOPMENT_SECRET,
        f"Signs and encrypts cursors and other values that leave the server. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
    )
    database_url: str = setting(
        text(),
        "sqlite:///app.db",
        "The SQLAlchemy URL of the database; `postgres://` is accepted too.",
        expects="sqlite:///file.db or postgresql://user:password@host/name",
        secret=True,
    )
    database_pool_size: int = setting(
        whole(1, 1000),
        8,
        "Connections to PostgreSQL per process, for reading and for writing each.",
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
        "PostgreSQL cancels a statement that takes longer; 0 means no limit.",
        expects="a number of seconds from 0 to 86400",
    )
    api_version: str = setting(
        text(),
        "v1",
        "The version that `/api/...` paths without a version refer to.",
        expects="the name of a version, such as v1",
    )
    docs_public: bool | None = setting(
        flag(),
        None,
        "Whether `/docs` and the OpenAPI documents are public; if not, they return 404. If unset: false in "
        "production, otherwise true.",
        expects=YES_NO,
    )
    max_content_length: int = setting(
        whole(1),
        16 * 1024 * 1024,
        "The maximum size of a request body; larger ones get 413.",
        expects="a number of bytes",
    )
    max_json_length: int = setting(
        whole(1),
        1024 * 1024,
        "The maximum size of a JSON body; larger ones get 413.",
        expects="a number of bytes",
    )
    max_json_depth: int = setting(
        whole(1, 200), 32, "The maximum nesting depth of JSON; deeper bodies get 400.", expects="a number from 1 to 200"
    )
    max_json_items: int = setting(
        whole(1),
        10_000,
        "The maximum number of items of a list in a JSON body, unless its field has a Length; longer ones get 422. "
        "Validating that many takes about 0.2 s.",
        expects="a number of items",
    )
    nested_limit: int = setting(
        whole(1),
        1000,
        "The maximum number of items of each list of nested schemas in a response (ten times the largest page). If "
        "there are more, the first ones are returned and a warning is logged.",
        expects="a number of items",
    )
    count_limit: int = setting(
        whole(1),
        100_000,
        "A list with more rows than this returns `total: null`, because counting them all would cost more than the "
        "page.",
        expects="a number of rows",
    )
    jwt_secret_key: str = setting(
        Secret(),
        "",
        f"Signs access and refresh tokens; defaults to SECRET_KEY. {SECRET_SENTENCE}",
        expects=A_SECRET,
        secret=True,
    )
    jwt_previous_secret_keys: tuple[str, ...] = setting(
        Words(),
        (),
        "Older values of JWT_SECRET_KEY, comma-separated. Their tokens are accepted, but new ones are not signed with "
        "them.",
        expects="comma-separated secrets",
        secret=True,
    )
    jwt_expires_hours: float = setting(
        number(0.0001, 24 * 366),
        0.25,
        "Lifetime of an access token; may be fractional.",
        expects="a number of hours above 0",
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
    password_rules: Literal["length", "document"] = setting(
        choice("length", "document"),
        "length",
        "`length` requires 8 to 256 characters and refuses 16 thousand common passwords, as NIST SP 800-63B advises; "
        "`document` also requires an uppercase letter, a lowercase letter and a digit.",
        expects="length or document",
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
    login_limit_per_email: int = setting(
        whole(1),
        10,
        "Logins, and registrations, per minute for one email address from one network; more get 429. All networks "
        "together may make ten times as many, not counting networks that the account has logged in from before.",
        expects="a number above 0",
    )
    login_limit_per_address: int = setting(
        whole(1),
        60,
        "Logins and registrations together per minute from one network, an IPv4 address or an IPv6 /64; more get 429.",
        expects="a number above 0",
    )
    trusted_proxies: int = setting(
        whole(0, 10),
        0,
        "How many proxies in front of the server set `X-Forwarded-For` and `X-Forwarded-Proto`; 0 trusts none.",
        expects="a number from 0 to 10",
    )
    cors_origins: tuple[str, ...] | None = setting(
        Origins(),
        None,
        "Origins that browsers may call from, comma-separated, or `*`. If unset: http://localhost:3000 and "
        "http://localhost:5173 in development, none in production.",
        expects="origins such as https://app.example.com, without a path, comma-separated, or *",
    )
    cors_credentials: bool = setting(
        flag(),
        default=False,
        sentence="Whether browsers may send cookies across origins; not allowed with `*`.",
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
        "The `Content-Security-Policy` of every HTML page that does not set its own; `off` sends none. If unset: a "
        "policy that allows only the site's own files, where SECURITY_HEADERS sends one.",
        expects="a policy, or off",
    )
    hsts_seconds: int | None = setting(
        whole(0),
        None,
        "How long browsers must use only HTTPS, for subdomains too; sent with every response over HTTPS. 0 sends "
        "nothing. If unset: a year, where SECURITY_HEADERS sends it.",
        expects="a number of seconds",
    )
    log_level: str = setting(
        choice("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
        "INFO",
        "The minimum level of log lines.",
        expects="DEBUG, INFO, WARNING, ERROR or CRITICAL",
    )
    log_format: Literal["text", "json"] = setting(
        choice("text", "json"),
        "text",
        "The format of log lines: readable text, or one JSON object per line.",
        expects="text or json",
    )
    log_file: str = setting(
        text(),
        "",
        "A file to write the log to, in addition to standard error; several processes may share it.",
        expects="a path",
    )
    log_file_bytes: int = setting(
        whole(1024), 10_240_000, "The size at which LOG_FILE is rotated.", expects="a number of bytes from 1024"
    )
    log_file_count: int = setting(
        whole(1, 1000), 10, "How many rotated log files are kept.", expects="a number from 1 to 1000"
    )
    metrics_token: str = setting(
        text(),
        "",
        "The token that `/metrics` requires as `Authorization: Bearer ...`. If empty, /metrics is available in "
        "development and testing only.",
        expects="a secret string",
        secret=True,
    )
    workers: int = setting(
        whole(0, 1024),
        0,
        "Processes that `flask beastmode serve` starts; 0 means one per CPU.",
        expects="a number from 0 to 1024",
    )
    threads: int = setting(
        whole(1, 256), 4, "Requests that one process handles at a time.", expects="a number from 1 to 256"
    )
    redis_url: str = setting(text(), "", "The URL of Redis.", expects="redis://host:6379/0", secret=True, planned=True)
    cache_type: str = setting(
        text(),
        "simple",
        "Where cached responses are stored.",
        expects="simple, redis or null",
        planned=True,
    )
    mail_server: str = setting(text(), "", "The SMTP server.", expects="a host name", planned=True)
    mail_port: int = setting(whole(1, 65_535), 587, "The SMTP server's port.", expects="a port", planned=True)
    mail_use_tls: bool = setting(
        flag(), default=True, sentence="Whether to use TLS for the SMTP server.", expects=YES_NO, planned=True
    )
    mail_username: str = setting(text(), "", "The user name for the SMTP server.", expects="a name", planned=True)
    mail_password: str = setting(
        text(), "", "The password for the SMTP server.", expects="a password", secret=True, planned=True
    )
    enable_password_reset: bool = setting(
        flag(),
        default=True,
        sentence="Whether users can reset a forgotten password by email.",
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
