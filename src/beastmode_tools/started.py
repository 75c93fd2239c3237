"""The processes that were started to ask projects, and what they may see of this one's environment."""

import os
import signal
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

__all__ = ["PROBES", "RUNNING", "STOPPED", "kill", "scratch_environment"]

PROBES = Path(__file__).parent / "probes"
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "SYSTEMROOT")
RUNNING: set["subprocess.Popen[bytes]"] = set()
STOPPED = threading.Event()  # set while the probes of an interrupted question are being ended


def scratch_environment(scratch: Path) -> dict[str, str]:
    """What a probe's process may see of ours: nothing that names a service or holds a secret."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {"HOME": str(scratch), "TMPDIR": str(scratch), "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def kill(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and whatever it started."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
