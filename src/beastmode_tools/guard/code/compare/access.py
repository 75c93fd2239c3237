"""Tests inside of functions that refuse callers, and the means by which callers prove who they are."""

import ast
import re
from collections.abc import Iterator

from beastmode_tools.guard.code.compare.changes import AccessCheckChanged, MechanismReplaced
from beastmode_tools.guard.code.compare.normal import same_behaviour
from beastmode_tools.source.delta import Pair
from beastmode_tools.source.reach import Usage
from beastmode_tools.source.syntax import FunctionNode, Module, dotted, last_name, own_statements, text_of

__all__ = ["OWN_ROWS", "asks_who", "checks_of", "compare_access", "refuses"]

WHO = re.compile(
    r"\b(?:current_user|current_identity|g\.(?:user|current_user|identity)|is_authenticated|is_admin|is_staff|is_superuser|has_role|"
    r"has_permission|has_scope|\w*role\w*|\w*permission\w*|verify_jwt_in_request|get_jwt_identity|get_jwt|session|"
    r"[Aa]uthorization|user_id|owner_id|author_id|api_key|token)\b"
)
CALLS = re.compile(
    r"(?:^|\.)(?:verify_jwt_in_request|check_(?:permission|access|auth|role)\w*|require_(?:auth|login|role|permission|admin|user)\w*|"
    r"ensure_(?:owner|admin|can|access|logged)\w*|authori[sz]e\w*|authenticate_request|login_required_check)$"
)
OWN_ROWS = "only rows with"
CALLER = re.compile(
    r"\b(?:current_user|g\.(?:user|current_user)|get_jwt_identity|current_identity|auth\.current_user)\b"
)
DATABASE_SESSION = re.compile(r"\b(?:db|database|sa|orm|self|app)\.session\b")
OWN_KEY = re.compile(r"(?:\w+\.)?id\s*==?\s*current_user\.(?:id|get_id\(\))")
"""A caller's own row, read by its key: it is the caller, not what belongs to the caller."""
MECHANISMS = (
    ("sessions of Flask-Login", re.compile(r"^flask_login\b")),
    ("JSON web tokens", re.compile(r"^(?:jwt|flask_jwt_extended|flask_jwt|jose|joserfc|authlib\.jose)\b")),
    ("HTTP authentication", re.compile(r"^flask_httpauth\b")),
    ("signed tokens of itsdangerous", re.compile(r"^itsdangerous\b")),
    (
        "OAuth",
        re.compile(r"^(?:authlib\.(?:integrations|oauth)|flask_dance|requests_oauthlib|oauthlib|flask_oauthlib)\b"),
    ),
    ("Flask-Security", re.compile(r"^flask_security\b")),
    ("Flask-Principal", re.compile(r"^flask_principal\b")),
    ("LDAP", re.compile(r"^ldap3?\b")),
    ("SAML", re.compile(r"^(?:onelogin|saml2)\b")),
    ("passwords hashed by bcrypt", re.compile(r"^(?:bcrypt|flask_bcrypt)\b")),
    ("passwords hashed by argon2", re.compile(r"^(?:argon2|flask_argon2)\b")),
    ("passwords hashed by passlib", re.compile(r"^passlib\b")),
    ("passwords hashed by werkzeug", re.compile(r"^werkzeug\.security\b")),
)


def compare_access(compared: list[Pair], usage: Usage) -> Iterator[AccessCheckChanged | MechanismReplaced]:
    """Checks lost, gained or rewritten in the changed functions, and mechanisms replaced in the whole change."""
    for pair in compared:
        if pair.old is None or pair.new is None:
            continue
        for name, new in pair.new.functions.items():
            old = pair.old.functions.get(name)
            if old is None or pair.old.source(name) == pair.new.source(name) or same_behaviour(old.node, new.node):
                continue
            before, after = checks_of(old.node), checks_of(new.node)
            if before != after:
                entries = usage.reach(pair.path, name).entries
                yield AccessCheckChanged(pair.path, new.node.lineno, name, before, after, entries)
    yield from mechanisms(compared)


def checks_of(node: FunctionNode) -> tuple[str, ...]:
    """The conditions under which a function refuses its caller, and its calls of functions that do."""
    return (*conditions(node.body, ()), *own_rows(node))


def conditions(body: list[ast.stmt], under: tuple[str, ...]) -> Iterator[str]:
    """The checks of a block, each with what else must hold of the caller: that it is no administrator, for one.

    Callers who pass before a check are part of it, whether the check stands inside of a test for them or behind one
    that returns: `if not admin: if not owner: abort(403)` is one check, and none more than `if not owner: abort(403)`.

    Args:
        body: The block.
        under: What holds of callers that come here.
    """
    for statement in body:
        if isinstance(statement, ast.If):
            asks = asks_who(statement.test)
            if asks and refuses(without_inner_checks(statement.body)):
                yield " and ".join((*under, text_of(statement.test)))
            inside = (*under, text_of(statement.test)) if asks else under
            yield from conditions(statement.body, inside)
            passed = (*under, f"not ({text_of(statement.test)})") if asks else under
            yield from conditions(statement.orelse, passed)
            if asks and lets_pass(statement.body):
                under = passed
        elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
            if CALLS.search(dotted(statement.value.func)):
                yield text_of(statement.value)
        elif isinstance(statement, ast.Assert) and asks_who(statement.test):
            yield " and ".join((*under, text_of(statement.test)))
        else:
            for block in blocks_of(statement):
                yield from conditions(block, under)


def without_inner_checks(body: list[ast.stmt]) -> list[ast.stmt]:
    """A block without the tests in it that are checks by themselves."""
    return [
        each
        for each in body
        if not (isinstance(each, ast.If) and asks_who(each.test) and not each.orelse and refuses(each.body))
    ]


def lets_pass(body: list[ast.stmt]) -> bool:
    """Whether callers for whom the block runs come no further, and are not refused."""
    return bool(body) and isinstance(body[-1], ast.Return) and not refuses(body)


def blocks_of(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """The blocks of a statement of this function: of a loop, of `with`, of `try`, of `match`."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for each in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
        yield each.body


def own_rows(node: FunctionNode) -> list[str]:
    """Filters that show callers only what is theirs."""
    return [
        f"{OWN_ROWS} {text_of(argument)}"
        for call in ast.walk(node)
        if isinstance(call, ast.Call) and last_name(call.func) in {"filter", "filter_by", "where"}
        for argument in [*call.args, *call.keywords]
        if CALLER.search(text_of(argument)) and not OWN_KEY.fullmatch(text_of(argument))
    ]


def asks_who(test: ast.expr) -> bool:
    """Whether a condition is about who calls."""
    return bool(WHO.search(DATABASE_SESSION.sub("", text_of(test, 1000))))


def refuses(body: list[ast.stmt]) -> bool:
    """Whether a block answers 401, 403 or 404, raises, or sends the caller to a login page."""
    for statement in own_statements(body):
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and node.value in {401, 403, 404}:
                return True
            if isinstance(node, ast.Call) and re.search(
                r"unauthorized|forbidden|abort|login", dotted(node.func), re.IGNORECASE
            ):
                return True
            if isinstance(node, ast.Attribute) and node.attr in {"UNAUTHORIZED", "FORBIDDEN"}:
                return True
            if (
                isinstance(node, ast.Call)
                and dotted(node.func).endswith("redirect")
                and "login" in text_of(node).lower()
            ):
                return True
        if isinstance(statement, ast.Raise) and re.search(
            r"Forbidden|Unauthorized|Permission|Denied|Auth", text_of(statement)
        ):
            return True
    return False


def mechanisms(compared: list[Pair]) -> Iterator[MechanismReplaced]:
    """One change where the code that changed no longer uses one mechanism and now uses another."""
    old = {name: pair for pair in compared if pair.old for name in used(pair.old)}
    new = {name: pair for pair in compared if pair.new for name in used(pair.new)}
    gone, come = [name for name in old if name not in new], [name for name in new if name not in old]
    if gone and come:
        pair = new[come[0]]
        assert pair.new is not None  # noqa: S101 - it is where the mechanism was found
        yield MechanismReplaced(pair.path, 1, tuple(sorted(gone)), tuple(sorted(come)))


def used(module: Module) -> list[str]:
    """The mechanisms that a file imports."""
    return [name for name, pattern in MECHANISMS if any(pattern.search(source) for source in module.imports.values())]
