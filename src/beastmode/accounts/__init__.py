"""Sign-in: passwords, access tokens, sessions, and the routes that give them."""

from beastmode.accounts.accounts import Accounts
from beastmode.accounts.mixin import AccountMixin

__all__ = ["AccountMixin", "Accounts"]
