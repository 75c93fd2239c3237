"""The head of a rule's page: its verdict, and the words of its messages, which stand nowhere else.

It knows no rule, so that a page is shown without loading one, and a rule reads its page when it has found something.
"""

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.guard.finding import Verdict

__all__ = [
    "Head",
    "Message",
    "aliases",
    "fields_of",
    "filled",
    "former_names",
    "head_of",
    "page_of",
    "parse_head",
    "paths",
    "quoted",
    "subjects",
]

GUARD = Path(__file__).parent
HEAD = re.compile(
    r"\A# (?P<name>\S+)\n+\*\*(?P<verdict>[A-Z]+)\*\* · "
    r"(?P<subject>[a-z]+)(?: · (?P<direction>[a-z ]+))?\n"
    r"(?P<summary>[^\n>]+(?:\n[^\n>]+)*)\n"
)
LABELLED = re.compile(r"`(?P<label>[a-z0-9-]+)`: (?P<text>.+)")
FIELD = re.compile(r"\{(\w+)\}")
FORMERLY = "Formerly:"
EACH_MESSAGE = "a rule for each message"


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that a rule says.

    Args:
        label: Tells it from the other messages of the rule; "" where there is one only.
        text: One sentence: what changes, for whom; with `{fields}`.
        instead: What to do instead, with `{fields}`; "" where nothing has to be done.
    """

    label: str
    text: str
    instead: str


@dataclass(frozen=True, slots=True)
class Head:
    """What stands on a page before its first section.

    Args:
        name: The rule's.
        verdict: What it says where the finding says nothing else.
        subject: The subject's folder.
        direction: In contracts: "requests", "responses" or both; "" where it does not matter.
        summary: One sentence: what it finds.
        messages: What it says, in the page's order.
        formerly: Names that it, or a rule that is part of it now, had before.
    """

    name: str
    verdict: Verdict
    subject: str
    direction: str
    summary: str
    messages: tuple[Message, ...]
    formerly: tuple[str, ...]

    def message(self, label: str) -> Message:
        """The message with this label.

        Raises:
            ValueError: The page has none.
        """
        for each in self.messages:
            if each.label == label:
                return each
        which = f"message `{label}`" if label else "message without a label"
        raise ValueError(f"{self.name}.md has no {which}; write it into its head, as docs/guard/rules.md shows")


@functools.cache
def paths() -> dict[str, Path]:
    """The file of every rule's page by the rule's name, in the order of the names."""
    return {path.stem: path for path in sorted(GUARD.glob("*/pages/*.md"), key=lambda path: path.stem)}


def subjects() -> list[str]:
    """The folders that have pages of rules."""
    return sorted({path.parent.parent.name for path in paths().values()})


def page_of(name: str) -> str:
    """The text of a rule's page.

    Raises:
        ValueError: There is none; the message says what to write.
    """
    path = paths().get(name)
    if path is None:
        raise ValueError(f"the rule {name} has no page; write {name}.md into the pages/ of its subject")
    return path.read_text(encoding="utf-8")


@functools.cache
def head_of(name: str) -> Head:
    """The head of a rule's page, read once."""
    return parse_head(page_of(name), name, paths()[name].parent.parent.name)


@functools.cache
def aliases() -> dict[str, str]:
    """Former names of rules, and what the rule is called now."""
    heads = map(head_of, paths())
    return {old: head.name for head in heads for old in head.formerly if old not in paths()}


def former_names(rule: str) -> tuple[str, ...]:
    """Names under which what a rule finds was found before."""
    return head_of(rule).formerly if rule in paths() else ()


def parse_head(page: str, name: str, subject: str) -> Head:
    """What the head of a page says.

    Args:
        page: Markdown in the form that `docs/guard/rules.md` gives.
        name: The file's name without its ending, which has to be the rule's.
        subject: The folder's name.

    Raises:
        ValueError: It does not have that form; the message says what is wrong.
    """
    head = HEAD.match(page)
    if head is None or head["name"] != name or head["verdict"] not in Verdict.__members__:
        raise ValueError(f"{name}.md has to begin with `# {name}`, `**VERDICT** · {subject}` and what the rule finds")
    if head["subject"] != subject:
        raise ValueError(f"{name}.md is about {head['subject']}, and stands among the pages of {subject}")
    rest = page[head.end() :].split("\n## ", 1)[0]
    other = [each for each in rest.splitlines() if each and not each.startswith(">")]
    formerly = " ".join(other)
    if formerly and not formerly.startswith(FORMERLY):
        raise ValueError(f"{name}.md: what stands before `## Why` is `> a message` or `{FORMERLY} names`: {other[0]!r}")
    said = tuple(messages(quoted(rest)))
    if not said:
        raise ValueError(
            f"{name}.md has no message; write what the rule says as `> a message` before its first section"
        )
    labels = [each.label for each in said] if EACH_MESSAGE in formerly else []
    return Head(
        name=name,
        verdict=Verdict[head["verdict"]],
        subject=subject,
        direction=head["direction"] or "",
        summary=" ".join(head["summary"].split()),
        messages=said,
        formerly=(*re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", formerly), *labels),
    )


def quoted(text: str) -> Iterator[str]:
    """The paragraphs and list items of the block quotes in a text, each as one line."""
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        words = line.removeprefix(">").strip()
        starts = words.startswith("- ")
        if lines and (not words or starts or not line.startswith(">")):
            yield " ".join(lines)
            lines = []
        if words and line.startswith(">"):
            lines.append(words.removeprefix("- "))


def messages(paragraphs: Iterable[str]) -> Iterator[Message]:
    """Messages with what to do instead, which may stand once behind several of them."""
    waiting: list[tuple[str, str]] = []
    for paragraph in paragraphs:
        labelled = LABELLED.fullmatch(paragraph)
        if labelled:
            waiting.append((labelled["label"], labelled["text"]))
        elif not waiting:
            waiting.append(("", paragraph))
        else:
            yield from (Message(*each, paragraph) for each in waiting)
            waiting = []
    yield from (Message(*each, "") for each in waiting)


def fields_of(template: str) -> set[str]:
    """The names of the fields in a text."""
    return set(FIELD.findall(template))


def filled(template: str, value: Callable[[str], object]) -> str:
    """The text with the value of each field."""
    return FIELD.sub(lambda field: str(value(field[1])), template)
