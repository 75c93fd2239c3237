"""The page of a rule, read: what it finds, why it hurts, what to do instead, and the examples that are run as tests.

It stands beside the rules and not among them, so that a page is shown without loading a single rule.
"""

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from beastmode_tools.errors import CouldNotRun
from beastmode_tools.guard.finding import Verdict

__all__ = ["Block", "Example", "Explanation", "explain", "explained_rules", "headline", "parse_page"]

GUARD = Path(__file__).parent
HEAD = re.compile(r"\A# (?P<name>\S+)\n+\*\*(?P<verdict>[A-Z]+)\*\* · (?P<summary>[^\n]+(?:\n[^\n]+)*)\n")
FENCED = re.compile(r"^(?P<fence>`{3,})(?P<info>[^\n]*)\n(?P<text>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r"(?P<kind>SAFE|CAUTIOUS|DANGEROUS|not found): (?P<title>.+)")
MARK = re.compile(r"<!-- (\w+) -->")


@dataclass(frozen=True, slots=True)
class Block:
    """A file of an example.

    Args:
        language: For colouring: "yaml", "python".
        path: Relative to the project's folder.
        side: "before", "after" or "both".
        text: What is in it.
    """

    language: str
    path: str
    side: str
    text: str


@dataclass(frozen=True, slots=True)
class Example:
    """A change that the rule finds, or one that looks alike and is not found.

    Args:
        title: What happens in it.
        verdict: Of the finding; None where the rule has to be silent.
        marks: "boots" where the application has to start, "proofs" where a scratch database is needed.
        blocks: The files.
    """

    title: str
    verdict: Verdict | None
    marks: frozenset[str]
    blocks: tuple[Block, ...]

    def files(self, side: str) -> dict[str, str]:
        """Path and text of each file of one side, "before" or "after"."""
        return {block.path: block.text for block in self.blocks if block.side in (side, "both")}


@dataclass(frozen=True, slots=True)
class Explanation:
    """A rule's page.

    Args:
        name: The rule's.
        verdict: What it says where the finding says nothing else.
        summary: One sentence: what it finds.
        why: Who is hurt, and how; Markdown.
        instead: What to write instead; Markdown.
        examples: In the page's order.
        page: The Markdown whole.
    """

    name: str
    verdict: Verdict
    summary: str
    why: str
    instead: str
    examples: tuple[Example, ...]
    page: str


def explain(name: str) -> Explanation:
    """The page of the rule of this name.

    Raises:
        CouldNotRun: There is no such rule; the message names those that are spelt nearly so.
    """
    names = explained_rules()
    if name not in names:
        near = difflib.get_close_matches(name, names, 3, 0.5) or [each for each in names if name and name in each][:3]
        hint = f"did you mean {' or '.join(near)}?" if near else "`beast explain` lists them all."
        raise CouldNotRun(f"there is no rule {name!r}; {hint}")
    return parse_page(page_of(name).read_text(encoding="utf-8"), name)


def headline(name: str) -> tuple[Verdict, str]:
    """The verdict of a rule and the sentence that says what it finds; a glance at its page, which must be there."""
    head = head_of(page_of(name).read_text(encoding="utf-8"), name)
    return Verdict[head["verdict"]], " ".join(head["summary"].split())


def explained_rules() -> list[str]:
    """The names of all rules that have a page, sorted."""
    return sorted(path.stem for path in GUARD.glob("*/pages/*.md"))


def page_of(name: str) -> Path:
    """The file of a rule's page, in the folder of its subject."""
    return next(GUARD.glob(f"*/pages/{name}.md"))


def parse_page(page: str, name: str) -> Explanation:
    """What a page says.

    Args:
        page: Markdown in the form that `docs/guard/rules.md` gives.
        name: The file's name without its ending, which has to be the rule's.

    Raises:
        ValueError: It has not that form; the message says what is missing.
    """
    head = head_of(page, name)
    parts = sections(page, "## ")
    missing = [title for title in ("Why", "Instead", "Examples") if title not in parts]
    if missing:
        raise ValueError(f"{name}.md has no section {' and no section '.join(missing)}")
    return Explanation(
        name=name,
        verdict=Verdict[head["verdict"]],
        summary=" ".join(head["summary"].split()),
        why=parts["Why"],
        instead=parts["Instead"],
        examples=tuple(example(name, *each) for each in sections(parts["Examples"], "### ").items()),
        page=page,
    )


def head_of(page: str, name: str) -> re.Match[str]:
    """The beginning of a page."""
    head = HEAD.match(page)
    if head is None or head["name"] != name or head["verdict"] not in Verdict.__members__:
        raise ValueError(f"{name}.md has to begin with `# {name}` and `**VERDICT** · what it finds.`")
    return head


def sections(text: str, mark: str) -> dict[str, str]:
    """Heading -> what stands under it; a heading-like line inside of a fenced block is none."""
    hidden = FENCED.sub(lambda block: re.sub(r"[^\n]", " ", block[0]), text)
    starts = list(re.finditer(rf"^{re.escape(mark)}(.+)$", hidden, re.MULTILINE))
    ends = [*(start.start() for start in starts[1:]), len(text)]
    return {start[1].strip(): text[start.end() : end].strip("\n") for start, end in zip(starts, ends, strict=True)}


def example(rule: str, heading: str, text: str) -> Example:
    """One example of the page."""
    title = TITLE.fullmatch(heading)
    if title is None:
        raise ValueError(f"{rule}.md: '### {heading}' has to begin with SAFE:, CAUTIOUS:, DANGEROUS: or not found:")
    blocks = tuple(block(rule, each) for each in FENCED.finditer(text))
    if not blocks:
        raise ValueError(f"{rule}.md: '### {heading}' has no files")
    marks = frozenset(MARK.findall(FENCED.sub("", text)))
    if marks - {"boots", "proofs"}:
        raise ValueError(f"{rule}.md: '### {heading}' may be marked with boots and proofs, not {sorted(marks)}")
    return Example(title["title"].strip(), Verdict.__members__.get(title["kind"]), marks, blocks)


def block(rule: str, found: re.Match[str]) -> Block:
    """One file of an example."""
    words = found["info"].split()
    if len(words) != 3 or words[2] not in ("before", "after", "both"):
        raise ValueError(f"{rule}.md: a block of an example begins with LANGUAGE PATH SIDE, not {found['info']!r}")
    return Block(words[0], words[1], words[2], found["text"])
