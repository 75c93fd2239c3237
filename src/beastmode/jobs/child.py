"""Runs an attempt in a child process, which can be killed if it times out."""

import os
import subprocess
import sys

import orjson

from beastmode.jobs.claims import Claim
from beastmode.jobs.running import Outcome

COMMAND = "run-job"
"""The `flask beastmode` command that reads a claim from standard input and writes its outcome."""


def run_in_child(claim: Claim, seconds: float) -> Outcome:
    """Run a job in a child process, and kill the process if it takes too long.

    Args:
        claim: The claimed row.
        seconds: The maximum duration, including the time to start the process.
    """
    command = [sys.executable, "-m", "flask", "beastmode", COMMAND]
    call = orjson.dumps({"id": claim.id, "name": claim.name, "arguments": claim.arguments})
    child = subprocess.Popen(  # noqa: S603 - no user input in the command
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "JOBS_THREADS": "0"}
    )
    try:
        written, _ = child.communicate(call, timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Outcome(error=f"Timed out after {seconds:g} s; the process was killed.")
    if child.returncode != 0:
        return Outcome(error=f"The process exited with status {child.returncode}.")
    outcome = orjson.loads(written.rpartition(b"\n")[2])  # after anything that the application printed
    return Outcome(outcome["result"], outcome["error"], is_final=outcome["is_final"])
