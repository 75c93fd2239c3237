import subprocess
import sys
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from beastmode import Beastmode
from beastmode.accounts import AccountMixin, Accounts, AccountSettings
from beastmode.accounts.schemas import account_schema, registration_schema
from beastmode.api import Api, ApiSettings
from beastmode.core.attempts import set_attempt_limiter
from beastmode.core.errors import ConfigurationError, Problem
from beastmode.core.middleware import middleware_of
from beastmode.core.settings import settings_of
from beastmode.db import Database, DatabaseSettings


def model(mixin=AccountMixin, table="users", id_kind=int, **columns):
    class OtherBase(DeclarativeBase):
        pass

    parts = {"__tablename__": table, "__annotations__": {"id": Mapped[id_kind]}, "id": mapped_column(primary_key=True)}
    return type("Person", (mixin, OtherBase), parts | columns)


class Nothing:
    pass


def test_a_model_of_another_table_is_refused_in_words():
    with pytest.raises(ConfigurationError, match=r'Accounts\(Person\).*__tablename__ = "users"'):
        Accounts(model(table="people"))


def test_a_model_without_the_columns_is_told_of_the_mixin():
    with pytest.raises(
        ConfigurationError, match="users has no email, is_active, created_at; add AccountMixin to Person"
    ):
        Accounts(model(mixin=Nothing))


def test_an_id_that_no_token_can_name_is_refused():
    with pytest.raises(ConfigurationError, match="expected an integer, a string or a UUID"):
        Accounts(model(id_kind=date))


def test_what_is_no_model_is_refused():
    with pytest.raises(ConfigurationError, match="users"):
        Accounts(object())


def test_the_mixin_gives_the_columns_of_the_design():
    columns = model().__table__.c

    assert (columns.email.type.length, columns.email.unique, columns.email.nullable) == (120, True, False)
    assert (columns.is_active.nullable, columns.created_at.nullable) == (False, False)
    assert columns.is_active.server_default is not None
    assert columns.created_at.server_default is not None


def test_the_mixin_keeps_addresses_in_lower_case():
    person = model()(email="Ada@Example.com")

    assert person.email == "ada@example.com"


def test_a_model_without_a_name_has_none_in_its_routes():
    person = model()

    assert "name" not in account_schema(person).fields
    assert "name" not in registration_schema(person, lambda _: []).fields


def test_a_model_with_a_text_as_its_id_shows_a_text():
    person = model(id_kind=str, name=mapped_column(String(20)))

    shown = account_schema(person).dump(person(id="ada", email="ada@example.com", name="Ada"))
    assert (shown["id"], shown["name"]) == ("ada", "Ada")
    assert registration_schema(person, lambda _: []).validate(
        {"email": "ada@example.com", "password": "correct horse", "name": "x" * 21}
    ) == {"name": ["Length must be between 1 and 20."]}


def test_a_project_without_users_gets_no_tables_of_sign_in():
    script = """
from flask import Flask
from beastmode import Api, Beastmode, Database
from beastmode.db import Base
app = Flask("shop")
app.config.update(ENVIRONMENT="testing", DATABASE_URL="sqlite://", LOG_LEVEL="ERROR")
Beastmode(app, database=Database(), api=Api("Shop"))
print(sorted(Base.metadata.tables))
"""

    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout

    assert printed.strip() == "[]"


def test_accounts_do_not_start_where_nothing_limits_attempts(accounts):
    """Without a limit, passwords could be guessed at full speed; the message says what to install."""
    app, database = Flask("unlimited"), Database()
    settings = AccountSettings(environment="testing")
    database.install(app, DatabaseSettings(environment="testing", database_url="sqlite://"))

    with pytest.raises(ConfigurationError, match=r"require a limit for logins.*set_attempt_limiter"):
        accounts.install(app, settings, database, Api("Unlimited"))


def test_a_limiter_of_the_project_is_asked_about_each_attempt(accounts, url):
    """Whoever fills the interface in core limits the attempts, with what accounts know about networks."""
    asked = []

    class Limiter:
        def count(self, action, email, address, has_logged_in):
            asked.append((action, email, address, has_logged_in(email, address)))
            raise Problem(429, "Too many attempts; try again in 9 s.")

    app, database, api = Flask("limited"), Database(), Api("Limited")
    app.config.update(ENVIRONMENT="testing", DATABASE_URL=url, LOG_LEVEL="ERROR")
    Beastmode(app, database=database, settings=[AccountSettings, ApiSettings])
    set_attempt_limiter(app, Limiter())
    accounts.install(app, settings_of(app, AccountSettings), database, api)
    api.install(app, settings_of(app, ApiSettings), middleware_of(app))
    login = {"email": "ada@example.com", "password": "correct horse battery"}

    answers = [app.test_client().post(f"/api/v1/auth/{action}", json=login) for action in ("login", "register")]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert asked == [
        ("login", "ada@example.com", "127.0.0.1", False),
        ("register", "ada@example.com", "127.0.0.1", False),
    ]


def test_a_user_made_by_a_script_can_log_in(app, accounts, client):
    ada = accounts.create_user("Ada@example.com", "correct horse battery", operator=True)

    assert (ada.email, ada.name) == ("ada@example.com", "ada")
    login = {"email": "ada@example.com", "password": "correct horse battery"}
    assert client.post("/api/auth/login", json=login).status_code == 200


def test_a_password_set_by_a_script_is_the_one_that_counts(app, accounts, client, ada):
    accounts.set_password(ada.id, "battery horse correct")

    login = {"email": "ada@example.com", "password": "correct horse battery"}
    assert client.post("/api/auth/login", json=login).status_code == 401
    assert client.post("/api/auth/login", json=login | {"password": "battery horse correct"}).status_code == 200


def test_an_application_knows_its_accounts(app, accounts):
    assert app.extensions["beastmode.accounts"] is accounts
