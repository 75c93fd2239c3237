"""The cache: responses of routes and results of functions, in the memory of each process or in Redis."""

from beastmode.cache.declaration import cached_response
from beastmode.cache.functions import quick_cache
from beastmode.cache.install import Cache, init_cache
from beastmode.cache.settings import CacheSettings
from beastmode.cache.tags import drop_tags

__all__ = ["Cache", "CacheSettings", "cached_response", "drop_tags", "init_cache", "quick_cache"]
