"""What each tool takes: the JSON Schema that models read is made of these classes, and so are the commands."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "AdvisoriesArguments",
    "Arguments",
    "DocsArguments",
    "EditArguments",
    "ErrorsArguments",
    "FetchArguments",
    "GuardArguments",
    "OverviewArguments",
    "ProveArguments",
    "QueryArguments",
    "ReadArguments",
    "RecipeArguments",
    "SearchArguments",
    "TestArguments",
    "WebSearchArguments",
]

MOST_LINES = 1000
"""Of a file in one answer: about as much as a person reads without scrolling away from the start."""
MOST_MATCHES = 200
"""Of a search: with more, the words were too common, and other words are the answer."""
MOST_ROWS = 200
"""Of a query: enough to see what the rows look like; a count is one row."""

Part = Literal["routes", "tables", "versions", "settings", "migrations", "packages"]
Path = Annotated[str, Field(description="Relative to the project's folder, with slashes.")]


class Arguments(BaseModel):
    """What a tool takes; anything else is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class OverviewArguments(Arguments):
    """What `overview` takes."""

    include: tuple[Part, ...] = Field(
        ("routes", "tables", "versions", "migrations"), description="The parts of the answer."
    )


class ReadArguments(Arguments):
    """What `read` takes."""

    path: Path
    start: int = Field(1, ge=1, description="The first line, from 1.")
    lines: int = Field(400, ge=1, le=MOST_LINES, description="How many lines.")


class SearchArguments(Arguments):
    """What `search` takes."""

    text: str = Field(min_length=1, max_length=200, description="What to look for.")
    path: str = Field("", description='Only in files that match this pattern, such as "shop/*.py".')
    is_pattern: bool = Field(False, description="The text is a regular expression.")  # noqa: FBT003 - a default
    most: int = Field(50, ge=1, le=MOST_MATCHES, description="How many matches.")


class EditArguments(Arguments):
    """What `edit` takes."""

    path: Path
    old: str = Field("", description="The text to replace; it has to occur once. Empty to create a file.")
    new: str = Field("", max_length=500_000, description="The text to put there, or the content of a new file.")


class RecipeArguments(Arguments):
    """What `recipe` takes."""

    action: Literal["list", "preview", "apply"] = Field(description="What to do.")
    command: str = Field("", max_length=2000, description='As after `beast`: "add field User nickname:str:40?".')


class GuardArguments(Arguments):
    """What `guard` takes."""

    base: str = Field("", max_length=200, description="The commit to compare with; empty for the main branch.")
    proofs: bool = Field(False, description="Also run both sides on scratch databases; takes longer.")  # noqa: FBT003 - a default


class ProveArguments(Arguments):
    """What `prove` takes."""

    revisions: tuple[str, ...] = Field((), max_length=50, description="The revisions; empty for all.")


class TestArguments(Arguments):
    """What `test` takes."""

    __test__ = False  # pytest takes classes of this name for tests
    ids: tuple[str, ...] = Field((), max_length=200, description='Files or test ids, "tests/test_a.py::test_b".')


class DocsArguments(Arguments):
    """What `docs` takes."""

    name: str = Field(max_length=200, description='A package, module, class or function: "beastmode.api.Blueprint".')
    text: str = Field("", max_length=200, description="Look for these words in the package instead.")


class ErrorsArguments(Arguments):
    """What `errors` takes."""

    lines: int = Field(0, ge=0, le=MOST_LINES, description="Also so many of the last lines of the log.")


class QueryArguments(Arguments):
    """What `query` takes."""

    sql: str = Field(min_length=1, max_length=20_000, description="One statement that reads.")
    rows: int = Field(50, ge=1, le=MOST_ROWS, description="How many rows.")


class AdvisoriesArguments(Arguments):
    """What `advisories` takes."""

    report: str = Field("", description="A report of pip-audit (JSON) in the project to read, instead of asking.")


class FetchArguments(Arguments):
    """What `fetch` takes."""

    url: str = Field(max_length=2000, description="Of a page; https, or http for a host that was allowed.")
    start: int = Field(0, ge=0, description="The first character of the text to return.")


class WebSearchArguments(Arguments):
    """What `web_search` takes."""

    text: str = Field(min_length=1, max_length=400, description="What to look for.")
