"""Runs an attempt in a process of its own, which can be ended."""

import os
import subprocess
import sys

import orjson

from beastmode.jobs.queue import Claim
from beastmode.jobs.running import Outcome

COMMAND = "run-job"
"""The command of `flask beastmode` that reads a claim and writes its outcome."""


def run_in_child(claim: Claim, seconds: float) -> Outcome:
    """Run a job in another process, and end that process if it takes too long.

    Args:
        claim: The row.
        seconds: How long it may take, the start of the process included.
    """
    command = [sys.executable, "-m", "flask", "beastmode", COMMAND]
    call = orjson.dumps({"id": claim.id, "name": claim.name, "arguments": claim.arguments})
    child = subprocess.Popen(  # noqa: S603 - of our own words alone
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "JOBS_THREADS": "0"}
    )
    try:
        written, _ = child.communicate(call, timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        return Outcome(error=f"It took longer than its timeout of {seconds:g} s, and its process was ended.")
    if child.returncode != 0:
        return Outcome(error=f"Its process ended with the exit status {child.returncode}.")
    outcome = orjson.loads(written)
    return Outcome(outcome["result"], outcome["error"], is_final=outcome["is_final"])
