from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import hypothesis
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from beastmode.accounts.settings import AccountSettings
from beastmode.accounts.tokens.access import Tokens, tokens_of
from beastmode.accounts.verifier import bearer_authenticator, id_reader
from beastmode.core.errors import Problem
from beastmode.core.identity import Identity

unhurried = hypothesis.settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

SESSION = "s" * 22


class CountingTokens:
    """Tokens that remember how often a signature was checked."""

    def __init__(self, tokens: Tokens):
        self.tokens = tokens
        self.checked = 0

    def read(self, token):
        self.checked += 1
        return self.tokens.read(token)

    def issue(self, *of):
        return self.tokens.issue(*of)


@pytest.fixture
def tokens(clock):
    return CountingTokens(tokens_of(AccountSettings(environment="testing")))


def request(header):
    return SimpleNamespace(environ={} if header is None else {"HTTP_AUTHORIZATION": header})


def challenge(authenticate, header):
    with pytest.raises(Problem) as caught:
        authenticate(request(header))
    assert caught.value.code == 401
    return caught.value.headers["WWW-Authenticate"]


def test_a_bearer_token_says_who_calls(tokens):
    authenticate = bearer_authenticator(tokens, int)

    identity = authenticate(request(f"Bearer {tokens.issue(42, SESSION)}"))

    assert identity == Identity("account", 42, SESSION, signed_in_at=0)


def test_the_scheme_is_compared_without_case(tokens):
    authenticate = bearer_authenticator(tokens, int)

    assert authenticate(request(f"bearer {tokens.issue(42, SESSION)}")).id == 42


def test_a_signature_is_checked_once(tokens):
    authenticate = bearer_authenticator(tokens, int)
    header = f"Bearer {tokens.issue(42, SESSION)}"

    for _ in range(5):
        authenticate(request(header))

    assert tokens.checked == 1


def test_a_remembered_token_ends_when_it_says(tokens, clock):
    authenticate = bearer_authenticator(tokens, int)
    header = f"Bearer {tokens.issue(42, SESSION)}"
    authenticate(request(header))
    clock.advance(seconds=899)
    authenticate(request(header))

    clock.advance(seconds=1)

    assert 'error="invalid_token"' in challenge(authenticate, header)


def test_failures_are_not_remembered(tokens):
    authenticate = bearer_authenticator(tokens, int)

    for _ in range(3):
        challenge(authenticate, "Bearer a.b.c")

    assert tokens.checked == 3


def test_the_oldest_token_is_forgotten_when_there_are_too_many(tokens):
    authenticate = bearer_authenticator(tokens, int, remembered=2)
    first, second, third = (f"Bearer {tokens.issue(user, SESSION)}" for user in (1, 2, 3))
    for header in (first, second, third):
        authenticate(request(header))

    authenticate(request(third))
    authenticate(request(second))
    assert tokens.checked == 3
    authenticate(request(first))

    assert tokens.checked == 4


@pytest.mark.parametrize("header", [None, "", "Basic dXNlcjpwYXNz", "Token abc", "eyJhbGciOiJIUzI1NiJ9"])
def test_a_request_without_a_bearer_token_is_left_to_other_authenticators(tokens, header):
    """What is not a bearer token is not refused here: it may be the credential of another scheme."""
    assert bearer_authenticator(tokens, int)(request(header)) is None


def test_a_scheme_without_a_token_is_refused(tokens):
    """The word alone is a bearer token that is empty, which is wrong."""
    assert challenge(bearer_authenticator(tokens, int), "Bearer").startswith('Bearer error="invalid_token"')


def test_the_word_before_the_token_is_a_setting(tokens):
    """Only the word that is set is read, in any case."""
    authenticate = bearer_authenticator(tokens, int, scheme="Token")

    assert authenticate(request(f"token {tokens.issue(42, SESSION)}")).id == 42
    assert authenticate(request(f"Bearer {tokens.issue(42, SESSION)}")) is None


@pytest.mark.parametrize("subject", ["", "abc", "4 2", "1e3", "9" * 5000, "-1"])
def test_a_subject_that_is_no_id_is_refused(tokens, subject):
    authenticate = bearer_authenticator(tokens, id_reader(int))

    assert 'error="invalid_token"' in challenge(authenticate, f"Bearer {tokens.issue(subject, SESSION)}")


@unhurried
@given(st.text() | st.text().map("Bearer {}".format))
def test_no_header_makes_it_fail_in_another_way(header):
    authenticate = bearer_authenticator(tokens_of(AccountSettings(environment="testing")), int)

    if header.partition(" ")[0].lower() == "bearer":
        assert challenge(authenticate, header).startswith("Bearer")
    else:
        assert authenticate(request(header)) is None


def test_many_threads_can_ask_while_tokens_are_forgotten(tokens):
    authenticate = bearer_authenticator(tokens, int, remembered=3)
    headers = {user: f"Bearer {tokens.issue(user, SESSION)}" for user in range(8)}

    def ask(number):
        user = number % 8
        return authenticate(request(headers[user])).id == user

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(2000)))
