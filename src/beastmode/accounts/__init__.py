"""Authentication: passwords, access tokens, sessions, and their routes."""

from beastmode.accounts.accounts import Accounts
from beastmode.accounts.mixin import AccountMixin

__all__ = ["AccountMixin", "Accounts"]
