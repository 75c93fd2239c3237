"""What a project's User needs to be able to sign in."""

from datetime import datetime

from sqlalchemy import String, func, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from beastmode.accounts.addresses import LONGEST

__all__ = ["AccountMixin"]


class AccountMixin:
    """Gives a User model its address, whether it may sign in, and since when it exists.

    The model brings its own id, a whole number or a text, and the table name `users`; a column `name` of text is filled
    from the address where nobody gave a name.

    Attributes:
        email: The address, unique, in lower case whatever it was given in.
        is_active: Whether the user may log in and stay logged in.
        created_at: When the row was made, aware, in UTC.
    """

    email: Mapped[str] = mapped_column(String(LONGEST), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    @validates("email")
    def _lower_case(self, _: str, address: str) -> str:
        # Addresses are compared without case, and looked up by the index on the column.
        return address.lower()
