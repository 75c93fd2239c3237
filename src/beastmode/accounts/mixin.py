"""What a project's User needs to be able to sign in."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, func, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from beastmode.accounts.addresses import LONGEST
from beastmode.accounts.ids import never_reuse_ids

__all__ = ["AccountMixin"]


class AccountMixin:
    """Gives a User model its address, whether it may sign in, and since when it exists.

    The model brings its own id, a whole number or a text, and the table name `users`; a column `name` of text is filled
    from the address where nobody gave a name. On SQLite the table is made with AUTOINCREMENT, whatever the model's own
    `__table_args__` say, so that no account gets the id of a deleted one.

    Attributes:
        email: The address, unique, in lower case whatever it was given in.
        is_active: Whether the user may log in and stay logged in.
        created_at: When the row was made, aware, in UTC.
    """

    email: Mapped[str] = mapped_column(String(LONGEST), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def __init_subclass__(cls, **options: Any) -> None:
        # What comes after in the order of bases maps the class, and makes its table.
        super().__init_subclass__(**options)
        if (table := vars(cls).get("__table__")) is not None:
            never_reuse_ids(table)

    @validates("email")
    def _lower_case(self, _: str, address: str) -> str:
        # Addresses are compared without case, and looked up by the index on the column.
        return address.lower()
