"""What `beast` says where only the library is installed."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from beastmode_tools.extra import MODULES
from work_tree import WorkTree

ROOT = Path(__file__).parents[2]
ALONE = """
import sys
for name in {modules!r}:
    sys.modules[name] = None
from beastmode_tools.cli import main
main({arguments!r})
"""
MODULE_OF = {"pyyaml": "yaml"}


def run(folder, *arguments, modules=MODULES):
    code = ALONE.format(modules=sorted(modules), arguments=[*arguments])
    return subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("prove", "--all"),
        ("contract", "diff", "a.yaml", "a.yaml"),
        ("contract", "show"),
        ("accept", "0123", "--reason", "x"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_without_the_extra_says_in_one_line_what_to_install(tmp_path, arguments):
    WorkTree(tmp_path).commit({"a.yaml": "openapi: 3.0.3\npaths: {}\n"})

    done = run(tmp_path, *arguments)

    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "extra `tools`" in line
    assert re.search(r"pip install (-e )?'.*\[tools\].*'$", line)
    assert "bug in beast" not in line


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("explain",)], ids=str)
def test_what_needs_no_extra_works_without_it(tmp_path, arguments):
    assert run(tmp_path, *arguments, modules=MODULES - {"jinja2"}).returncode == 0


def test_what_the_extra_brings_is_known():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    names = {re.match(r"[\w-]+", each)[0] for each in extras["tools"]}

    assert {MODULE_OF.get(name, name) for name in names} == MODULES


def test_another_missing_module_is_a_fault_of_beast(tmp_path):
    WorkTree(tmp_path).commit({"a.yaml": "openapi: 3.0.3\npaths: {}\n"})

    done = run(tmp_path, "contract", "diff", "a.yaml", "a.yaml", modules={"orjson"})

    assert "bug in beast" in done.stderr
