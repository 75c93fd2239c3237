"""Writes numbered lines to a shared log, and tells of each on standard output: `PATH LIMIT COUNT NAME LINES`."""

import os
import sys

from beastmode.observability.log_file import LogFile

path, limit, count, name, lines = sys.argv[1:]
log = LogFile(path, int(limit), int(count))
sys.stdin.readline()  # all writers start at once
for number in range(int(lines)):
    log.write(f"{name} {number} {'x' * (number % 150)} end\n".encode())
    os.write(1, b".")
