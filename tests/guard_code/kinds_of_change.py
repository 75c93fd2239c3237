"""Reads the labelled changes of the 26 kinds from `kinds/*.toml`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from guard_code.small_shop import edited

__all__ = ["KINDS", "Case", "Kind"]


@dataclass(frozen=True)
class Case:
    """A change to the small shop: edits as (path, old text or None, new text), those of both sides first."""

    title: str
    shared: tuple
    edits: tuple

    def sides(self):
        """The files before and after."""
        return edited(*self.shared), edited(*self.shared, *self.edits)


@dataclass(frozen=True)
class Kind:
    """One kind of change: its verdict, the rules or messages that tell it, cases of it, and look-alikes."""

    name: str
    verdict: str
    rules: frozenset
    cases: tuple
    look_alikes: tuple


def case_of(data):
    """One labelled change."""
    edits = [(each["path"], each.get("old"), each["new"]) for each in data["edit"]]
    shared = [edit for edit, each in zip(edits, data["edit"], strict=True) if each.get("side") == "both"]
    return Case(data["title"], tuple(shared), tuple(edit for edit in edits if edit not in shared))


def kinds_of(verdict):
    """The kinds of one file."""
    data = tomllib.loads((Path(__file__).parent / "kinds" / f"{verdict.lower()}.toml").read_text())
    for each in data["kind"]:
        cases, look_alikes = (tuple(map(case_of, each[side])) for side in ("is", "is_not"))
        yield Kind(each["name"], verdict, frozenset(each["rules"]), cases, look_alikes)


KINDS = [kind for verdict in ("SAFE", "CAUTIOUS", "DANGEROUS") for kind in kinds_of(verdict)]
