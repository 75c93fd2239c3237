"""Where the sources of one side use a table or a column: read, not run, so code that no request reaches counts."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from beastmode_tools.guard.mixed.compare.usage import UsePlace
from beastmode_tools.guard.mixed.read.usage_models import Models, read_models
from beastmode_tools.guard.mixed.read.usage_python import Searched, search
from beastmode_tools.source.files import is_test
from beastmode_tools.source.walk import files_below, is_readable

__all__ = ["Sources", "uses"]

READ = (".py", ".sql", ".html", ".j2", ".jinja", ".jinja2", ".xml", ".txt")
"""Code, statements, and the templates of pages, mails and feeds."""
EXPRESSION = re.compile(r"\{[{%].*?[%}]\}", re.DOTALL)


@dataclass(slots=True)
class Sources:
    """The files of one side that run in production, read once for any number of questions.

    Args:
        folder: The project's.
        migrations: Its Alembic folder, relative to it.
    """

    folder: Path
    migrations: str | None = None
    texts: dict[str, str] = field(init=False, default_factory=dict)
    trees: dict[str, ast.Module] = field(init=False, default_factory=dict)
    models: Models = field(init=False)

    def __post_init__(self) -> None:
        for name, path in sorted(files_below(self.folder)):
            if self.may_run(name) and is_readable(path):
                self.texts[name] = path.read_text(encoding="utf-8", errors="replace")
        self.models = read_models({name: self.tree(name) for name, text in self.texts.items() if might_map(name, text)})

    def may_run(self, name: str) -> bool:
        """Whether a file may run in production and use the database; nothing is imported from a hidden folder."""
        is_hidden = any(part.startswith(".") for part in name.split("/")[:-1])
        is_migration = self.migrations is not None and name.startswith(self.migrations.strip("/") + "/")
        return name.endswith(READ) and not is_hidden and not is_migration and not is_test(name)

    def tree(self, name: str) -> ast.Module:
        """A Python file's tree; an empty one where it cannot be parsed."""
        if name not in self.trees:
            try:
                self.trees[name] = ast.parse(self.texts[name])
            except (SyntaxError, ValueError, RecursionError):
                self.trees[name] = ast.Module([], [])
        return self.trees[name]

    def uses(self, table: str, column: str | None = None) -> list[UsePlace]:
        """Every line that uses the column, or the table where no column is asked for; the surest first."""
        wanted = Searched.of(self.models, table, column)
        found: dict[tuple[str, int], UsePlace] = {}
        for path, line, how in self.found(wanted):
            lines = self.texts[path].splitlines()
            text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
            found.setdefault((path, line), UsePlace(path, line, how, text[:200]))
        return list(found.values())

    def found(self, wanted: Searched) -> Iterator[tuple[str, int, str]]:
        """Path, line and how it is used."""
        yield from wanted.mapped
        for name, text in self.texts.items():
            if not wanted.words.search(text):
                continue
            if name.endswith(".py"):
                for line, how in search(self.tree(name), text, wanted):
                    yield name, line, how
            elif name.endswith(".sql"):
                for line, how in in_sql(text, wanted):
                    yield name, line, how
            elif wanted.column is not None:
                for line, how in in_template(text, wanted):
                    yield name, line, how


def uses(base_folder: Path, table: str, column: str | None = None, *, migrations: str | None = None) -> list[UsePlace]:
    """Where the sources of a side use a table or one of its columns; tests and migrations are left out.

    Args:
        base_folder: The project's folder on the side that still runs.
        table: As SQL names it.
        column: As SQL names it; None for the table as a whole.
        migrations: The Alembic folder, relative to the project's.
    """
    return Sources(base_folder, migrations).uses(table, column)


def might_map(name: str, text: str) -> bool:
    """Whether a file may define models or tables; parsing costs, looking does not."""
    return name.endswith(".py") and any(word in text for word in ("Column", "mapped_column", "__tablename__", "Table("))


def in_sql(text: str, wanted: Searched) -> Iterator[tuple[int, str]]:
    """Lines of an SQL file that name the column beside its table, or the table."""
    if wanted.is_sql(text, anything=True):
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.name_word.search(line):
                yield number, "names it in SQL"


def in_template(text: str, wanted: Searched) -> Iterator[tuple[int, str]]:
    """Expressions of a template that read the attribute."""
    for expression in EXPRESSION.finditer(text):
        for match in wanted.read_word.finditer(expression.group()):
            if wanted.may_be_owner(match.group("owner"), set()):
                start = expression.start() + match.start()
                yield text.count("\n", 0, start) + 1, "reads the attribute in a template"
