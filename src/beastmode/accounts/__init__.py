"""Authentication: passwords, access tokens, sessions, and their routes."""

from beastmode.accounts.accounts import Accounts
from beastmode.accounts.api_keys.keys import ApiKeys, MadeKey
from beastmode.accounts.bearer import Bearer
from beastmode.accounts.browsers.cookie_sessions import CookieSessions
from beastmode.accounts.current import current_user
from beastmode.accounts.grants import Grant, GrantSchema
from beastmode.accounts.mixin import AccountMixin
from beastmode.accounts.settings import AccountSettings

__all__ = [
    "AccountMixin",
    "AccountSettings",
    "Accounts",
    "ApiKeys",
    "Bearer",
    "CookieSessions",
    "Grant",
    "GrantSchema",
    "MadeKey",
    "current_user",
]
