"""How a report is to be shown."""

from dataclasses import dataclass

from beastmode_tools.guard.finding import Verdict

__all__ = ["COLOURS", "View"]

COLOURS = {Verdict.DANGEROUS: "red", Verdict.CAUTIOUS: "yellow", Verdict.SAFE: "green"}


@dataclass(frozen=True, slots=True)
class View:
    """What a reader wants, and what places are relative to; each format takes from it what it needs.

    Args:
        show_all: SAFE findings too, and nothing grouped or cut.
        width: Characters a line.
        colour: Whether the reader sees colours.
        can_accept: Whether there is a project in which a finding could be accepted.
        prefix: The project's folder relative to the repository's root, with slashes; "" where they are the same.
        anchor: The file to point to where a finding names none, relative to the root.
    """

    show_all: bool = False
    width: int = 100
    colour: bool = False
    can_accept: bool = True
    prefix: str = ""
    anchor: str = "."
