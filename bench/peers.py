"""What the blog is measured beside: the peers' packages in an environment of their own, and their database."""

import subprocess
import sys
import venv
from pathlib import Path

import postgres
from subject import ROOT

__all__ = ["DATABASE", "ROOT", "fill", "install"]

HTTP = Path(__file__).with_name("http")
HOME = ROOT / ".venv-bench"
DATABASE = "beastmode_bench_peers"


def install(requirements: Path = HTTP / "requirements.txt", home: Path = HOME) -> Path:
    """The Python that has the peers' packages; installed on the first run, and when the requirements have changed.

    Args:
        requirements: What to install.
        home: The environment to install it into.
    """
    wanted = requirements.read_text()
    installed = home / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted:
        print(f"installing the peers into {home.name}", file=sys.stderr, flush=True)
        venv.create(home, with_pip=True, clear=True)
        subprocess.run([str(home / "bin" / "pip"), "install", "--quiet", "-r", str(requirements)], check=True)
        installed.write_text(wanted)
    return home / "bin" / "python"


def fill() -> str:
    """The address of the peers' database, its rows fresh."""
    postgres.create(DATABASE)
    with postgres.writing_lock(DATABASE), postgres.connect(DATABASE) as connection:
        connection.execute((HTTP / "schema.sql").read_text())
        connection.execute("vacuum (analyze)")
    return postgres.written(postgres.at(DATABASE))
