"""What a command loads before it does anything."""

import subprocess
import sys

LOADED = (
    "import sys\n"
    "from beastmode_tools.cli import main\n"
    "try:\n    main({arguments})\n"
    "except SystemExit:\n    print([name for name in ('pydantic_ai', 'mcp', 'libcst') if name in sys.modules])\n"
)


def test_the_help_of_beast_loads_neither_a_model_nor_a_server():
    """Whoever only wants the list of commands does not wait for libraries."""
    code = LOADED.format(arguments=["--help"])

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "[]"


def test_a_plan_file_needs_no_model_to_be_loaded(tmp_path):
    """The libraries of providers take more than a second, and a plan asks none."""
    code = LOADED.format(arguments=["do", "--help"])

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path)

    assert "pydantic_ai" not in done.stdout.splitlines()[-1]
