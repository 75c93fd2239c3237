"""`make mutants`: switches each defence off in a copy of the source, and prints the test that fails then.

A defence of which no test fails, or whose change cannot be applied, is a failure. Words after the command choose
defences by their names.
"""

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory

import of_accounts
import of_requests
import of_uploads
from defence import ROOT, SOURCE

DEFENCES = (*of_accounts.DEFENCES, *of_requests.DEFENCES, *of_uploads.DEFENCES)
SECONDS = 600
AT_ONCE = 2


def main(words):
    """The exit status: 0 if every chosen defence has a test that fails without it."""
    chosen = [each for each in DEFENCES if not words or any(word in each.name for word in words)]
    with TemporaryDirectory() as folder, ThreadPoolExecutor(AT_ONCE) as pool:
        copies = SimpleQueue()
        for number in range(AT_ONCE):
            copies.put(copied(Path(folder) / str(number)))
        survivors = [name for name, is_dead in pool.map(lambda each: tried(each, copies), chosen) if not is_dead]
    print(f"{len(chosen)} defences, {len(survivors)} without a test that fails: {', '.join(survivors) or 'none'}")
    return 1 if survivors or not chosen else 0


def copied(folder):
    """A copy of the source, without bytecode."""
    shutil.copytree(SOURCE, folder / "beastmode", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def tried(defence, copies):
    """The name of a defence, and whether a test fails without it; prints which."""
    folder = copies.get()
    path = folder / "beastmode" / defence.file
    original = path.read_text(encoding="utf-8")
    try:
        path.write_text(defence.switched_off(original), encoding="utf-8")
        dead = failed_test(defence, folder)
    except ValueError as error:
        dead = None
        print(error)
    finally:
        path.write_text(original, encoding="utf-8")
        copies.put(folder)
    print(f"{defence.name:45} {dead or 'SURVIVES'}", flush=True)
    return defence.name, dead is not None


def failed_test(defence, folder):
    """The first test that fails without a defence; None if all pass."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    # The tests of a defence must run the copy, or every defence would survive.
    words = [
        "-q",
        "-x",
        "--no-header",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "beastmode.testing.plugin",
        "-W",
        "default",
    ]
    files = [f"tests/{each}" for each in defence.tests.split()]
    command = [sys.executable, "-m", "pytest", *words, *files]
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    found = re.search(r"^FAILED (\S+)", done.stdout, re.MULTILINE)
    if done.returncode not in {0, 1, 2, 4} or (done.returncode != 0 and found is None):
        raise ValueError(
            f"{defence.name}: pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return None if done.returncode == 0 or found is None else found[1]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
