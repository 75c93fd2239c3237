import pytest
from flask import Flask

from beastmode.core.exchange import current_exchange
from beastmode.core.identity import Identity, current_identity, identify, set_authenticator
from beastmode.core.security_schemes import schemes_of


@pytest.fixture
def app():
    return Flask("shop")


def test_nobody_calls_outside_of_a_request():
    assert current_identity() == Identity("address", "none")


def test_who_has_not_signed_in_is_known_by_address(app):
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "203.0.113.7"}):
        assert current_identity().key == "address:203.0.113.7"
        assert not current_identity().is_account


def test_a_server_that_tells_no_address_leaves_it_unknown(app):
    with app.test_request_context("/", environ_overrides={"REMOTE_ADDR": ""}):
        assert current_identity().key == "address:unknown"


def test_who_signed_in_is_known_for_the_rest_of_the_request(app):
    with app.test_request_context("/"):
        identify(Identity("account", 42, session_id="s1"))

        assert current_identity().key == "account:42"
        assert current_identity().is_account
        assert current_exchange().identity.session_id == "s1"


def test_who_signed_in_is_forgotten_with_the_request(app):
    with app.test_request_context("/"):
        identify(Identity("account", 42))

    with app.test_request_context("/"):
        assert not current_identity().is_account


def test_each_application_has_an_authenticator_of_its_own(app):
    other = Flask("other")

    set_authenticator(app, lambda request: Identity("account", 1))

    assert [scheme.authenticate(None).id for scheme in schemes_of(app)] == [1]
    assert schemes_of(other) == ()
