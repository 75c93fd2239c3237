"""Small projects, written into a folder and started by the probe."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest

from beastmode_tools.guard.application.read import read_application
from beastmode_tools.project import GuardSettings, Project
from beastmode_tools.source.sides import Side


@pytest.fixture
def side(tmp_path):
    """Writes the files of a project and gives its folder as one side."""

    def write(files):
        folder = tmp_path / "project"
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Side("work", folder, folder)

    return write


@pytest.fixture
def project_of():
    """The project of a side."""

    def of(side, *, app=None, environment=None, timeout=60.0):
        settings = GuardSettings(environment=environment or {}, timeout=timeout)
        return Project(side.root, side.folder, Path(sys.executable), app, None, settings)

    return of


@pytest.fixture
def boot(side, project_of):
    """Starts a project given as its files, or as the text of its only file, and gives its facts."""

    def start(files, **how):
        written = side({"app.py": files} if isinstance(files, str) else files)
        return read_application(written, project_of(written, **how))

    return start


@pytest.fixture
def of_a_person():
    """A folder of the person who runs the checks, which is none of a server's."""
    folder = Path(tempfile.mkdtemp(prefix=".beast-test-", dir=Path.home()))
    yield folder
    shutil.rmtree(folder)
