"""Names that follow from a name: the plural of a resource, its table, its variables, its words."""

import re

from beastmode_tools.errors import CouldNotRun

__all__ = ["plural", "snake", "words"]

CLASS = re.compile(r"[A-Z][A-Za-z0-9]*")
LONGEST_CLASS = 40
"""PostgreSQL cuts names at 63 characters, and a constraint is named after two tables and a column."""
IRREGULAR = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "foot": "feet",
    "tooth": "teeth",
    "goose": "geese",
    "mouse": "mice",
    "datum": "data",
    "medium": "media",
    "criterion": "criteria",
    "analysis": "analyses",
    "basis": "bases",
    "crisis": "crises",
    "leaf": "leaves",
    "life": "lives",
    "knife": "knives",
    "shelf": "shelves",
    "half": "halves",
    "wolf": "wolves",
    "hero": "heroes",
    "potato": "potatoes",
    "tomato": "tomatoes",
    "quiz": "quizzes",
    "index": "indexes",
    "status": "statuses",
}
UNCOUNTED = frozenset(("news", "series", "species", "equipment", "information", "sheep", "fish", "feedback", "staff"))


def snake(name: str) -> str:
    """`order_line` for `OrderLine`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def words(name: str) -> str:
    """`order line` for `OrderLine` and for `order_line`."""
    return snake(name).replace("_", " ")


def plural(name: str) -> str:
    """The plural of a name in snake case; only its last word changes."""
    start, _, last = name.rpartition("_")
    many = plural_word(last)
    return f"{start}_{many}" if start else many


def plural_word(word: str) -> str:
    """The plural of an English noun."""
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word in UNCOUNTED:
        raise CouldNotRun(f"{word!r} has no plural of its own. Name the resource's: --plural {word}_items")
    if re.search(r"[^aeiou]y$", word):
        return f"{word[:-1]}ies"
    if re.search(r"(s|x|z|ch|sh)$", word):
        return f"{word}es"
    return f"{word}s"
