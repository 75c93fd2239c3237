"""What the newcomer's journeys start with: an environment into which the wheel of this checkout is installed."""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECONDS = 120


@dataclass(frozen=True)
class Terminal:
    """A terminal of somebody new, with a home of their own.

    Args:
        python: The interpreter of the environment.
        environment: The variables.
        first: What `beast new` said before the extra `tools` was installed.
    """

    python: Path
    environment: dict[str, str]
    first: "subprocess.CompletedProcess[str]"

    def ask(self, folder, *command):
        """Runs a command that may fail."""
        return subprocess.run(
            command, cwd=folder, env=self.environment, capture_output=True, text=True, check=False, timeout=SECONDS
        )

    def run(self, folder, *command):
        """What a command prints, if it succeeds."""
        done = self.ask(folder, *command)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="session")
def terminal(tmp_path_factory):
    """A terminal in whose environment the wheel and its extra `tools` are installed; first the wheel alone was."""
    place = tmp_path_factory.mktemp("installed")
    wheel = built(place)
    python, install = new_environment(place / "environment")
    install(wheel)
    (place / ".gitconfig").write_text("[user]\nname = Ada\nemail = ada@example.com\n")
    environment = {"PATH": f"{python.parent}:{os.environ['PATH']}", "HOME": str(place), "LANG": "C.UTF-8"}
    alone = subprocess.run(
        [python.with_name("beast"), "new", "shop"],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    install(f"{wheel}[tools]")
    return Terminal(python, environment, alone)


def built(place):
    """The wheel of this checkout."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    build = [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(place), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = place.glob("beastmode-*.whl")
    return wheel


def new_environment(folder):
    """The interpreter of a new virtual environment, and a function that installs into it.

    Packages have the versions of the lock file, without its hashes, of which the wheel has none. uv links them from its
    cache in a second; without uv, pip copies them.
    """
    constraints = folder.with_name("constraints.txt")
    pinned = re.findall(r"^\S+==.*?(?= \\$)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    constraints.write_text("\n".join(pinned))
    locked = ["--constraint", str(constraints)]
    python = folder / "bin" / "python"
    if uv := shutil.which("uv"):
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(folder)]
        install = [uv, "pip", "install", "--quiet", "--python", str(python), *locked]
    else:
        make = [sys.executable, "-m", "venv", str(folder)]
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *locked]
    subprocess.run(make, check=True)
    return python, lambda what: subprocess.run([*install, str(what)], check=True)
