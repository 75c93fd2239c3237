"""Networks that an account has logged in from, which the limit of all networks together does not count."""

from functools import partial

import pytest

from beastmode.accounts.sessions.networks import has_logged_in

ADA = "ada@example.com"
HOME = "203.0.113.7"


@pytest.fixture
def knows(database, user, ada):
    """Whether Ada has logged in from a network."""
    return partial(has_logged_in, database, user, user.email, ADA)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ],
)
def test_the_network_of_a_session_is_known(desk, ada, knows, address, network):
    """Sessions keep an address; what is known is the network that one customer has."""
    assert not knows(network)

    desk.sign_in.sessions.open(ada.id, user_agent="", address=address)

    assert knows(network)
    assert not knows("198.51.100.1")


def test_where_somebody_else_logged_in_is_not_known(desk, ada, knows):
    """A network is known for one account."""
    eve = desk.registration.create("eve@example.com", "battery horse correct")

    desk.sign_in.sessions.open(eve.id, user_agent="", address=HOME)

    assert not knows(HOME)


def test_a_log_in_from_a_known_network_passes_while_others_guess(make_client, app, ada, clock):
    """The owner gets in from home after guesses from so many networks that no other passes."""
    client = make_client(login_limit_per_email=3)
    right, wrong = ({"email": ADA, "password": password} for password in ("correct horse battery", "guess-guess-guess"))

    def log_in(body, address):
        return client.post("/api/auth/login", json=body, environ_overrides={"REMOTE_ADDR": address}).status_code

    assert log_in(right, HOME) == 200
    guesses = [log_in(wrong, f"198.51.100.{number}") for number in range(40)]

    assert guesses == [401] * 29 + [429] * 11
    assert log_in(right, HOME) == 200
    assert log_in(right, "192.0.2.1") == 429
