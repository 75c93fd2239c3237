"""The gallery on SQLite with a folder, and a caller for it."""

import pytest
from gallery import gallery
from uploader import Uploader

from beastmode.core.clock import set_clock
from beastmode.testing.clock import MovableClock
from beastmode.testing.databases import close_database, make_tables
from beastmode.testing.job_runs import run_due


@pytest.fixture
def clock():
    clock = MovableClock()
    previous = set_clock(clock)
    yield clock
    set_clock(previous)


@pytest.fixture
def start(tmp_path):
    """Starts the gallery, as often as there are processes."""
    apps = []

    def start(**settings):
        app = gallery(f"sqlite:///{tmp_path / 'gallery.db'}", tmp_path / "uploads", **settings)
        if not apps:
            make_tables(app)
        apps.append(app)
        return Uploader(app)

    yield start
    for app in apps:
        close_database(app)


@pytest.fixture
def ada(start):
    """Ada, who calls a gallery with the default settings."""
    return start()


@pytest.fixture
def stored(tmp_path):
    """The names of the files in the storage, and of those that are being received."""

    def stored():
        folder = tmp_path / "uploads"
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    return stored


@pytest.fixture
def work():
    return run_due
