"""A Flask backend that a small team builds at full speed and changes without fear."""

from beastmode.accounts import Accounts
from beastmode.api import Api, Blueprint, Schema, Version
from beastmode.core.errors import Problem
from beastmode.db import Database, loading, transaction
from beastmode.extension import Beastmode

__all__ = [
    "Accounts",
    "Api",
    "Beastmode",
    "Blueprint",
    "Database",
    "Problem",
    "Schema",
    "Version",
    "loading",
    "transaction",
]
__version__ = "0.1.0"
