"""The bench is scripts, not a package: they are found as they find each other, by their folder."""

import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parents[2] / "bench"
sys.path += [str(BENCH), str(BENCH / "http")]
