"""Answers that one caller gets and a cache then gives to another."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.guard.code.compare.access import CALLER
from beastmode_tools.guard.code.compare.decorators import Decorator, decorated_things, described, entries_of, is_route
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.syntax import FunctionNode, Module, last_name

__all__ = ["PrivateAnswerCached", "compare_caching"]

KEEPS_NOTHING = {"cache_control", "cached_property"}
"""Decorators that are called after a cache and share nothing between callers of this process."""
BY_CALLER = re.compile(r"key|user|identity|unless|private|vary", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PrivateAnswerCached:
    """A function whose results a new decorator keeps, although they are not for everybody.

    Args:
        path: Its file.
        line: Its `def`.
        name: Qualified.
        cache: The new decorator.
        skipped: A check that stands below it and is not asked when the cache answers; "" for none.
        reads: What of the caller the body reads; "" for nothing.
        by_caller: Whether the decorator's arguments speak of a key or of users.
        entries: Routes that the function serves.
    """

    path: str
    line: int
    name: str
    cache: str
    skipped: str
    reads: str
    by_caller: bool
    entries: tuple[str, ...]


def compare_caching(compared: list[Pair], usage: Usage) -> Iterator[PrivateAnswerCached]:
    """The functions of both sides that newly keep what is not for everybody."""
    for pair in compared:
        if pair.old is None or pair.new is None:
            continue
        old = decorated_things(pair.old)
        for name, node in decorated_things(pair.new).items():
            if name not in old or isinstance(node, ast.ClassDef):
                continue
            fault = private(node, pair.new, usage)
            if fault is not None and fault != private(old[name], pair.old, usage):
                cache, skipped, reads = fault
                entries = entries_of(pair.new, name) or usage.reach(pair.path, name).entries
                by_caller = bool(BY_CALLER.search(cache.partition("(")[2]))
                yield PrivateAnswerCached(pair.path, node.lineno, name, cache, skipped, reads, by_caller, entries)


def private(node: FunctionNode | ast.ClassDef, module: Module, usage: Usage) -> tuple[str, str, str] | None:
    """The decorator that keeps results, the check below it, and what of the caller the results depend on."""
    wrapping = [each for each in node.decorator_list if not is_route(each)]
    decorators = [described(each, module, usage) for each in wrapping]
    for place, decorator in enumerate(decorators):
        if decorator.kind == "cache" and keeps(wrapping[place]):
            skipped = next((each.text for each in decorators[place + 1 :] if guards(each)), "")
            read = None if isinstance(node, ast.ClassDef) else CALLER.search("\n".join(map(ast.unparse, node.body)))
            if skipped or read:
                return decorator.text, skipped, read.group() if read else ""
    return None


def keeps(node: ast.expr) -> bool:
    """Whether a decorator gives one call's result to the next."""
    return last_name(node.func if isinstance(node, ast.Call) else node) not in KEEPS_NOTHING


def guards(decorator: Decorator) -> bool:
    """Whether it refuses callers."""
    return decorator.kind in {"authentication", "permission"}
