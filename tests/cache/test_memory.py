"""The memory of a process is bounded; its entries notice what other processes of the machine change."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from gazette import gazette

from beastmode.cache import generations as generations_module
from beastmode.cache.entry import Entry
from beastmode.cache.generations import Generations, generations_file
from beastmode.cache.memory import MemoryStore

BUMP = """
import runpy, sys
from pathlib import Path
runpy.run_path(sys.argv[1])["Generations"](Path(sys.argv[2])).bump(["posts"])
"""


def entry(size=0):
    return Entry(0.0, 1.0, 1.0, (), 200, (), b"x" * size)


def test_the_entry_that_was_used_least_recently_goes_first():
    """Any number of different requests takes no more memory than the setting says."""
    store = MemoryStore(10_000, Generations(None))
    for number in range(1000):
        store.save(str(number), entry(500), 1)
        store.load("0", ())

    kept = [number for number in range(1000) if store.load(str(number), ())[0] is not None]

    assert kept == [0, *range(991, 1000)]


def test_an_entry_that_is_replaced_is_counted_once():
    store = MemoryStore(2000, Generations(None))
    store.save("other", entry(), 1)
    for _ in range(100):
        store.save("one", entry(500), 1)

    assert store.load("other", ())[0] is not None


def test_a_response_that_would_push_out_all_others_is_not_stored():
    """More than a tenth of CACHE_MAX_BYTES."""
    app = gazette(CACHE_MAX_BYTES=5000)
    client = app.test_client()

    for _ in range(2):
        assert client.get("/api/v1/open/front").status_code == 200

    assert len(app.runs) == 2


def test_a_tag_that_another_process_drops_is_dropped_here(tmp_path):
    """As with several workers, or a job in a process of its own."""
    generations = Generations(tmp_path / "file")
    before = generations.read(["posts", "users"])

    subprocess.run([sys.executable, "-c", BUMP, generations_module.__file__, str(tmp_path / "file")], check=True)

    after = generations.read(["posts", "users"])
    assert after[0] != before[0]
    assert after[1] == before[1]


def test_a_file_that_was_deleted_is_noticed(tmp_path):
    """Some systems clean their folders of temporary files: what was stored before counts no more."""
    one = Generations(tmp_path / "file")
    before = one.read(["posts"])

    (tmp_path / "file").unlink()
    another = Generations(tmp_path / "file")
    another.bump(["posts"])
    one.bump(["users"])  # looks

    assert one.read(["posts"]) == another.read(["posts"]) != before


def test_a_file_of_another_size_is_begun_anew(tmp_path):
    """One that a process left half made, or junk."""
    (tmp_path / "file").write_bytes(b"junk")

    one, another = Generations(tmp_path / "file"), Generations(tmp_path / "file")
    one.bump(["posts"])

    assert one.read(["posts"]) == another.read(["posts"])


def test_a_file_that_cannot_be_opened_is_done_without(tmp_path, caplog):
    """The tags work in this process, and the log says what does not."""
    (tmp_path / "file").mkdir()

    generations = Generations(tmp_path / "file")
    before = generations.read(["posts"])
    generations.bump(["posts"])

    assert generations.read(["posts"]) != before
    assert "This process does not notice when others drop tags" in caplog.text


class TestFolder:
    """Where the file is."""

    @pytest.fixture(autouse=True)
    def _temporary(self, tmp_path, monkeypatch):
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def test_it_belongs_to_the_user_alone(self, tmp_path):
        """Nobody else can make an application forget or keep what it should not."""
        file = generations_file("blog /srv/blog")

        assert file.parent == tmp_path / f"beastmode-{os.geteuid()}"
        assert file.parent.stat().st_mode & 0o777 == 0o700
        assert file != generations_file("shop /srv/shop")

    @pytest.mark.parametrize("prepared", ["link", "open to all"])
    def test_one_that_somebody_else_may_have_made_is_not_used(self, tmp_path, prepared, caplog):
        folder = tmp_path / f"beastmode-{os.geteuid()}"
        if prepared == "link":
            folder.symlink_to(Path("/etc"))
        else:
            folder.mkdir()
            folder.chmod(0o777)

        assert generations_file("blog") is None
        assert "does not belong to this user alone, so it is not used" in caplog.text

    def test_workers_share_it(self):
        """An application in development or production uses it; a test has counters of its own."""
        apps = [gazette(ENVIRONMENT="development"), gazette(ENVIRONMENT="development"), gazette()]
        for app in apps:
            app.test_client().get("/api/v1/open/articles")

        with apps[0].app_context():
            from gazette import articles

            articles.insert(title="New")
        for app in apps:
            app.test_client().get("/api/v1/open/articles")

        assert [len(app.runs) for app in apps] == [2, 2, 1]
