"""Enables the cache in an application."""

import hashlib

from flask import Flask

from beastmode.cache.generations import Generations, generations_file
from beastmode.cache.memory import MemoryStore
from beastmode.cache.redis_store import RedisStore
from beastmode.cache.region import EXTENSION, Region, region_of
from beastmode.cache.settings import CacheSettings
from beastmode.cache.shortcuts import EXTENSION as SHORTCUTS
from beastmode.cache.shortcuts import Shortcuts
from beastmode.cache.steps import cached_response_step
from beastmode.cache.stores import Store
from beastmode.cache.tags import table_tags
from beastmode.core.environment import read_settings
from beastmode.core.errors import BeastmodeError
from beastmode.core.inspections import add_inspection
from beastmode.core.middleware import has_middleware, middleware_of
from beastmode.core.settings import settings_table
from beastmode.core.steps import Stage, add_step
from beastmode.db.changes import tell_changes
from beastmode.db.session import has_database, installed_in

_WATCHES = "beastmode.cache.watches"


class Cache:
    """Enables the cache: `Beastmode(app, cache=Cache())`.

    `cached_response` caches the responses of a route, `quick_cache` the results of a function.
    """

    def install(self, app: Flask, settings: CacheSettings) -> None:
        """Enable the cache in an application, before its routes are built.

        Args:
            app: The Flask application.
            settings: The CACHE_ settings.
        """
        store = _store_of(app, settings)
        app.extensions[EXTENSION] = Region(store, settings.cache_default_timeout, settings.cache_max_bytes)
        add_step(app, Stage.CACHE, cached_response_step)
        if isinstance(store, RedisStore):
            add_inspection(app, lambda: _refuse_silence(store))


def init_cache(app: Flask) -> None:
    """Enable the cache in an application whose Beastmode is created elsewhere, or that has none.

    The same as `Beastmode(app, cache=Cache())`. Call it before Beastmode, if there is an API whose routes are cached.

    Args:
        app: The Flask application, already configured.

    Raises:
        SettingsError: CACHE_ settings are wrong.
        ConfigurationError: The routes of the API have been built already.
    """
    given = {row.name: app.config.get(row.name) for row in settings_table(CacheSettings)}
    settings = read_settings(given, kinds=[CacheSettings], debug=app.debug, testing=app.testing)
    Cache().install(app, settings.of(CacheSettings))
    connect(app)


def refuse_cached_routes(app: Flask) -> None:
    """Refuse routes that declare `cached_response` in an application without a cache.

    Args:
        app: The Flask application.
    """
    if EXTENSION not in app.extensions:
        add_step(app, Stage.CACHE, cached_response_step)


def connect(app: Flask) -> None:
    """Connect the cache with the database and the middleware of an application, as far as there are some.

    What was computed from a table is dropped when changes of it are committed, and responses that are the same for
    everyone are returned without Flask.

    Args:
        app: The Flask application.
    """
    if EXTENSION not in app.extensions:
        return
    if has_database(app) and not app.extensions.get(_WATCHES):
        app.extensions[_WATCHES] = True
        region = region_of(app)
        tell_changes(installed_in(app), lambda tables: region.drop(table_tags(tables)))
    if has_middleware(app) and SHORTCUTS not in app.extensions:
        middleware = middleware_of(app)
        shortcuts = app.extensions[SHORTCUTS] = Shortcuts(app, middleware)
        middleware.shortcuts.append(shortcuts)


def _store_of(app: Flask, settings: CacheSettings) -> Store | None:
    if settings.cache_type == "null":
        return None
    if settings.cache_type == "redis" and settings.redis_url is not None:
        secret = hashlib.blake2b(settings.secret_key.encode(), person=b"beastmode.cache").digest()
        return RedisStore(settings.redis_url, settings.cache_key_prefix, secret)
    # Tests run at the same time, each with data of its own: one must not drop what another has just stored.
    is_alone = settings.environment == "testing"
    file = None if is_alone else generations_file(f"{app.name} {app.root_path}")
    return MemoryStore(settings.cache_max_bytes, Generations(file))


def _refuse_silence(store: RedisStore) -> None:
    """Check that Redis responds.

    Raises:
        BeastmodeError: It does not.
    """
    if not store.ping():
        raise BeastmodeError("CACHE_TYPE is redis, but Redis does not respond at REDIS_URL, so nothing is cached.")
