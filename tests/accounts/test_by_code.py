"""Logging users in by code: routes of the project do what the routes of accounts do."""

import pytest
from flask import Flask
from sqlalchemy import Boolean, Column, DateTime, Index, Integer, String, UniqueConstraint, func, select
from sqlalchemy.orm import DeclarativeBase

from beastmode import Api, Beastmode, Database
from beastmode.accounts import Accounts, current_user
from beastmode.accounts.models import Session
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.identity import identify
from beastmode.core.security_schemes import schemes_of
from beastmode.db import transaction
from beastmode.testing import Queries

PASSWORD = "correct horse battery"


def problem(function, *arguments):
    """The status and the message of a refusal."""
    with pytest.raises(Problem) as caught:
        function(*arguments)
    return caught.value.code, caught.value.description


def test_a_password_is_checked_without_opening_a_session(accounts, database, ada):
    """For a confirmation, or a log-in of the project's own."""
    assert accounts.check_password("Ada@example.com", PASSWORD) == ada.id
    assert database.session.scalar(select(func.count()).select_from(Session)) == 0


@pytest.mark.parametrize(("email", "password"), [("ada@example.com", "guess"), ("eve@example.com", PASSWORD)])
def test_a_wrong_password_is_refused_as_by_the_route(accounts, ada, email, password):
    """The same message for an unknown address."""
    assert problem(accounts.check_password, email, password) == (401, "Wrong email address or password")
    assert problem(accounts.log_in, email, password) == (401, "Wrong email address or password")


def test_attempts_by_code_are_limited(accounts, ada):
    """A route of the project's own cannot be used to guess passwords either."""
    for _ in range(10):
        problem(accounts.check_password, "ada@example.com", "guess")

    status, message = problem(accounts.check_password, "ada@example.com", PASSWORD)

    assert (status, message.partition(";")[0]) == (429, "Too many attempts")


def test_tokens_by_code_are_those_of_a_log_in(accounts, client, ada):
    """They call routes, can be refreshed, and end together."""
    grants = [accounts.log_in("ada@example.com", PASSWORD), accounts.open_session(ada.id)]
    headers = [{"Authorization": f"{grant.token_type} {grant.token}"} for grant in grants]

    before = [client.get("/api/auth/me", headers=each).status_code for each in headers]
    refreshed = client.post("/api/auth/refresh", json={"refresh_token": grants[1].refresh_token}).status_code
    accounts.end_sessions(ada.id)
    after = [client.get("/api/auth/me", headers=each).status_code for each in headers]

    assert (before, refreshed, after) == ([200, 200], 200, [401, 401])


def test_no_session_is_opened_for_who_was_deactivated(accounts, database, ada):
    """An OAuth callback must not let in whom the project has locked out."""
    with transaction():
        database.session.get(type(ada), ada.id).is_active = False

    assert problem(accounts.open_session, ada.id) == (403, "This account does not exist, or was deactivated")
    assert problem(accounts.open_session, 404) == (403, "This account does not exist, or was deactivated")


def test_the_current_user_is_loaded_once(app, accounts, database, ada):
    """Every further question of the same request costs no statement."""
    token = accounts.open_session(ada.id).token
    database.session.expunge_all()

    with app.test_request_context(headers={"Authorization": f"Bearer {token}"}) as context:
        identify(schemes_of(app)[0].authenticate(context.request))
        with Queries(app)() as queries:
            found = [current_user() for _ in range(3)]

    assert {user.email for user in found} == {"ada@example.com"}
    assert len(queries) == 1


def test_there_is_no_current_user_where_nobody_logged_in(app):
    """Neither in a request without a credential, nor outside of one."""
    assert current_user() is None
    with app.test_request_context():
        assert current_user() is None


def test_a_route_that_does_not_exist_cannot_be_kept(user):
    """The message lists the routes that exist."""
    app = Flask("people")
    app.config.from_mapping(ENVIRONMENT="testing", DATABASE_URL="sqlite://", LOG_LEVEL="ERROR")

    with pytest.raises(ConfigurationError, match=r"there is no route log_in; the routes are register, login, refresh"):
        Beastmode(app, database=Database(), api=Api("People"), accounts=Accounts(user, routes=["log_in"]))


def test_a_log_in_column_must_be_unique(user):
    """Otherwise a password could belong to two users."""
    with pytest.raises(ConfigurationError, match=r"log_in_with='name'\): expected a unique column of User"):
        Accounts(user, log_in_with="name")


def member(*declared):
    """A model of a project, whose columns differ from those of ours."""

    class Own(DeclarativeBase):
        pass

    class Member(Own):
        __tablename__ = "users"
        __table_args__ = tuple(each for each in declared if not isinstance(each, Column))
        id = Column(Integer, primary_key=True)
        email = Column(String(320))
        name = Column(String(40))
        is_active = Column(Boolean)
        created_at = Column(DateTime(timezone=True))

    for each in declared:
        if isinstance(each, Column):
            setattr(Member, each.name, each)
    return Member


@pytest.mark.parametrize(
    "declared",
    [
        (Column("login", String(40), unique=True),),
        (UniqueConstraint("name"),),
        (Index("ix_members_name", "name", unique=True),),
    ],
    ids=["column", "constraint", "index"],
)
def test_a_log_in_column_may_be_unique_by_any_declaration(declared):
    """SQLAlchemy has three spellings of the same."""
    login = "login" if isinstance(declared[0], Column) else "name"

    assert Accounts(member(*declared), log_in_with=login)


def test_a_pair_that_is_unique_is_no_log_in_column():
    """One name could belong to a user of each shop."""
    with pytest.raises(ConfigurationError, match="expected a unique column of Member"):
        Accounts(member(UniqueConstraint("email", "name")), log_in_with="name")
