"""The authorisation matrix: every operation of the blog's documents, called by everyone who must not, and by who may.

The operations come from the documents, so a new route is in the matrix without a line here.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from secrets import token_hex

import pytest
from sqlalchemy import select, text

from beastmode.accounts.desk import current_desk
from beastmode.core.clock import now
from beastmode.testing import Factory
from beastmode.testing.databases import close_database, make_tables
from beastmode.uploads import Upload
from blog import create_app
from blog.api import accounts
from blog.models import Comment, Picture, Post, User, db

METHODS = ("get", "post", "put", "patch", "delete")
UNLIMITED = {"LOGIN_LIMIT_PER_EMAIL": 10**9, "LOGIN_LIMIT_PER_ADDRESS": 10**9, "RATE_LIMIT_ENABLED": False}


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Args:
        method: In capitals.
        path: With parameters in braces.
        schemes: The security schemes that it accepts; none if it is public.
    """

    method: str
    path: str
    schemes: frozenset[str]

    @property
    def is_owned(self) -> bool:
        """Whether it changes a row that belongs to somebody."""
        return self.method in {"PATCH", "PUT", "DELETE"} and "{post_id}" in self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@pytest.fixture(scope="module")
def blog(tmp_path_factory):
    """The example on a database of its own."""
    address = f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'blog.db'}"
    app = create_app({"ENVIRONMENT": "testing", "DATABASE_URL": address, "LOG_LEVEL": "CRITICAL", **UNLIMITED})
    make_tables(app)
    yield app
    close_database(app)


@pytest.fixture(scope="module")
def operations(blog):
    """Every operation of every version."""
    found = []
    for version in ("v1", "v2"):
        paths = blog.test_client().get(f"/api/{version}/openapi.json").json["paths"]
        for path, methods in paths.items():
            for method in METHODS & methods.keys():
                security = methods[method]["security"]
                found.append(Operation(method.upper(), path, frozenset().union(*security)))
    return sorted(found, key=str)


@pytest.fixture(scope="module")
def factory(blog):
    """Makes people without passwords, and their rows."""
    return Factory(blog)


def session_of(blog, person):
    """The headers of a new session of somebody."""
    with blog.app_context():
        return {"Authorization": f"Bearer {accounts.open_session(person.id).token}"}


def key_of(blog, person, *scopes, **options):
    """The headers of a new API key of somebody."""
    with blog.app_context():
        return {"X-API-Key": accounts.create_api_key(person.id, name="matrix", scopes=scopes, **options).key}


def call(blog, factory, operation, headers, owner):
    """The answer to an operation on new rows of an owner."""
    post = factory(Post, user_id=owner.id) if "{post_id}" in operation.path else None
    comment = factory(Comment, post_id=post.id, user_id=owner.id) if "{comment_id}" in operation.path else None
    picture = picture_of(factory, post, owner) if "{picture_id}" in operation.path else None
    rows = {"post_id": post, "comment_id": comment, "picture_id": picture}
    values = {"user_id": owner.id, **{name: row and row.id for name, row in rows.items()}}
    path = operation.path.format_map({"session_id": "none", "key_id": "none", **values})
    body = {"body": "Changed."} if operation.is_owned and operation.method != "DELETE" else None
    answer = blog.test_client().open(path, method=operation.method, json=body, headers=headers)
    with blog.app_context():
        kept = [
            db.execute(select(model.__table__).where(model.id == row.id)).first()
            for model, row in ((Post, post), (Comment, comment), (Picture, picture))
            if row is not None
        ]
    return answer, all(row is not None and getattr(row, "body", "") != "Changed." for row in kept)


def picture_of(factory, post, owner):
    """A picture of a post, whose file was never stored."""
    values = {"status": "ready", "name": "dot.png", "media_type": "image/png", "size": 1, "received": 1}
    upload = factory(Upload, id=token_hex(16), owner=f"account:{owner.id}", created_at=now(), **values)
    return factory(Picture, post_id=post.id, upload_id=upload.id)


def sent_by_nobody(blog, factory):
    """Credentials that prove nothing, by name; each must get 401 from every operation that is not public."""
    ada, gone = factory(User), factory(User)
    forgetful, inactive = session_of(blog, gone), session_of(blog, gone)
    revoked, expired, orphaned = (key_of(blog, person, "read", "write") for person in (ada, ada, gone))
    with blog.app_context():
        tokens = current_desk().sign_in.tokens
        session_id = accounts.open_session(ada.id).session_id
        past = replace(tokens, lifetime=-60).issue(ada.id, session_id)
        forged = replace(tokens, keys=dict.fromkeys(tokens.keys, b"x" * 32)).issue(ada.id, session_id)
        foreign = replace(tokens, issuer="other").issue(ada.id, session_id)
        stolen = tokens.issue(ada.id, accounts.open_session(factory(User).id).session_id)
        accounts.end_sessions(gone.id)
        accounts.revoke_api_key(revoked["X-API-Key"].split("_", 1)[1][:16])
        yesterday = {"moment": now() - timedelta(days=1), "id": expired["X-API-Key"].split("_", 1)[1][:16]}
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE api_keys SET expires_at = :moment WHERE id = :id"), yesterday)
            connection.execute(text("UPDATE users SET is_active = false WHERE id = :id"), {"id": gone.id})
    good = session_of(blog, ada)
    return {
        "anonymous": {},
        "nonsense": {"Authorization": "Bearer nonsense"},
        "another scheme": {"Authorization": "Basic YWRhOmFkYQ=="},
        "expired token": {"Authorization": f"Bearer {past}"},
        "forged token": {"Authorization": f"Bearer {forged}"},
        "token of another issuer": {"Authorization": f"Bearer {foreign}"},
        "token with the session of somebody else": {"Authorization": f"Bearer {stolen}"},
        "ended session": forgetful,
        "deactivated user": inactive,
        "nonsense key": {"X-API-Key": "blog_nonsense"},
        "revoked key": revoked,
        "expired key": expired,
        "key of a deactivated user": orphaned,
        "good token beside a wrong key": good | {"X-API-Key": "blog_nonsense"},
        "good key beside a wrong token": key_of(blog, ada, "read", "write") | {"Authorization": "Bearer nonsense"},
    }


def test_the_matrix_has_every_route_of_the_blog(blog, operations):
    """Otherwise it would pass by looking at nothing."""
    rules = {rule.rule for rule in blog.url_map.iter_rules() if rule.endpoint.startswith(("v1_", "v2_"))}

    assert len(operations) > 50
    assert {operation.path.replace("{", "").replace("}", "") for operation in operations} >= {
        "/".join(part.strip("<>").rpartition(":")[2] for part in rule.split("/"))
        for rule in rules
        if not rule.endswith("openapi.json")
    } - {"/api/v1/auth/reset-password", "/api/v2/auth/reset-password"}


def test_nobody_gets_in_without_a_valid_credential(blog, factory, operations):
    """401 everywhere, whatever is wrong, and nothing is changed."""
    owner, wrong = factory(User), []
    for name, headers in sent_by_nobody(blog, factory).items():
        for operation in operations:
            if operation.schemes:
                answer, is_kept = call(blog, factory, operation, headers, owner)
                if answer.status_code != 401 or "WWW-Authenticate" not in answer.headers or not is_kept:
                    wrong.append(f"{operation} by {name}: {answer.status_code} {answer.json}")

    assert wrong == []


def test_public_operations_look_at_no_credential(blog, factory, operations):
    """The answer is the same for everyone, so that a stale token locks nobody out of logging in."""
    owner, wrong = factory(User), []
    for operation in operations:
        if not operation.schemes:
            told = [
                call(blog, factory, operation, headers, owner)[0].status_code
                for headers in ({}, {"Authorization": "Bearer nonsense", "X-API-Key": "nonsense"})
            ]
            if told[0] != told[1] or told[0] in {401, 403}:
                wrong.append(f"{operation}: {told}")

    assert wrong == []


def test_a_person_is_let_in_where_the_document_says_so(blog, factory, operations):
    """Without this, a server that refuses everything would pass the rest."""
    wrong = []
    for operation in operations:
        person = factory(User)
        answer, _ = call(blog, factory, operation, session_of(blog, person), person)
        if answer.status_code in {401, 403}:
            wrong.append(f"{operation}: {answer.status_code} {answer.json}")

    assert wrong == []


@pytest.mark.parametrize("role", [None, "moderator", "operator"])
def test_what_belongs_to_somebody_else_is_for_moderators_alone(blog, factory, operations, role):
    """Another person gets 403 and nothing changes; the role that has the permission may."""
    owner, other = factory(User), factory(User)
    if role is not None:
        with blog.app_context():
            accounts.grant_role(other.id, role)
    owned = [operation for operation in operations if operation.is_owned]

    answers = [call(blog, factory, operation, session_of(blog, other), owner) for operation in owned]

    assert len(owned) == 10
    assert {(answer.status_code, is_kept) for answer, is_kept in answers} == {
        (403, True) if role is None else (200, False)
    }


def test_a_key_gets_as_far_as_its_scopes(blog, factory, operations):
    """Wrong scopes are 403, routes that take no keys 401; with the right scope it is let in."""
    person, wrong = factory(User), []
    with blog.app_context():
        accounts.grant_role(person.id, "moderator")
    scoped = {scope: key_of(blog, person, scope) for scope in ("read", "write", "posts:moderate")}
    for operation in operations:
        needed = "read" if operation.method == "GET" else "write"
        for scope, headers in scoped.items():
            answer, is_kept = call(blog, factory, operation, headers, person)
            if not operation.schemes:
                continue
            if "api_key" not in operation.schemes:
                is_right = answer.status_code == 401
            elif scope == needed:
                is_right = answer.status_code not in {401, 403}
            else:
                is_right = answer.status_code == 403 and is_kept
            if not is_right:
                wrong.append(f"{operation} with {scope}: {answer.status_code} {answer.json}")

    assert wrong == []
