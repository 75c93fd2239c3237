from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from beastmode.accounts import Accounts, AccountSettings
from beastmode.api import Api, ApiSettings
from beastmode.api.problems import install_problems
from beastmode.cache import Cache, CacheSettings
from beastmode.cache.install import connect, refuse_cached_routes
from beastmode.core.addresses import BareAddresses
from beastmode.core.cookie_sessions import install_cookie_sessions
from beastmode.core.environment import read_settings
from beastmode.core.errors import ConfigurationError
from beastmode.core.identity import set_authenticators
from beastmode.core.middleware import install_middleware
from beastmode.core.settings import DEVELOPMENT_SECRET, EXTENSION, Settings, settings_table, settings_type
from beastmode.db import Database, DatabaseSettings
from beastmode.db.install import install as install_database
from beastmode.flags import Flags, FlagSettings
from beastmode.flags.install import install as install_flags
from beastmode.idempotency import IdempotencySettings
from beastmode.idempotency.install import install as install_idempotency
from beastmode.jobs import Jobs, JobSettings
from beastmode.limits.install import install as install_limits
from beastmode.limits.install import limit_attempts
from beastmode.limits.settings import LimitSettings, RateLimitSettings
from beastmode.mail import Mails, MailSettings
from beastmode.observability.install import install as install_observability
from beastmode.observability.settings import LogSettings, MetricsSettings
from beastmode.security.install import install as install_security
from beastmode.security.listening import guard_listening
from beastmode.security.settings import CorsSettings, HeaderSettings
from beastmode.uploads import Uploads, UploadSettings

FEATURE_SETTINGS: tuple[type[Settings], ...] = (
    DatabaseSettings,
    ApiSettings,
    AccountSettings,
    LimitSettings,
    RateLimitSettings,
    IdempotencySettings,
    CacheSettings,
    FlagSettings,
    JobSettings,
    MailSettings,
    UploadSettings,
    HeaderSettings,
    CorsSettings,
    LogSettings,
    MetricsSettings,
)
"""The settings of each feature; an application has those of the features that it uses."""
Feature = Literal["headers", "cors", "logs", "metrics", "health", "errors"]
_FEATURES = frozenset(get_args(Feature))


class Beastmode:
    """Adds beastmode's features to a Flask application, in a fixed order.

    On its own it adds request IDs, the request log, metrics, health checks and two security headers, and leaves the
    application's routes, pages, error handlers and database alone. Pass a database, an API (with its error envelope
    under /api) and accounts to add them.

    Args:
        app: The Flask application; without it, call `init_app` later.
        database: The project's database.
        migrations: The directory of its migrations, absolute or beside the application's package.
        api: The project's API.
        accounts: Registration and login; needs a database and an API.
        cache: The cache for `cached_response` and `quick_cache`.
        flags: The project's feature flags.
        jobs: Functions that run outside of requests; need a database.
        mail: Mail that jobs send; needs jobs.
        uploads: Files that routes receive, and their storage; need jobs and an API.
        authenticators: How callers authenticate, in order, such as `[Bearer(), ApiKeys()]`; by default by the access
            tokens of accounts.
        settings: The project's own settings: subclasses of `beastmode.core.settings.Settings`.
        without: Features to leave out: "headers", "cors", "logs", "metrics", "health", "errors".

    Raises:
        SettingsError: One or more settings are wrong or unsafe; the message lists all of them.
        ConfigurationError: The parts do not fit together.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the application, given by name
        self,
        app: Flask | None = None,
        *,
        database: Database | None = None,
        migrations: str | Path = "migrations",
        api: Api | None = None,
        accounts: Accounts | None = None,
        cache: Cache | None = None,
        flags: Flags | None = None,
        jobs: Jobs | None = None,
        mail: Mails | None = None,
        uploads: Uploads | None = None,
        authenticators: Sequence[Any] | None = None,
        settings: Collection[type[Settings]] = (),
        without: Collection[Feature] = (),
    ) -> None:
        if accounts is not None and (database is None or api is None):
            raise ConfigurationError("Beastmode(accounts=...) needs database= and api= as well; pass both.")
        if jobs is not None and database is None:
            raise ConfigurationError("Beastmode(jobs=...) needs database= as well; pass both.")
        if mail is not None and jobs is None:
            raise ConfigurationError("Beastmode(mail=...) needs jobs= as well; pass both.")
        if uploads is not None and (jobs is None or api is None):
            raise ConfigurationError("Beastmode(uploads=...) needs jobs= and api= as well; pass both.")
        if unknown := set(without) - _FEATURES:
            expected = ", ".join(sorted(_FEATURES))
            raise ConfigurationError(f"Beastmode(without={sorted(unknown)}): expected some of {expected}.")
        if isinstance(settings, type):
            name = settings.__name__
            raise ConfigurationError(f"Beastmode(settings={name}): expected a list; write settings=[{name}].")
        self._database = database
        self._migrations = migrations
        self._api = api
        self._accounts = accounts
        self._cache = cache
        self._flags = flags
        self._jobs = jobs
        self._mail = mail
        self._uploads = uploads
        self._authenticators = authenticators
        self._settings = settings
        self._without = frozenset(without)
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Add everything to an application.

        Args:
            app: The Flask application, already configured.
        """
        settings = _install_settings(app, settings_type([*self._feature_settings(), *self._settings]))
        middleware = install_middleware(app)
        if self._authenticators is not None:
            set_authenticators(app, self._authenticators)
        _install_proxies(app, settings)
        install_security(app, settings, middleware, self._without, has_api=self._api is not None)
        install_observability(app, settings, middleware, without=self._without)
        if self._api is not None and "errors" not in self._without:
            install_problems(app)
        if self._database is not None:
            install_database(app, settings.of(DatabaseSettings), self._database, self._migrations)
        _install_cache(app, self._cache, settings)
        install_flags(app, self._flags, settings)
        if self._jobs is not None and self._database is not None:
            self._jobs.install(app, settings.of(JobSettings), self._database, middleware)
        if self._mail is not None:
            self._mail.install(app, settings.of(MailSettings))
        if self._uploads is not None:
            self._uploads.install(app, settings.of(UploadSettings))
        install_limits(app, settings.of(RateLimitSettings))
        install_idempotency(app)
        if self._accounts is not None and self._database is not None and self._api is not None:
            limit_attempts(app, settings.of(LimitSettings))
            self._accounts.install(app, settings.of(AccountSettings), self._database, self._api)
        # Pages that accept larger uploads still do, unless the setting is set.
        if self._api is not None or settings.max_content_length != Settings.max_content_length:
            app.config["MAX_CONTENT_LENGTH"] = settings.max_content_length
        if self._api is not None:
            self._api.install(app, settings.of(ApiSettings), middleware)
            guard_listening(app, settings)

    def _feature_settings(self) -> Iterator[type[Settings]]:
        """The settings of the features that are used; those of other features are not read."""
        absent: dict[type[Settings], bool] = {
            DatabaseSettings: self._database is None,
            ApiSettings: self._api is None,
            AccountSettings: self._accounts is None,
            LimitSettings: self._accounts is None,
            CacheSettings: self._cache is None,
            FlagSettings: self._flags is None,
            JobSettings: self._jobs is None,
            MailSettings: self._mail is None,
            UploadSettings: self._uploads is None,
            HeaderSettings: "headers" in self._without,
            CorsSettings: "cors" in self._without,
            LogSettings: "logs" in self._without,
            MetricsSettings: "metrics" in self._without,
        }
        return (kind for kind in FEATURE_SETTINGS if not absent.get(kind))


def _install_settings(app: Flask, kind: type[Settings]) -> Settings:
    """Read the settings; values in `app.config` take precedence over the environment."""
    untouched = {**Flask.default_config, "DEBUG": False}
    given = {row.name: app.config.get(row.name) for row in settings_table(kind)}
    given = {name: value for name, value in given.items() if value != untouched.get(name)}
    settings = read_settings(given, kinds=[kind], debug=app.debug, testing=app.testing)
    app.extensions[EXTENSION] = settings
    app.debug = settings.debug or app.debug
    # For sessions and flashed messages. The development value is not used: a site without a secret stays without one.
    if not app.secret_key and settings.secret_key != DEVELOPMENT_SECRET:
        app.secret_key = settings.secret_key
    install_cookie_sessions(app)
    if settings.environment == "testing":
        app.testing = True
    return settings


def _install_cache(app: Flask, cache: Cache | None, settings: Settings) -> None:
    """Enable the cache that was passed, or complete one that `init_cache` has enabled."""
    if cache is None:
        refuse_cached_routes(app)
    else:
        cache.install(app, settings.of(CacheSettings))
    connect(app)


def _install_proxies(app: Flask, settings: Settings) -> None:
    """Trust as many proxies as TRUSTED_PROXIES says, outside the middleware, which then sees the client's address.

    The host and prefix headers are ignored: a proxy that sets neither would pass on what a client sent, and redirects
    would lead there. The scheme has one value however many proxies there are, because each one overwrites it.
    """
    hops = settings.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(BareAddresses(app.wsgi_app), x_for=hops, x_proto=1)  # type: ignore[method-assign]  # Flask's documented way
