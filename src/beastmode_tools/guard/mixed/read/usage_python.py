"""Where a Python file uses a column or a table: attributes, keywords, names in strings, SQL."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from beastmode_tools.guard.mixed.read.usage_models import Models
from beastmode_tools.source.syntax import last_name
from beastmode_tools.source.values import text_value, text_with_gaps

__all__ = ["Searched", "search"]

SQL = re.compile(r"\b(?:SELECT|INSERT|UPDATE|DELETE|FROM|JOIN|WHERE|ORDER\s+BY|TRUNCATE|MERGE|COPY)\b", re.IGNORECASE)
BY_NAME = ("getattr", "setattr", "hasattr", "delattr", "attrgetter", "order_by", "group_by", "load_only", "defer")
BY_NAME_TOO = ("undefer", "column", "literal_column", "text", "with_entities", "add_columns", "ForeignKey", "Index")
TAKES_COLUMNS = ("filter_by", "values", "update", "insert", "create", "get_or_create", "upsert", "replace", "from_dict")
LISTS = ("fields", "only", "exclude", "include", "columns", "form_columns", "column_list", "__mapper_args__")
ROWS = ("row", "rows", "record", "r", "result", "_mapping")


@dataclass(frozen=True, slots=True)
class Searched:
    """What is looked for.

    Args:
        table: As SQL names it.
        column: As SQL names it; None for the table as a whole.
        attributes: What the models call the column, or the column's own name where none maps it.
        owners: Names of the classes and variables that stand for the table.
        others: Names, in small letters, of classes and tables that have an attribute of the same name.
        mapped: Path, line and words for each definition that maps it.
        words: Finds files that may hold a use.
    """

    table: str
    column: str | None
    attributes: frozenset[str]
    owners: frozenset[str]
    others: frozenset[str]
    mapped: tuple[tuple[str, int, str], ...]
    words: re.Pattern[str]

    @classmethod
    def of(cls, models: Models, table: str, column: str | None) -> "Searched":
        """What the models say about a table or one of its columns."""
        bare = table.rsplit(".", 1)[-1]
        owners = models.owners(table)
        classes = {each.name for each in owners}
        mapped: list[tuple[str, int, str]] = []
        attributes: set[str] = set()
        if column is None:
            mapped = [(each.path, each.line, f"maps the table as {each.name}") for each in owners]
        for owner in owners if column is not None else ():
            for each in models.with_bases(owner):
                for attribute, (name, line) in each.columns.items():
                    if name == column:
                        attributes.add(attribute)
                        mapped.append((each.path, line, f"maps the column as {owner.name}.{attribute}"))
        names = attributes or ({column} if column is not None else set())
        others = {
            form
            for each in models.all
            if each.name not in classes and names & set(each.columns)
            for form in forms(each.name) | forms(each.table or each.name)
        }
        looked_for = names | ({bare, *classes} if column is None else {column})
        words = re.compile(r"\b(?:" + "|".join(re.escape(each) for each in sorted(filter(None, looked_for))) + r")\b")
        return cls(bare, column, frozenset(names), frozenset(classes), frozenset(others), tuple(mapped), words)

    @property
    def name_word(self) -> re.Pattern[str]:
        """The column's name, or the table's, as a word."""
        return re.compile(rf"\b{re.escape(self.column or self.table)}\b", re.IGNORECASE)

    @property
    def read_word(self) -> re.Pattern[str]:
        """`owner.attribute` as text."""
        names = "|".join(re.escape(each) for each in sorted(self.attributes))
        return re.compile(rf"(?P<owner>\w+)(?:\([^()]*\)|\[[^\[\]]*\])?\.(?:{names})\b")

    def is_sql(self, text: str, *, anything: bool = False) -> bool:
        """Whether a text is SQL that names the table, and the column if one is looked for."""
        if not (anything or SQL.search(text)) or not re.search(rf"\b{re.escape(self.table)}\b", text, re.IGNORECASE):
            return False
        if self.column is None:
            return True
        positional = rf"INSERT\s+INTO\s+[\"`]?{re.escape(self.table)}[\"`]?\s+(?:VALUES|SELECT)"
        return bool(self.name_word.search(text) or re.search(positional, text, re.IGNORECASE))

    def may_be_owner(self, name: str, known: set[str]) -> bool:
        """Whether something of this name may be a row of the table.

        Args:
            name: A variable's or a class's.
            known: Names in the same file that stand for the table.
        """
        if name in self.owners or name in known:
            return True
        own = forms(self.table) | {form for each in self.owners for form in forms(each)}
        return bool(forms(name) & own) or name.lower() not in self.others


def search(tree: ast.Module, text: str, wanted: Searched) -> Iterator[tuple[int, str]]:
    """Line and kind of each use in a file."""
    names_owner = any(re.search(rf"\b{re.escape(each)}\b", text) for each in {*wanted.owners, wanted.table})
    parents = classes_around(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr | ast.Constant):
            yield from in_text(node, wanted)
        elif wanted.column is None:
            yield from of_table(node, wanted)
        elif isinstance(node, ast.Attribute) and node.attr in wanted.attributes:
            if is_row(node.value, wanted, parents.get(node, ""), names_owner=names_owner):
                verb = "reads" if isinstance(node.ctx, ast.Load) else "writes"
                yield node.lineno, f"{verb} the attribute"
        elif isinstance(node, ast.Call):
            yield from in_call(node, wanted, names_owner=names_owner)
        elif isinstance(node, ast.Assign):
            yield from in_list(node, wanted, names_owner=names_owner)
        elif (
            isinstance(node, ast.Subscript)
            and is_name(node.slice, wanted)
            and last_name(node.value) in ROWS
            and names_owner
        ):
            yield node.lineno, "reads it from a row"


def of_table(node: ast.AST, wanted: Searched) -> Iterator[tuple[int, str]]:
    """A `Table("name", ...)` that is not kept in a variable, and strings that name the table."""
    if isinstance(node, ast.Call) and last_name(node.func) in ("Table", "table", "ForeignKey", "ForeignKeyConstraint"):
        for argument in ast.walk(node):
            if (named := text_value(argument)) is not None:
                parts = named.split(".")
                if wanted.table in parts[:-1] or (
                    parts[-1] == wanted.table and last_name(node.func).lower() == "table"
                ):
                    yield node.lineno, "names the table"
                    return
    elif isinstance(node, ast.keyword) and node.arg == "secondary" and is_constant(node.value, wanted.table):
        yield node.value.lineno, "joins through the table"


def in_text(node: ast.JoinedStr | ast.Constant, wanted: Searched) -> Iterator[tuple[int, str]]:
    """SQL, and dotted names such as "User.nick" and "users.nick"."""
    text = text_with_gaps(node, " ")
    if not text:
        return
    if wanted.is_sql(text) and ("\n" not in text.strip() or SQL.match(text.strip())):
        yield line_in(node, text, wanted), "names it in SQL"
    elif wanted.column is not None and is_dotted(text, wanted):
        yield node.lineno, "names it in a string"


def is_dotted(text: str, wanted: Searched) -> bool:
    """Whether a string that is no sentence names the column with its class or table."""
    is_named = any(
        re.search(rf"\b{re.escape(owner)}\.{re.escape(name)}\b", text)
        for owner in {*wanted.owners, wanted.table}
        for name in {*wanted.attributes, wanted.column or ""}
    )
    return is_named and (" " not in text.strip() or "(" in text or "=" in text)


def in_call(node: ast.Call, wanted: Searched, *, names_owner: bool) -> Iterator[tuple[int, str]]:
    """Keywords such as `User(nick=...)`, and names given as text to `getattr` and the like."""
    function = last_name(node.func)
    if any(each.arg in wanted.attributes for each in node.keywords) and (
        function in wanted.owners or (function in TAKES_COLUMNS and names_owner and is_query_of(node.func, wanted))
    ):
        yield node.lineno, "gives it as a keyword"
    if function in (*BY_NAME, *BY_NAME_TOO) and names_owner and any(is_name(each, wanted) for each in node.args):
        yield node.lineno, "names it in a string"


def in_list(node: ast.Assign, wanted: Searched, *, names_owner: bool) -> Iterator[tuple[int, str]]:
    """`fields = ("id", "nick")` in a file that names the class."""
    targets = {last_name(each) for each in node.targets}
    if names_owner and targets & set(LISTS) and isinstance(node.value, ast.Tuple | ast.List | ast.Set):
        for each in node.value.elts:
            if is_name(each, wanted):
                yield each.lineno, "names it in a string"


def is_row(value: ast.expr, wanted: Searched, around: str, *, names_owner: bool) -> bool:
    """Whether the thing before the dot may be the class, or a row of the table."""
    name = last_name(value)
    if name in ("self", "cls"):
        return around in wanted.owners or (not wanted.others and not around)
    if name in wanted.owners:
        return True
    if isinstance(value, ast.Name) and name[:1].isupper():
        return False  # another class's, or a module's constant
    if not wanted.owners and not names_owner:
        return False  # nothing maps the table, and the file does not name it
    return wanted.may_be_owner(name, set()) and (names_owner or not wanted.others)


def is_query_of(function: ast.expr, wanted: Searched) -> bool:
    """Whether a chain such as `User.query.filter_by` starts at the class; one that starts elsewhere may."""
    names = {last_name(each) for each in ast.walk(function) if isinstance(each, ast.Name | ast.Attribute)}
    if names & wanted.owners:
        return True
    return not any(name[:1].isupper() for name in names)


def classes_around(tree: ast.Module) -> dict[ast.AST, str]:
    """Each attribute -> the class that it stands in."""
    found: dict[ast.AST, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            found.update({each: node.name for each in ast.walk(node) if isinstance(each, ast.Attribute)})
    return found


def line_in(node: ast.JoinedStr | ast.Constant, text: str, wanted: Searched) -> int:
    """The line of a literal on which the name stands."""
    match = wanted.name_word.search(text)
    return node.lineno if match is None else node.lineno + text.count("\n", 0, match.start())


def is_name(node: ast.AST, wanted: Searched) -> bool:
    """Whether an expression is the column's or the attribute's name as text."""
    return isinstance(node, ast.Constant) and node.value in {*wanted.attributes, wanted.column}


def is_constant(node: ast.AST, text: str) -> bool:
    """Whether an expression is just this text."""
    return isinstance(node, ast.Constant) and node.value == text


def forms(word: str) -> set[str]:
    """A name in small letters, its singular and plural, and its last part."""
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", word).lower().strip("_")
    found = {plain, plain + "s", plain + "es"}
    if plain.endswith("ies"):
        found.add(plain[:-3] + "y")
    if plain.endswith("y"):
        found.add(plain[:-1] + "ies")
    if plain.endswith("s"):
        found |= {plain[:-1], plain.removesuffix("es")}
    return {each for each in found if len(each) > 1}
