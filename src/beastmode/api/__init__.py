"""The API layer: versioned routes that declare what they accept and return."""

import beastmode.core  # noqa: F401 - first: it makes marshmallow's older releases bear our annotations
from beastmode.api.api import Api
from beastmode.api.blueprint import Blueprint
from beastmode.api.envelope import Answer
from beastmode.api.filters import Filter
from beastmode.api.html import Html
from beastmode.api.listing import Listing
from beastmode.api.schema import Schema
from beastmode.api.settings import ApiSettings
from beastmode.api.versions import Deprecation, Version
from beastmode.core.errors import Problem

__all__ = [
    "Answer",
    "Api",
    "ApiSettings",
    "Blueprint",
    "Deprecation",
    "Filter",
    "Html",
    "Listing",
    "Problem",
    "Schema",
    "Version",
]
