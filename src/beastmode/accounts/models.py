"""The library's own tables for accounts; in a project's migrations they are ordinary tables."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from beastmode.accounts.emails.addresses import LONGEST
from beastmode.db.base import Base


class Credential(Base):
    """A user's password hash, in a table of its own so that no response can contain it by accident."""

    __tablename__ = "credentials"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    password_hash: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(server_default=func.now())


class Session(Base):
    """One login on one device, with its sequence of refresh tokens, of which one is valid at a time."""

    __tablename__ = "sessions"
    __table_args__ = (Index(None, "user_id"), Index(None, "expires_at"))

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    generation: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    rotated_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    user_agent: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(45))


class EmailToken(Base):
    """The email address that a user has yet to prove: their own, or the one to change to. A new one replaces it."""

    __tablename__ = "email_tokens"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    email: Mapped[str] = mapped_column(String(LONGEST))
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class VerifiedEmail(Base):
    """The email address that a user has proved to own; it counts only while it is their address."""

    __tablename__ = "verified_emails"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    email: Mapped[str] = mapped_column(String(LONGEST))
    verified_at: Mapped[datetime]


class AccountDeletion(Base):
    """When an account will be deleted, unless its user changes their mind."""

    __tablename__ = "account_deletions"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    requested_at: Mapped[datetime]
    due_at: Mapped[datetime]


class AccountRole(Base):
    """A role of a user; what it permits is defined by the project."""

    __tablename__ = "account_roles"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    role: Mapped[str] = mapped_column(String(50), primary_key=True)
    granted_at: Mapped[datetime]
