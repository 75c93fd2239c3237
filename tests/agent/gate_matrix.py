"""`make gates`: switches each gate off, and prints the trajectories that go wrong then.

A gate without one is a failure: nothing would notice if it were gone. Words after the command choose gates.
"""

import os
import sys
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from playback import TRAJECTORIES, played
from scenes import Scenes

from beastmode_tools.agent.gate.decide import GATES

SHOWN = 3
"""Trajectories that a line of the table names; more say the same."""


def concerned(gate):
    """The trajectories in which a gate says no, by their own account."""
    return [each for each in TRAJECTORIES if gate in each.get("gates", ())]


def goes_wrong(scenes, place, trajectory, gate):
    """Whether a trajectory notices that a gate is switched off."""
    os.environ["HOME"] = str(place / "home")
    others = {name: each for name, each in GATES.items() if name != gate}
    try:
        with redirect_stderr(StringIO()):
            played(scenes, place, trajectory, others)
    except Exception:  # noqa: BLE001 - whatever goes wrong was noticed
        return True
    return False


def noticed(scenes, folder, gate, most=None):
    """The names of the trajectories that notice that a gate is gone; of `most` of them, the first ones."""
    found = []
    for number, each in enumerate(concerned(gate)[:most]):
        if goes_wrong(scenes, folder / f"{gate}-{number}", each, gate):
            found.append(each["name"])
    return found


def main(words):
    """The exit status: 0 if every chosen gate is missed by a trajectory."""
    chosen = [each for each in GATES if not words or each in words]
    idle = []
    with TemporaryDirectory() as place:
        folder = Path(place).resolve()
        for gate in chosen:
            found = noticed(Scenes(folder / "scenes"), folder, gate)
            more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            print(f"{gate:18} {'; '.join(found[:SHOWN]) + more or 'NOBODY NOTICES'}", flush=True)
            idle += [] if found else [gate]
    print(f"{len(chosen)} gates, {len(idle)} that nobody would miss: {', '.join(idle) or 'none'}")
    return 1 if idle or not chosen else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
