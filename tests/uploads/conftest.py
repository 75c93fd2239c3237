"""The gallery on SQLite with a folder, and a caller for it."""

import shutil
from functools import partial

import pytest

from apps.gallery.starting import files_in, make_tables, started
from beastmode.core.clock import set_clock
from beastmode.testing.clock import MovableClock


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture(scope="session")
def empty_gallery(tmp_path_factory):
    """A database file with the tables of the gallery, which each test copies."""
    path = tmp_path_factory.mktemp("gallery") / "empty.db"
    make_tables(f"sqlite:///{path}")
    return path


@pytest.fixture
def start(tmp_path, empty_gallery):
    """Starts the gallery, as often as there are processes."""
    shutil.copy(empty_gallery, tmp_path / "gallery.db")
    yield from started(f"sqlite:///{tmp_path / 'gallery.db'}", tmp_path / "uploads")


@pytest.fixture
def ada(start):
    """Ada, who calls a gallery with the default settings."""
    return start()


@pytest.fixture
def stored(tmp_path):
    """The names of the files in the storage, and of those that are being received."""
    return partial(files_in, tmp_path / "uploads")
