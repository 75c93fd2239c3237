"""The only module that prints: to the terminal of a person, to a pipe, to a file."""

import os
import shutil
import sys
import unicodedata
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from beastmode_tools.errors import CouldNotRun

__all__ = ["Progress", "complain", "has_colour", "plain", "say", "styled", "width", "write_file"]

PIPE_WIDTH = 100
"""Where nobody says how wide it is: logs of CI show that much."""
NARROWEST = 40
"""Narrower, and each line would hold one word beside its margin."""
WIDEST = 120
"""Longer lines are hard to read, however wide the window is."""
STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34"}


def say(text: str) -> None:
    """Writes to standard output, whatever characters it can show."""
    write(sys.stdout, text)


def complain(text: str) -> None:
    """Writes to standard error, whatever characters it can show."""
    write(sys.stderr, text)


def write(stream: TextIO, text: str) -> None:
    """One text and a line end; a reader that went away (`| head`) is no error."""
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
    except BrokenPipeError:
        # Python flushes once more when it ends, and would complain about the same pipe.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_file(path: Path, text: str) -> None:
    """Puts a text where the path says, whole or not at all; a file that is there keeps its rights.

    Through a link it goes to what the link points to. Anything else than a file, such as `/dev/stdout`, is written to.

    Raises:
        CouldNotRun: It cannot be written there.
    """
    target = path.resolve()
    half = target.with_name(f".{target.name}.{os.getpid()}")
    data = text.encode("utf-8", "backslashreplace")
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as device:
                device.write(data)
            return
        half.write_bytes(data)
        if target.exists():
            half.chmod(target.stat().st_mode)
        half.replace(target)
    except OSError as problem:
        half.unlink(missing_ok=True)
        raise CouldNotRun(
            f"{path} could not be written ({problem.strerror}); see that its folder is there and may be written."
        ) from problem


def width() -> int:
    """How many characters a line may have."""
    columns = shutil.get_terminal_size((PIPE_WIDTH, 24)).columns
    return max(NARROWEST, min(columns, WIDEST))


def has_colour(stream: TextIO | None = None) -> bool:
    """Whether colours are for a person: on a terminal that has them, unless NO_COLOR says no (no-color.org)."""
    stream = stream or sys.stdout
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def styled(text: str, *names: str, colour: bool) -> str:
    """The text in the styles named, or as it is where there is no colour."""
    if not colour or not names:
        return text
    return f"\x1b[{';'.join(STYLES[name] for name in names)}m{text}\x1b[0m"


def plain(text: str, *, keep: str = "") -> str:
    """The text without what would steer a terminal: control characters and changes of direction are spelt out.

    Args:
        text: Words of the project that is looked at, which nobody here wrote.
        keep: Control characters that may stay, such as a line feed.
    """
    return "".join(c if c in keep or not steers(c) else c.encode("unicode_escape").decode() for c in text)


def steers(character: str) -> bool:
    """Whether a character acts instead of being shown: controls, formats, halves of pairs, separators of lines."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


class Progress:
    """What is being done, on standard error: one line that changes on a terminal, lines in a log, or silence.

    Args:
        quiet: Say nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self.quiet = quiet
        self.is_line = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.is_line and not self.quiet:
            self.show("\r\x1b[K")

    def __call__(self, text: str) -> None:
        """Says what is done now."""
        if self.quiet:
            return
        text = plain(text)
        if self.is_line:
            self.show(f"\r\x1b[K{text[: width() - 1]}")
        else:
            complain(f"beast: {text}")

    def show(self, text: str) -> None:
        """Writes without a line end."""
        encoding = sys.stderr.encoding or "utf-8"
        sys.stderr.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stderr.flush()
