"""Signs in as somebody whom the scratch database knows, in the ways that the usual libraries have."""

from __future__ import annotations

import re
import sys
from typing import Any

__all__ = ["Identity", "identity_of"]

PEOPLE = re.compile(r"(^|_)(users?|accounts?|members?|people|persons?|customers?|admins?|authors?)$", re.IGNORECASE)
ACTIVE = ("is_active", "active", "enabled", "is_enabled", "confirmed", "is_confirmed", "verified", "is_verified")


class Identity:
    """How to send a request as somebody.

    Attributes:
        ways: What is used, in words: "flask-login".
        headers: To send along.
        session: Keys of the session cookie to set.
    """

    def __init__(self) -> None:
        self.ways: list[str] = []
        self.headers: dict[str, str] = {}
        self.session: dict[str, Any] = {}

    def sign_in(self, client: Any) -> None:
        """Puts the session into a test client's cookies."""
        if self.session:
            with client.session_transaction() as session:
                session.update(self.session)


def identity_of(app: Any, engine: Any, known: list[Any]) -> Identity:
    """A signed-in user, as far as one can be had without knowing the project; must run in an application context."""
    identity = Identity()
    mapper = people(known)
    key = key_of_somebody(engine, mapper)
    if key is None:
        return identity
    for way in (by_session, by_flask_login, by_jwt_extended, by_beastmode, by_http_auth):
        attempt(way, app, identity, key, mapper)
    return identity


def attempt(way: Any, *arguments: Any) -> None:
    """Uses one way; a library that is there but not set up must not stop the others."""
    try:
        way(*arguments)
    except Exception as error:
        sys.stderr.write("{}: {!r}\n".format(way.__name__, error))


def people(known: list[Any]) -> Any:
    """The mapped class that people sign in as; None where none looks like it."""
    for mapper in known:
        if hasattr(mapper.class_, "is_authenticated") and hasattr(mapper.class_, "get_id"):
            return mapper
    for mapper in known:
        if PEOPLE.search(mapper.class_.__name__) or PEOPLE.search(str(mapper.local_table)):
            return mapper
    return None


def key_of_somebody(engine: Any, mapper: Any) -> Any:
    """The primary key of a user who is active."""
    from sqlalchemy import select

    if mapper is None or len(mapper.primary_key) != 1:
        return None
    key, table = mapper.primary_key[0], mapper.local_table
    try:
        with engine.begin() as connection:
            found = connection.execute(select(key).order_by(key).limit(1)).scalar()
            for name in ACTIVE:
                if found is not None and name in table.columns and table.columns[name].type.python_type is bool:
                    connection.execute(table.update().where(key == found).values({name: True}))
    except Exception:
        return None
    return found


def by_session(_app: Any, identity: Identity, key: Any, _mapper: Any) -> None:
    """The session key of Flask's own tutorial, which many projects keep."""
    identity.session["user_id"] = key if isinstance(key, (int, str)) else str(key)


def by_flask_login(app: Any, identity: Identity, key: Any, _mapper: Any) -> None:
    """Flask-Login's session keys."""
    manager = getattr(app, "login_manager", None)
    if manager is None:
        return
    manager.session_protection = None
    identity.session.update({"_user_id": str(key), "_fresh": True})
    identity.ways.append("flask-login")


def by_jwt_extended(app: Any, identity: Identity, key: Any, _mapper: Any) -> None:
    """A token of Flask-JWT-Extended."""
    if "flask-jwt-extended" not in app.extensions:
        return
    from flask_jwt_extended import create_access_token

    identity.headers["Authorization"] = "Bearer " + str(create_access_token(identity=str(key), fresh=True))
    identity.ways.append("flask-jwt-extended")


def by_beastmode(app: Any, identity: Identity, key: Any, _mapper: Any) -> None:
    """A session and a token of beastmode's accounts."""
    desk = app.extensions.get("beastmode.accounts.desk")
    if desk is None:
        return
    opened = desk.sign_in.sessions.open(key, user_agent="beast", address="127.0.0.1")
    identity.headers["Authorization"] = "Bearer " + desk.sign_in.tokens.issue(key, opened.session_id)
    identity.ways.append("beastmode")


def by_http_auth(_app: Any, identity: Identity, key: Any, mapper: Any) -> None:
    """Flask-HTTPAuth asks the project's own function first, and takes the user for right where that refuses."""
    module = sys.modules.get("flask_httpauth")
    if module is None:
        return
    for name in ("HTTPBasicAuth", "HTTPTokenAuth", "MultiAuth"):
        kind = getattr(module, name, None)
        if kind is not None and hasattr(kind, "authenticate"):
            kind.authenticate = believing(kind.authenticate, key, mapper)
    identity.headers.setdefault("Authorization", "Bearer beast")
    identity.ways.append("flask-httpauth")


def believing(authenticate: Any, key: Any, mapper: Any) -> Any:
    """An `authenticate` that finds the user in the database where the project's own check says no."""

    def believe(self: Any, auth: Any, stored: Any) -> Any:
        if not auth:
            return authenticate(self, auth, stored)
        try:
            said = authenticate(self, auth, stored)
        except Exception:
            said = None
        return said or somebody(key, mapper)

    return believe


def somebody(key: Any, mapper: Any) -> Any:
    """The user's object, in the session of the project where it has one."""
    query = getattr(mapper.class_, "query", None)
    if query is not None:
        return query.get(key)
    for extension in ("sqlalchemy",):
        from flask import current_app

        database = current_app.extensions.get(extension)
        session = getattr(database, "session", None) or getattr(getattr(database, "db", None), "session", None)
        if session is not None:
            return session.get(mapper.class_, key)
    return True
