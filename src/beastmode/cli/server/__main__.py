"""`python -m beastmode.cli.server`, which `flask beastmode serve` executes, with the server as its only argument."""

import json
import sys

from beastmode.cli.serve import Server
from beastmode.cli.server.process import run

if __name__ == "__main__":
    run(Server(**json.loads(sys.argv[1])))
