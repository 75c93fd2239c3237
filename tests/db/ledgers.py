"""A small bank to test with, apart from every other model."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, MetaData, String, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from beastmode.db import Base, Database
from beastmode.db.base import NAMING_CONVENTION


class Bank(Base):
    __abstract__ = True
    metadata = MetaData(naming_convention=NAMING_CONVENTION)


class Ledger(Bank):
    __tablename__ = "ledgers"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    balance: Mapped[int] = mapped_column(CheckConstraint("balance >= 0", name="balance_not_negative"), default=0)
    note: Mapped[str | None] = mapped_column(default=None, deferred=True)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    touched_at: Mapped[datetime | None] = mapped_column(onupdate=func.now())
    entries: Mapped[list["LedgerEntry"]] = relationship(back_populates="ledger", cascade="all, delete-orphan")


class LedgerEntry(Bank):
    __tablename__ = "ledger_entries"

    id: Mapped[int] = mapped_column(primary_key=True)
    ledger_id: Mapped[int] = mapped_column(ForeignKey("ledgers.id"))
    amount: Mapped[int]
    ledger: Mapped[Ledger] = relationship(back_populates="entries")


bank = Database(Bank.metadata)
