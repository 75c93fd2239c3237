from dataclasses import dataclass

from beastmode.core.setting import number, setting, text, whole
from beastmode.core.settings import Settings


@dataclass(frozen=True, kw_only=True)
class DatabaseSettings(Settings):
    """Settings of the database."""

    database_url: str = setting(
        text(),
        "sqlite:///app.db",
        "The SQLAlchemy URL of the database; `postgres://` is accepted too.",
        expects="sqlite:///file.db or postgresql://user:password@host/name",
        secret=True,
    )
    database_pool_size: int = setting(
        whole(1, 1000),
        8,
        "Connections to PostgreSQL per process, for reading and for writing each.",
        expects="a number from 1 to 1000",
    )
    database_timeout_seconds: float = setting(
        number(0.1, 3600),
        5.0,
        "How long to wait for a connection, or for SQLite's write lock, before answering 503.",
        expects="a number of seconds from 0.1 to 3600",
    )
    database_statement_seconds: float = setting(
        number(0, 86_400),
        30.0,
        "PostgreSQL cancels a statement that takes longer; 0 means no limit.",
        expects="a number of seconds from 0 to 86400",
    )
