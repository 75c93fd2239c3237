"""The files of a side, as everything that reads them gets them."""

from beastmode_tools.source.walk import files_below, is_readable


def test_files_are_named_from_the_folder_whatever_is_committed_beside_them(tmp_path):
    """Other people's code and caches are left out; hidden folders and those named `build` are the project's."""
    for name in ("app.py", "build/plan.py", ".github/check.py", "venv/lib/x.py", "web/node_modules/x.js"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")

    assert dict(files_below(tmp_path)) == {
        name: tmp_path / name for name in ("app.py", "build/plan.py", ".github/check.py")
    }


def test_links_are_named_and_never_read_since_they_may_lead_out_of_the_side(tmp_path):
    """Neither a file behind a link nor a folder."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.py").write_text("KEY = 1")
    side = tmp_path / "side"
    side.mkdir()
    (side / "folder").symlink_to(tmp_path / "outside")
    (side / "file.py").symlink_to(tmp_path / "outside" / "secret.py")

    found = dict(files_below(side))

    assert set(found) == {"file.py"}
    assert not is_readable(found["file.py"])


def test_what_is_too_long_is_not_read(tmp_path):
    """Up to the bound a file is read, and behind it not."""
    path = tmp_path / "data.json"
    path.write_text("12345")

    assert is_readable(path, 5)
    assert not is_readable(path, 4)
