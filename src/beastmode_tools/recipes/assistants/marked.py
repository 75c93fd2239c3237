"""Sections of text files that beast keeps current, between two marks; everything outside of them is the person's."""

from dataclasses import dataclass

from beastmode_tools.errors import CouldNotRun

__all__ = ["HASH", "HTML", "Marks", "with_section"]


@dataclass(frozen=True, slots=True)
class Marks:
    """The two lines around a section.

    Args:
        begin: The first one.
        end: The last one.
    """

    begin: str
    end: str


HTML = Marks("<!-- beast: begin. `beast init` keeps this section current. -->", "<!-- beast: end -->")
HASH = Marks("# beast: begin. `beast init` keeps this section current.", "# beast: end")


def with_section(text: str, body: str, marks: Marks, path: str) -> str:
    """The text with the section as it is to be: replaced where it stands, at the end if there is none.

    Args:
        text: Of the file; "" for a new one.
        body: Of the section, without its marks.
        marks: How it is marked in this kind of file.
        path: For the message.

    Raises:
        CouldNotRun: One of the marks is missing, stands twice, or they are in the wrong order.
    """
    lines = text.splitlines()
    begins, ends = (numbers_of(lines, mark) for mark in (marks.begin, marks.end))
    indent = ""
    if begins or ends:
        if (len(begins), len(ends)) != (1, 1) or begins > ends:
            raise CouldNotRun(
                f"{path} has {len(begins)} first and {len(ends)} last lines of beast's section, in this order; one of "
                "each is expected. Remove them, and run beast init again."
            )
        first, last = lines[: begins[0]], lines[ends[0] + 1 :]
        indent = lines[begins[0]].removesuffix(marks.begin)
    else:
        first, last = [*lines, *([""] if lines and lines[-1].strip() and marks is HTML else [])], []
    section = [marks.begin, *body.strip("\n").splitlines(), marks.end]
    return "\n".join([*first, *(f"{indent}{line}".rstrip() for line in section), *last]) + "\n"


def numbers_of(lines: list[str], mark: str) -> list[int]:
    """The lines that are this mark."""
    return [number for number, line in enumerate(lines) if line.strip() == mark]
