"""Feature flags: what is on for whom, changed without a restart."""

from beastmode.flags.behind import behind
from beastmode.flags.changes import Change
from beastmode.flags.flag import Flag
from beastmode.flags.flags import Flags
from beastmode.flags.rollout import Rollout
from beastmode.flags.settings import FlagSettings

__all__ = ["Change", "Flag", "FlagSettings", "Flags", "Rollout", "behind"]
