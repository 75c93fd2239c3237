import warnings
from collections.abc import Iterator
from contextlib import contextmanager

_HANDLED = (
    "Cannot correctly sort tables",  # whose foreign keys are made when all of them are there
    "Skipped unsupported reflection of expression-based index",  # which is read from SQLite itself
    "autogenerate skipping metadata-specified expression-based index",  # likewise
    r"Computed default on \S+ cannot be modified",  # so it is dropped and added again
    "Unnamed CHECK constraint on reflected table",  # which the copy keeps
)


@contextmanager
def without_handled() -> Iterator[None]:
    """Suppresses warnings of SQLAlchemy and Alembic about losses that do not occur."""
    with warnings.catch_warnings():
        for message in _HANDLED:
            warnings.filterwarnings("ignore", message)
        yield
