import pytest
from histories import History, SqliteScratch, postgres_scratch

from probe_servers import shared_servers

__all__ = ["shared_servers"]


@pytest.fixture
def sqlite():
    with SqliteScratch() as scratch:
        yield scratch


@pytest.fixture
def postgres():
    with postgres_scratch() as scratch:
        yield scratch


@pytest.fixture
def history(tmp_path):
    """Makes the small project of one test."""
    return lambda **options: History(tmp_path, **options)
