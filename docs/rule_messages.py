"""Writes the messages under the examples of the rules' pages: `python docs/rule_messages.py [--run] [RULE...]`.

Run it after the words in the head of a page were changed, and read what it wrote before it is committed. Examples that
start an application or need a database are left as they are without `--run`, since each takes some seconds.
"""

import re
import sys
import tempfile
import textwrap
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / "tests" / part) for part in ("", "guard_pages")]

from page_examples import Case, found_by_reading, found_by_running, said_of  # noqa: E402 - the examples are run by the tests

from beastmode_tools.guard.explanation import Example, Explanation, explain, explained_rules  # noqa: E402 - as above
from beastmode_tools.guard.finding import Finding  # noqa: E402 - as above
from beastmode_tools.guard.page import paths  # noqa: E402 - as above

WIDTH = 118


def main() -> None:
    """Writes the messages of the rules that are named, or of all."""
    is_running = "--run" in sys.argv
    for name in [each for each in sys.argv[1:] if each != "--run"] or explained_rules():
        page = explain(name)
        text = page.page
        for example in page.examples:
            if example.verdict is not None and (is_running or not example.marks):
                text = with_messages(text, example, said_of(page, example, findings(page, example)))
        if text != page.page:
            paths()[name].write_text(text, encoding="utf-8")
            sys.stdout.write(f"{name}.md\n")


def findings(page: Explanation, example: Example) -> list[Finding]:
    """What is found in an example, by running it where it says so."""
    if not example.marks:
        return found_by_reading(example)
    with tempfile.TemporaryDirectory() as folder:
        return found_by_running(Case(page, example), Path(folder))


def with_messages(page: str, example: Example, messages: list[str]) -> str:
    """The page with these messages under the heading of the example."""
    pattern = rf"(^### [A-Z]+: {re.escape(example.title)}\n)(?:\s*(?:^>[^\n]*\n)+)*\n*"
    lists = len(messages) > 1
    quotes = "\n".join(quote(each, "- " if lists else "") for each in messages)
    return re.sub(pattern, lambda found: f"{found[1]}\n{quotes}\n\n", page, count=1, flags=re.MULTILINE)


def quote(message: str, mark: str) -> str:
    """A message as a block quote."""
    return "\n".join(
        textwrap.wrap(
            message,
            WIDTH,
            initial_indent=f"> {mark}",
            subsequent_indent=f"> {' ' * len(mark)}",
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


if __name__ == "__main__":
    main()
