import zipfile
from pathlib import Path

import pytest

from beastmode.api import docs

ROOT = Path(__file__).parents[2]
FOLDER = Path(docs.__file__).parent


def test_every_file_of_the_page_is_in_the_wheel(tmp_path):
    wheel = pytest.importorskip(
        "hatchling.builders.wheel", reason="hatchling, which builds the wheel, is not installed"
    )

    built = next(wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"]))

    packed = set(zipfile.ZipFile(built).namelist())
    files = {f"beastmode/api/docs/assets/{path.name}" for path in (FOLDER / "assets").iterdir()}
    assert {f"beastmode/api/docs/assets/{name}" for name in ("page.js", "LICENSE", "NOTICE")} <= files
    assert files <= packed
