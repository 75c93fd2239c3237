import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select

from beastmode.accounts.models import AccountRole, Credential, Session
from beastmode.accounts.passwords import hashing
from beastmode.accounts.settings import AccountSettings
from beastmode.core.environment import read_settings
from beastmode.core.errors import Problem
from beastmode.db import transaction


@pytest.fixture
def registration(desk):
    return desk.registration


def refusal(call, *arguments, **others):
    with pytest.raises(Problem) as caught:
        call(*arguments, **others)
    return caught.value.code, caught.value.description, caught.value.details


def count(database, model):
    return database.execute(select(func.count()).select_from(model)).scalar()


def test_a_user_is_kept_in_lower_case_with_a_hash_beside(registration, database):
    ada = registration.create("Ada@Example.com", "correct horse battery")

    assert (ada.email, ada.name, ada.is_active) == ("ada@example.com", "ada", True)
    assert ada.created_at.tzinfo is not None
    credential = database.session.get(Credential, ada.id)
    assert hashing.match(credential.password_hash, "correct horse battery").is_right
    assert count(database, AccountRole) == 0


def test_a_given_name_is_kept_and_a_long_local_part_is_cut(registration):
    assert registration.create("ada@example.com", "correct horse battery", name="Ada L.").name == "Ada L."
    assert registration.create("a" * 100 + "@example.com", "correct horse battery").name == "a" * 80


def test_an_operator_is_marked_as_one(registration, database):
    ada = registration.create("ada@example.com", "correct horse battery", is_operator=True)

    assert database.session.get(AccountRole, (ada.id, "operator")) is not None


def test_a_taken_address_is_refused_whatever_its_case_and_before_the_password_is_judged(registration, ada):
    assert refusal(registration.create, "ADA@example.com", "1") == (
        400,
        "A user with this email address already exists",
        None,
    )


def test_a_weak_password_and_a_wrong_address_are_refused_by_field(registration, database, user):
    assert refusal(registration.create, "ada@example.com", "1234567") == (
        422,
        "Validation failed",
        {"password": ["Password must be at least 8 characters long"]},
    )
    assert refusal(registration.create, "ada", "correct horse battery") == (
        422,
        "Validation failed",
        {"email": ["Not a valid email address."]},
    )
    assert count(database, user) == 0


def test_the_rules_of_composition_hold_where_the_settings_say_so(make_desk):
    registration = make_desk(password_rules="composition").registration

    status, _, details = refusal(registration.create, "ada@example.com", "securepassword123")
    assert (status, details) == (422, {"password": ["Password must contain at least one uppercase letter"]})
    assert registration.create("ada@example.com", "Securepassword123").id


def test_the_former_name_of_the_rules_of_composition_still_works():
    """PASSWORD_RULES=document means what it meant, and says what to write instead."""
    environ = {"ENVIRONMENT": "testing", "PASSWORD_RULES": "document"}

    with pytest.warns(FutureWarning, match="PASSWORD_RULES=document is now called composition"):
        settings = read_settings({}, environ, kinds=[AccountSettings])

    assert settings.of(AccountSettings).password_rules == "composition"


def test_a_user_without_a_credential_is_never_left_behind(registration, database, user, monkeypatch):
    class BrokenHasher:
        def hash(self, _):
            return "x" * 256 if database.engine.dialect.name == "postgresql" else None

    monkeypatch.setattr(hashing, "hasher", BrokenHasher())

    with pytest.raises(Exception, match=r"too long|NOT NULL"):
        registration.create("ada@example.com", "correct horse battery")

    assert (count(database, user), count(database, Credential)) == (0, 0)


def test_a_registration_is_part_of_the_transaction_around_it(registration, database, user):
    @transaction
    def register_and_fail():
        registration.create("ada@example.com", "correct horse battery")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        register_and_fail()

    assert count(database, user) == 0


def test_a_taken_address_leaves_the_transaction_around_it_usable(registration, database, user, ada):
    with transaction():
        assert refusal(registration.create, "ada@example.com", "correct horse battery")[0] == 400
        registration.create("eve@example.com", "correct horse battery")

    assert count(database, user) == 2


def test_a_new_password_replaces_the_old_one_and_ends_all_sessions(desk, registration, ada, database, clock):
    desk.sign_in.sessions.open(ada.id, user_agent="", address="")
    clock.advance(minutes=1)

    registration.set_password(ada.id, "battery horse correct")

    stored = database.execute(select(Credential.password_hash)).scalar_one()
    assert hashing.match(stored, "battery horse correct").is_right
    assert database.execute(select(Session.revoked_at)).scalars().all() == [clock.now()]


def test_a_user_who_had_no_password_gets_one(registration, database, user):
    database.session.add(user(email="eve@example.com", name="Eve"))
    database.session.commit()
    eve = database.execute(select(user.id)).scalar_one()

    registration.set_password(eve, "battery horse correct")

    assert PasswordHasher().verify(
        database.execute(select(Credential.password_hash)).scalar_one(), "battery horse correct"
    )


def test_a_weak_new_password_changes_nothing(registration, ada, database):
    before = database.execute(select(Credential.password_hash)).scalar_one()

    assert refusal(registration.set_password, ada.id, "short")[0] == 422

    assert database.execute(select(Credential.password_hash)).scalar_one() == before
