"""What the blog is measured beside: the peers' packages in an environment of their own, and their database."""

import subprocess
import venv
from pathlib import Path

import postgres
from subject import ROOT

__all__ = ["DATABASE", "fill", "install"]

HTTP = Path(__file__).with_name("http")
HOME = ROOT / ".venv-bench"
DATABASE = "beastmode_bench_peers"


def install() -> Path:
    """The Python that has the peers' packages; installed on the first run, and when requirements.txt has changed."""
    wanted = (HTTP / "requirements.txt").read_text()
    installed = HOME / "requirements.txt"
    if not installed.exists() or installed.read_text() != wanted:
        print("installing the peers into .venv-bench", flush=True)
        venv.create(HOME, with_pip=True, clear=True)
        command = [str(HOME / "bin" / "pip"), "install", "--quiet", "-r", str(HTTP / "requirements.txt")]
        subprocess.run(command, check=True)
        installed.write_text(wanted)
    return HOME / "bin" / "python"


def fill() -> str:
    """The address of the peers' database, its rows fresh."""
    postgres.create(DATABASE)
    with postgres.writing_lock(DATABASE), postgres.connect(DATABASE) as connection:
        connection.execute((HTTP / "schema.sql").read_text())
        connection.execute("vacuum (analyze)")
    return postgres.written(postgres.at(DATABASE))
