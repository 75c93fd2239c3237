"""What is private to a library is touched in one module for each library, and named when an upgrade breaks it."""

import ast
import importlib
import inspect
import pkgutil
import re
from contextlib import closing, contextmanager
from functools import cache
from importlib.metadata import metadata, packages_distributions
from pathlib import Path

import psycopg
import pytest
from alembic.operations.ops import DropColumnOp, DropTableOp
from flask import Flask, Response
from granian.server.mp import MPServer
from psycopg.pq import PGconn
from sqlalchemy import CheckConstraint, Connection, MetaData, bindparam, create_engine, event
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.sql.elements import BindParameter

import beastmode
from beastmode.core.private_flask import CONTEXT

LIBRARY = Path(beastmode.__file__).parent
PRIVATE = re.compile(r"_[A-Za-z]\w*")
ASKS = ("getattr", "hasattr", "setattr", "delattr")

DOCUMENTED = {
    "_exit",  # of `os`: https://docs.python.org/3/library/os.html#os._exit
    "_fields",  # of named tuples: https://docs.python.org/3/library/collections.html#collections.somenamedtuple._fields
    "_typeshed",  # the types of WSGI: https://github.com/python/typeshed/tree/main/stdlib/_typeshed
}
"""What begins with an underscore and is public all the same."""
MEANT_TO_BE_OVERRIDDEN = {"_serialize", "_deserialize"}
"""The methods of a custom field: https://marshmallow.readthedocs.io/en/stable/custom_fields.html."""


def private_modules():
    """The modules that touch what is private to a library."""
    walked = pkgutil.walk_packages(beastmode.__path__, "beastmode.")
    return [each.name for each in walked if each.name.rpartition(".")[2].startswith("private_")]


def relied_on():
    """Every private name with its owner and the module that relies on it."""
    return [
        pytest.param(module, owner, name, id=f"{module.rpartition('.')[2]}-{named(owner)}.{name}")
        for module in private_modules()
        for owner, name in importlib.import_module(module).RELIES_ON
    ]


def named(owner):
    return owner.__name__.rpartition(".")[2]


@contextmanager
def a_request():
    """A request context, which has what Flask gives each of them."""
    with Flask("app").test_request_context() as context:
        yield context


@contextmanager
def a_granian():
    """A main process that has opened its socket."""
    server = MPServer("app", address="127.0.0.1", port=0)
    MPServer._init_shared_socket(server)
    yield server
    MPServer._drop_shared_socket(server)


@contextmanager
def a_load_of_columns():
    """What a session tells when the columns of one entity are read again."""

    class Base(DeclarativeBase):
        pass

    class Note(Base):
        __tablename__ = "notes"
        note_id: Mapped[int] = mapped_column(primary_key=True)

    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    told = []
    with Session(engine) as session:
        note = Note(note_id=1)
        session.add(note)
        session.commit()
        event.listen(session, "do_orm_execute", told.append)
        session.refresh(note)
    engine.dispose()
    yield told[0]


@contextmanager
def an_open_connection():
    """A connection of SQLAlchemy."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def made(value):
    """What needs no end."""
    yield value


EXAMPLES = {
    CONTEXT: a_request,
    MPServer: a_granian,
    ORMExecuteState: a_load_of_columns,
    Connection: an_open_connection,
    Response: lambda: made(Response()),
    Session: Session,
    BindParameter: lambda: made(bindparam("name")),
    CheckConstraint: lambda: made(CheckConstraint("true")),
    MetaData: lambda: made(MetaData()),
    DropColumnOp: lambda: made(DropColumnOp("notes", "text")),
    DropTableOp: lambda: made(DropTableOp("notes")),
    psycopg.Connection: lambda: closing(psycopg.Connection(PGconn.connect_start(b"host=127.0.0.1 port=1"))),
}
"""Makes an instance of what has its private names only when it is made."""


def lack(owner, name, module):
    """What an upgrade has broken, in words; None where the owner has the name."""
    with EXAMPLES.get(owner, lambda: made(owner))() as example:
        found = example
        for part in name.split("."):
            if not hasattr(found, part) and part not in annotations_of(found):
                return f"{release_of(owner)} no longer has {named(owner)}.{name}, which {module} relies on"
            found = getattr(found, part, None)
    return None


def annotations_of(value):
    """The attributes that a class declares and sets later."""
    return inspect.get_annotations(value) if isinstance(value, type) else {}


def release_of(owner):
    """The library that a class or a module is of, and its version."""
    about = metadata(distributions()[getattr(owner, "__module__", owner.__name__).partition(".")[0]][0])
    return f"{about['Name']} {about['Version']}"


distributions = cache(packages_distributions)


@pytest.mark.parametrize(("module", "owner", "name"), relied_on())
def test_the_library_still_has_the_private_name(module, owner, name):
    """Each private name that a module relies on exists in the release of its library that is installed."""
    assert (broken := lack(owner, name, module)) is None, broken


def test_a_name_that_has_gone_is_reported_with_library_version_and_module():
    """The message says what to look for in which release, and who needs it."""
    about = metadata("sqlalchemy")

    message = lack(Connection, "_has_gone", "beastmode.db.private_sqlalchemy")

    assert message == (
        f"{about['Name']} {about['Version']} no longer has Connection._has_gone, "
        "which beastmode.db.private_sqlalchemy relies on"
    )


@pytest.mark.parametrize("module", private_modules())
def test_the_table_lists_what_the_module_uses_and_nothing_else(module):
    """A private name that is used without being listed would break unnamed, and one that is not used is noise."""
    loaded = importlib.import_module(module)
    tree = ast.parse(Path(loaded.__file__).read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if not is_the_table(node)]
    listed = {part for _, name in loaded.RELIES_ON for part in name.split(".") if PRIVATE.fullmatch(part)}
    strings = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) if node.name[0] == "_"}

    used = {name for _, name, _ in names_in(tree)} | {name for name in defined if PRIVATE.fullmatch(name)}

    assert used <= listed, f"{module} does not list {sorted(used - listed)}"
    assert listed <= used | strings, f"{module} does not use {sorted(listed - used - strings)}"


def is_the_table(node):
    return isinstance(node, ast.AnnAssign) and node.target.id == "RELIES_ON"


def test_no_other_module_touches_what_is_private_to_a_library(root):
    """Only the modules that are called private_* read, set, import or ask for a name with an underscore of others."""
    sources = {path: path.read_text(encoding="utf-8") for path in LIBRARY.rglob("*.py")}
    trees = {path: ast.parse(source) for path, source in sources.items()}
    own = {name for tree in trees.values() for name in names_made_in(tree)}

    found = [
        f"{path.relative_to(root)}:{line}: {name}"
        for path, tree in trees.items()
        if not path.name.startswith("private_")
        for line, name in touched(tree, own)
    ]
    excused = [str(path.relative_to(root)) for path, source in sources.items() if "SLF001" in source]

    assert not found, "move these into the library's private_* module:\n" + "\n".join(sorted(found))
    assert not excused


@pytest.mark.parametrize(
    "source",
    [
        "connection._echo",
        "statement._compile_options.public",
        "field._serialize = write",
        "from granian import _granian",
        "from sqlalchemy.orm.decl_base import _declarative_constructor",
        "import sqlalchemy.orm._orm_constructors",
        "getattr(check, '_create_rule', None)",
        "class Document(Api):\n    def add(self):\n        return self._app",
    ],
)
def test_what_is_private_to_a_library_is_seen_however_it_is_touched(source):
    """Attributes, imports, look-ups by name and what a base class of a library has are all seen."""
    tree = ast.parse(source)

    assert list(touched(tree, set(names_made_in(tree))))


@pytest.mark.parametrize(
    "source",
    [
        "os._exit(1)",
        "from _typeshed.wsgi import WSGIEnvironment",
        "hasattr(result, '_fields')",
        "class Work:\n    def begin(self):\n        self._steps = []\n    def end(self):\n        return self._steps",
        "class Words(Field):\n    def _deserialize(self, value):\n        return super()._deserialize(value)",
        "value.__class__",
    ],
)
def test_what_is_our_own_or_documented_is_not_refused(source):
    """Our own attributes, special names, and names that are public in spite of their underscore are free to use."""
    tree = ast.parse(source)

    assert not list(touched(tree, set(names_made_in(tree))))


def touched(tree, own):
    """The private names of others that a module touches, with their lines."""
    return [(line, name) for line, name, is_own in names_in(tree) if not (is_own and name in own)]


def names_in(tree):
    """Every private name that is used: its line, itself, and whether it is an object's of itself."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            names, is_own = [node.attr], is_itself(node.value)
        elif isinstance(node, ast.ImportFrom):
            names, is_own = [*(node.module or "").split("."), *(each.name for each in node.names)], False
        elif isinstance(node, ast.Import):
            names, is_own = [part for each in node.names for part in each.name.split(".")], False
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in ASKS:
            names, is_own = [each.value for each in node.args[1:2] if isinstance(each, ast.Constant)], False
        else:
            continue
        for name in names:
            if PRIVATE.fullmatch(str(name)) and name not in DOCUMENTED:
                yield node.lineno, name, is_own


def is_itself(node):
    """Whether an expression is the object or the class whose method this is."""
    if isinstance(node, ast.Call):
        return getattr(node.func, "id", "") == "super"
    return isinstance(node, ast.Name) and node.id in {"self", "cls"}


def names_made_in(tree):
    """The private names that a module makes: methods, and attributes that are assigned to."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and is_itself(node.value):
            yield node.attr
        elif isinstance(node, ast.AnnAssign | ast.Assign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (each.id for each in targets if isinstance(each, ast.Name))


def test_no_other_module_overrides_what_is_private_to_a_library():
    """A method of ours that a library calls by a private name would silently no longer be called after an upgrade."""
    found = [
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in classes()
        if not kind.__module__.rpartition(".")[2].startswith("private_")
        for name in overridden(kind) - MEANT_TO_BE_OVERRIDDEN
    ]

    assert not found, f"move these into the library's private_* module: {found}"


def test_a_method_that_overrides_what_is_private_to_a_library_is_seen():
    """A base class of a library is found behind one of ours."""

    class Ours(MPServer):
        def _spawn_worker(self, *_):
            pass

    assert overridden(Ours) == {"_spawn_worker"}


def classes():
    """Every class of the library; the templates of migrations are scripts for Alembic."""
    walked = pkgutil.walk_packages(beastmode.__path__, "beastmode.")
    modules = [importlib.import_module(each.name) for each in walked if ".templates" not in each.name]
    for module in modules:
        found = [each for each in vars(module).values() if inspect.isclass(each)]
        yield from (each for each in found if each.__module__ == module.__name__)


def overridden(kind):
    """The private methods of a class that a base class of another library has too."""
    own = {name for name, value in vars(kind).items() if inspect.isfunction(value) and PRIVATE.fullmatch(name)}
    own -= {name for name in own if vars(kind)[name].__module__ != kind.__module__}
    others = [base for base in kind.__mro__[1:] if base.__module__.partition(".")[0] != "beastmode"]
    return {name for name in own if any(name in vars(base) for base in others)}
