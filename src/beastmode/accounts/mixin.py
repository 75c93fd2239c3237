"""The columns that a project's User needs to log in."""

from datetime import datetime
from typing import Any

from sqlalchemy import String, func, true
from sqlalchemy.orm import Mapped, mapped_column, validates

from beastmode.accounts.emails.addresses import LONGEST
from beastmode.accounts.ids import never_reuse_ids


class AccountMixin:
    """Adds the columns `email`, `is_active` and `created_at` to a User model.

    The model defines its own id, an integer or a string, and the table name `users`. An optional string column `name`
    defaults to a name derived from the email address. On SQLite the table is created with AUTOINCREMENT, whatever the
    model's own `__table_args__` say, so no account gets the id of a deleted one.

    Attributes:
        email: The email address, unique, stored in lowercase.
        is_active: Whether the user can log in and stay logged in.
        created_at: When the row was created, timezone-aware, in UTC.
    """

    email: Mapped[str] = mapped_column(String(LONGEST), unique=True)
    is_active: Mapped[bool] = mapped_column(default=True, server_default=true())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    def __init_subclass__(cls, **options: Any) -> None:
        # The next class in the order of bases maps the class and creates its table.
        super().__init_subclass__(**options)
        if (table := vars(cls).get("__table__")) is not None:
            never_reuse_ids(table)

    @validates("email")
    def _lower_case(self, _: str, address: str) -> str:
        # Addresses are case-insensitive, and looked up by the index on the column.
        return address.lower()
