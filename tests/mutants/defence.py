"""A defence of the library, and the change of one place that switches it off."""

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "beastmode"


@dataclass(frozen=True)
class Defence:
    """One defence.

    Args:
        name: What it is against.
        file: The file, below `src/beastmode`.
        old: The code; it must be there exactly once.
        new: What switches the defence off.
        tests: The tests of which one must fail then: files, or single tests, below `tests`.
    """

    name: str
    file: str
    old: str
    new: str
    tests: str

    def switched_off(self, source):
        """The source of the file without the defence.

        Raises:
            ValueError: The change cannot be applied exactly once, or does not leave Python.
        """
        found = source.count(self.old)
        if found != 1:
            raise ValueError(f"{self.name}: {self.old!r} is {found} times in {self.file}; expected once.")
        changed = source.replace(self.old, self.new)
        try:
            compile(changed, self.file, "exec")
        except SyntaxError as error:
            raise ValueError(f"{self.name}: the change of {self.file} leaves no Python: {error}") from error
        return changed

    def missing_tests(self):
        """The named tests that do not exist."""
        missing = []
        for test in self.tests.split():
            file, _, name = test.partition("::")
            path = ROOT / "tests" / file
            if not path.is_file() or (name and f"def {name}(" not in path.read_text(encoding="utf-8")):
                missing.append(test)
        return missing
